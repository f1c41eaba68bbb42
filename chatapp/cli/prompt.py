"""Asks for the next line of a conversation in the terminal.

On a terminal the line can be edited and earlier ones recalled; in a pipe each
line is read as it is. Asking blocks the event loop, and may: line editing belongs
to the main thread, and a conversation that waits for its user has nothing else to do.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from typing import TYPE_CHECKING

from chatapp.cli.output import write_note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

ENDING_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
)
HEARTBEAT_SECONDS = 0.5
HAS_HEARTBEAT = hasattr(signal, "setitimer")  # Windows' console is woken by Ctrl-C itself


class Prompt:
    """Standard input, one line at a time.

    Attributes:
        is_terminal: Whether a person is typing.
    """

    def __init__(self, sign: str = "› ") -> None:
        self.is_terminal = sys.stdin.isatty()
        self._sign = sign
        if self.is_terminal:
            with contextlib.suppress(ImportError):  # Windows' console edits lines itself
                import readline  # noqa: F401 - changes what input() does

    def read(self) -> str | None:
        """The next line without its end; None when there are no more, or the program must end.

        Raises:
            KeyboardInterrupt: Ctrl-C.
        """
        with (
            on_signals((signal.SIGINT,), signal.default_int_handler),
            on_signals(ENDING_SIGNALS, _end_input),
            _heartbeat(),
        ):
            try:
                return self._line()
            except EOFError:
                return None

    def _line(self) -> str:
        if self.is_terminal and sys.stdout.isatty():
            return input(self._sign)
        if self.is_terminal:  # the answers go elsewhere, the sign must not
            write_note(self._sign)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\r\n")


@contextlib.contextmanager
def on_signals(
    numbers: tuple[int, ...], handler: Callable[[int, FrameType | None], object]
) -> Iterator[None]:
    """Let `handler` take these signals for a while; only in the main thread."""
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


@contextlib.contextmanager
def _heartbeat() -> Iterator[None]:
    """Wake the waiting for a key now and then, so that no signal waits for one.

    A signal that arrives just before the line editor begins to wait does not interrupt
    that wait, and Python's handler runs only after it.
    """
    if not HAS_HEARTBEAT:
        yield
        return
    with on_signals((signal.SIGALRM,), lambda _number, _frame: None):
        signal.setitimer(signal.ITIMER_REAL, HEARTBEAT_SECONDS, HEARTBEAT_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _end_input(_number: int, _frame: FrameType | None) -> None:
    raise EOFError
