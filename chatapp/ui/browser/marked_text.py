"""A short text in which the words that were sought are marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QTextCharFormat, QTextLayout, QTextOption

from chatapp.ui.chat.transcript.utf16 import utf16_length

if TYPE_CHECKING:
    import re

    from PySide6.QtCore import QRect
    from PySide6.QtGui import QFont, QPainter

    from chatapp.ui.theme import Theme


class MarkedText:
    """Laid out when it is painted; what does not fit is cut off with an ellipsis.

    Args:
        text: On one line.
        font: What it is drawn with.
        words: What to mark; None marks nothing.
        theme: The colours.
    """

    def __init__(self, text: str, font: QFont, words: re.Pattern[str] | None, theme: Theme) -> None:
        self._text, self._font, self._words, self._theme = text, font, words, theme

    def paint(self, painter: QPainter, rect: QRect, colour: str, lines: int = 1) -> None:
        """Draw it into `rect`, on so many lines."""
        painter.setPen(QColor(colour))
        height = rect.height() / lines
        rest = self._text
        for number in range(lines):
            last = number == lines - 1
            shown, rest = self._cut(rest, rect.width(), last=last)
            place = QRectF(rect.left(), rect.top() + number * height, rect.width(), height)
            self._paint_line(painter, place, shown)

    def _cut(self, text: str, width: int, *, last: bool) -> tuple[str, str]:
        """What stands on a line of that width, and what comes after it."""
        if last:
            metrics = QFontMetricsF(self._font)
            return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width), ""
        layout = QTextLayout(text, self._font)
        layout.setTextOption(_wrapping())
        layout.beginLayout()
        line = layout.createLine()
        end = 0
        if line.isValid():
            line.setLineWidth(width)
            end = line.textLength()
        layout.endLayout()
        units = text.encode("utf-16-le")  # Qt counts in them
        first = units[: 2 * end].decode("utf-16-le", "ignore")
        return first.rstrip(), text[len(first) :]

    def _paint_line(self, painter: QPainter, place: QRectF, text: str) -> None:
        layout = QTextLayout(text, self._font)
        layout.setFormats(self._formats(text))
        layout.beginLayout()
        line = layout.createLine()
        if line.isValid():
            line.setLineWidth(place.width())
            line.setPosition(QPointF(0, (place.height() - line.height()) / 2))
        layout.endLayout()
        layout.draw(painter, place.topLeft())

    def _formats(self, text: str) -> list[QTextLayout.FormatRange]:
        if self._words is None:
            return []
        look = QTextCharFormat()
        look.setBackground(QBrush(QColor(self._theme.mark)))
        look.setForeground(QBrush(QColor(self._theme.text)))
        ranges = []
        for match in self._words.finditer(text):
            marked = QTextLayout.FormatRange()
            marked.start = utf16_length(text, match.start())
            marked.length = utf16_length(match.group(), len(match.group()))
            marked.format = look
            ranges.append(marked)
        return ranges


def _wrapping() -> QTextOption:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option
