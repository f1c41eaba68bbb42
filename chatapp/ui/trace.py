"""Tells a benchmark when the window stood: one line a milestone on the error stream.

Nothing is written unless `CHATAPP_TRACE_START` is set to 1.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QEvent

VARIABLE = "CHATAPP_TRACE_START"


class Trace(QObject):
    """Writes each milestone once, when the events that stand before it are done."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._on = os.environ.get(VARIABLE) == "1"
        self._passed: set[str] = set()
        self._waiting: list[Callable[[], None]] = []

    def pass_milestone(self, word: str) -> None:
        """Note `word` at the end of the painting that is going on."""
        if not self._on or word in self._passed:
            return
        from PySide6.QtCore import QCoreApplication, QEvent

        self._passed.add(word)
        self._waiting.append(lambda: write(word))
        QCoreApplication.postEvent(self, QEvent(QEvent.Type.User))

    def customEvent(self, event: QEvent) -> None:
        """The painting is over."""
        del event
        while self._waiting:
            self._waiting.pop(0)()


def write(word: str) -> None:
    """One line: the milestone and the monotonic clock in nanoseconds."""
    sys.stderr.write(f"{word} {time.monotonic_ns()}\n")
    sys.stderr.flush()
