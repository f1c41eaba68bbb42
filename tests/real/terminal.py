"""A real terminal for a program to run in: what is typed goes in, what is shown is kept."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

DEADLINE_SECONDS = 30


class Terminal:
    """One program in a terminal of its own; it is killed when the `with` block is left.

    Attributes:
        process: The program.
        mode: How the terminal was set before the program was.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._shown = b""  # and not yet taken by a wait
        self._keyboard, self._device = pty.openpty()
        self.mode = termios.tcgetattr(self._device)
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *command],  # so that Ctrl-C reaches it
            stdin=self._device,
            stdout=self._device,
            stderr=self._device,
            env={**environ, "TERM": "xterm"},
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._keyboard)
        os.close(self._device)

    def type(self, keys: str) -> None:
        """Press these keys."""
        os.write(self._keyboard, keys.encode())

    def wait_for(self, text: str) -> str:
        """Wait until `text` is shown; gives what was shown up to its end since the last wait.

        Raises:
            AssertionError: It was not within the deadline.
        """
        deadline = time.monotonic() + DEADLINE_SECONDS
        while text.encode() not in self._shown:
            ready, _, _ = select.select([self._keyboard], [], [], deadline - time.monotonic())
            assert ready, f"{text!r} was not shown, but {self._shown.decode(errors='replace')!r}"
            self._shown += os.read(self._keyboard, 65_536)
        before, _, self._shown = self._shown.partition(text.encode())
        return before.decode(errors="replace") + text

    def is_as_found(self) -> bool:
        """Whether the program has left the terminal's mode as it was."""
        return termios.tcgetattr(self._device) == self.mode
