"""Draws a thematic break: a hairline with room around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

if TYPE_CHECKING:
    import re

    from PySide6.QtGui import QPainter

    from chatapp.ui.chat.transcript.item import Canvas, Spot
    from chatapp.ui.chat.transcript.segment import Segment
    from chatapp.ui.chat.transcript.style import Style


class RuleItem:
    """Draws one thematic break."""

    def __init__(self, style: Style) -> None:
        self.height = style.line * 0.6
        self.used_width = 0.0
        self._style = style
        self._width = 0.0

    def set_segment(self, segment: Segment) -> None:
        """Every rule looks alike."""
        del segment

    def layout(self, width: float) -> float:
        """Lay out for a width; gives the height."""
        self._width = self.used_width = width
        return self.height

    def paint(self, painter: QPainter, canvas: Canvas) -> None:
        """Draw with the painter's origin at the item's top left corner."""
        del canvas
        line = QRectF(0, round(self.height / 2), self._width, 1)
        painter.fillRect(line, self._style.colour("line"))

    def position_at(self, x: float, y: float) -> int:
        """A rule has one position before it and one behind."""
        del x
        return int(y > self.height / 2)

    def length(self) -> int:
        """How many positions there are."""
        return 1

    def plain(self, start: int, end: int) -> str:
        """The rule as text, if it is between two positions."""
        return "---" if end > start else ""

    def word_at(self, position: int) -> tuple[int, int]:
        """The whole rule."""
        del position
        return 0, 1

    def rect_of(self, position: int) -> QRectF:
        """Where a position is."""
        return QRectF(0 if position == 0 else self._width, 0, 1, self.height)

    def reveal(self, position: int) -> None:
        """A rule is always in view."""

    def find(self, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
        """There is no text to find."""
        del pattern
        return []

    def link_at(self, x: float, y: float) -> str:
        """A rule is no link."""
        del x, y
        return ""

    def links(self) -> list[tuple[str, str, QRectF]]:
        """A rule is no link."""
        return []

    def spots(self) -> list[Spot]:
        """A rule has no buttons."""
        return []

    def scroll(self, change: float) -> bool:
        """A rule fits its width."""
        del change
        return False
