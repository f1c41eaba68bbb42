"""Collects cyclic garbage on the GUI thread, and nowhere else.

Python collects on whichever thread happens to allocate. A cycle that holds a widget
would then be destroyed on a worker thread, which Qt does not survive: the program
dies now and then, without a word.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MILLISECONDS = 500


class GarbageCollector(QObject):
    """Takes the place of the automatic collector for as long as it lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        timer = QTimer(self)
        timer.timeout.connect(self.collect)
        timer.start(INTERVAL_MILLISECONDS)

    def collect(self) -> None:
        """Collect the generations that Python itself would collect by now."""
        for generation, threshold in enumerate(gc.get_threshold()):
            if gc.get_count()[generation] <= threshold:
                return
            gc.collect(generation)
