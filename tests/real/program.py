"""The real program in a process of its own, on a data folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from real.terminal import Terminal

ROOT = Path(__file__).parents[2]
TIMEOUT_SECONDS = 60


class Program:
    """Starts ChatApp as a person would, and leaves nothing running behind.

    Attributes:
        data: Its `--data-dir`.
        launcher: A command that starts it in another way, such as with fewer rights.
        environ: Its environment, where a test names no other.
    """

    def __init__(self, data: Path) -> None:
        self.data = data
        self.launcher: tuple[str, ...] = ()
        self.environ: dict[str, str] = dict(os.environ)
        self._started: list[subprocess.Popen[str]] = []

    def configure(self, base_url: str, model: str, api_key_env: str = "") -> None:
        """Write a config.toml with one provider, “local”, and make its model the default."""
        lines = [
            f'default_model = "local/{model}"',
            "[[providers]]",
            'name = "local"',
            'kind = "openai"',
            f'base_url = "{base_url}"',
        ]
        if api_key_env:
            lines.append(f'api_key_env = "{api_key_env}"')
        folder = self.data / "config"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run(
        self, *arguments: str, typed: str = "", environ: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end, with `typed` as its input."""
        return subprocess.run(
            self._command(arguments),
            input=typed,
            capture_output=True,
            encoding="utf-8",
            env=self._environment(environ),
            timeout=TIMEOUT_SECONDS,
        )

    def start(
        self, *arguments: str, environ: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start it and let it run; it is killed at the end of the test at the latest."""
        process = subprocess.Popen(
            self._command(arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=self._environment(environ),
        )
        self._started.append(process)
        return process

    def start_in_terminal(self, *arguments: str) -> Terminal:
        """Start it in a terminal of its own, as a person would; for a `with` statement."""
        from real.terminal import Terminal  # pseudo-terminals are not on every system

        return Terminal(self._command(arguments), self._environment(None))

    def session_files(self) -> list[Path]:
        """Every session file there is."""
        return sorted((self.data / "sessions").glob("????-??-??/*.json"))

    def session(self, session_id: str) -> dict[str, Any]:
        """What the file of a session says.

        Raises:
            ValueError: There is no such file, or more than one.
        """
        (path,) = (path for path in self.session_files() if path.stem == session_id)
        document: dict[str, Any] = json.loads(path.read_bytes())
        return document

    def close(self) -> None:
        """Kill what still runs."""
        for process in self._started:
            process.kill()
            with contextlib.suppress(ValueError):  # a test has closed its streams
                process.communicate()
            process.wait()

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [*self.launcher, sys.executable, "-P", "-m", "chatapp", *arguments]

    def _environment(self, environ: Mapping[str, str] | None) -> dict[str, str]:
        chosen = dict(self.environ if environ is None else environ)
        paths = [str(ROOT), chosen.get("PYTHONPATH", "")]
        chosen["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        return {**chosen, "CHATAPP_DATA_DIR": str(self.data), "PYTHONIOENCODING": "utf-8"}
