"""The chip that narrows the chats to a span of local days."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu, QPushButton

from chatapp.kit.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Callable

ANY_TIME = "Any time"
SPANS = (ANY_TIME, "Today", "Yesterday", "Last 7 days", "Last 30 days", "This year")


class DayChip(QPushButton):
    """Offers spans of days in a menu, and is marked while one is chosen.

    Attributes:
        span: What is chosen.
        changed: Another span was chosen.
    """

    def __init__(self) -> None:
        super().__init__(ANY_TIME)
        self.changed: Signal[()] = Signal()
        self.span = ANY_TIME
        self.setProperty("kind", "chip")
        self.setCheckable(True)
        self.setAccessibleName("Show chats of certain days")
        self._menu = QMenu(self)
        for span in SPANS:
            action = self._menu.addAction(span)
            action.setCheckable(True)
            action.triggered.connect(self._chooser(span))
        self.clicked.connect(self._on_clicked)
        self._show()

    def choose(self, span: str) -> None:
        """Narrow to one of `SPANS`."""
        self.span = span
        self._show()
        self.changed.emit()

    def days(self, today: dt.date) -> tuple[str | None, str | None]:
        """The first and the last day, `YYYY-MM-DD`; None where the span has no border."""
        first, last = _span(self.span, today)
        return first.isoformat() if first else None, last.isoformat() if last else None

    def _show(self) -> None:
        self.setText(self.span)
        self.setChecked(self.span != ANY_TIME)
        for action in self._menu.actions():
            action.setChecked(action.text() == self.span)

    def _chooser(self, span: str) -> Callable[[], None]:
        return lambda: self.choose(span)

    def _on_clicked(self) -> None:
        self._show()  # a click alone chooses nothing
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))


def _span(name: str, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    match name:
        case "Today":
            return today, today
        case "Yesterday":
            return today - dt.timedelta(days=1), today - dt.timedelta(days=1)
        case "Last 7 days":
            return today - dt.timedelta(days=6), today
        case "Last 30 days":
            return today - dt.timedelta(days=29), today
        case "This year":
            return today.replace(month=1, day=1), today
        case _:
            return None, None
