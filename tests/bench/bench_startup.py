"""From the start of the process to the first painted window, against a bare one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.harness import Comparison
from real.display import Display
from real.library import write_library

ROOT = Path(__file__).parents[2]
SESSIONS = 1_000
TARGET = 1.4
PATIENCE_SECONDS = 30
# Says when it was first painted as `CHATAPP_TRACE_START=1` makes the program say it.
BARE_WINDOW = """
import sys, time
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print("painted", time.monotonic_ns(), file=sys.stderr, flush=True)
app = QApplication([])
window = Window()
window.resize(1100, 750)
window.show()
app.exec()
"""


@contextmanager
def comparisons() -> Iterator[list[Comparison]]:
    """Our window with a library of chats, against Qt's own empty one."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        write_library(Path(folder) / "sessions", SESSIONS)
        with environment() as environ:
            ours = [sys.executable, "-P", "-m", "chatapp", "--data-dir", folder]
            bare = [sys.executable, "-P", "-c", BARE_WINDOW]
            yield [
                Comparison(
                    f"start to painted window with {SESSIONS} chats, over a bare QtWidgets window",
                    ours=lambda: seconds_to_paint(ours, environ),
                    reference=lambda: seconds_to_paint(bare, environ),
                    target=TARGET,
                )
            ]


@contextmanager
def environment() -> Iterator[dict[str, str]]:
    """The environment of a program that shows a window: on Linux, on a display of its own."""
    display = Display() if sys.platform == "linux" else None
    environ = display.environment() if display else dict(os.environ)
    try:
        environ.pop("PYTHONDONTWRITEBYTECODE", None)  # users keep what was compiled
        yield {**environ, "PYTHONPATH": str(ROOT), "CHATAPP_TRACE_START": "1"}
    finally:
        if display:
            display.close()


def seconds_to_paint(command: list[str], environ: Mapping[str, str]) -> float:
    """Start `command`, take the moment it says it was painted, and end it.

    Raises:
        RuntimeError: It ended without a word about painting; its complaints are in the text.
    """
    begun = time.monotonic_ns()
    process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    complaints = []
    try:
        for line in process.stderr:
            word, _, moment = line.partition(" ")
            if word == "painted":
                return (int(moment) - begun) / 1e9
            complaints.append(line)
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)
    raise RuntimeError("".join(complaints) or "the window was never painted")
