"""One shaped line of code, and where its characters went.

What is drawn of a line may differ from its text: characters that hide or reorder
text are written out, an endless line is cut. Positions outside count characters of
the text; Qt counts UTF-16 units of what is drawn. Most lines need no conversion.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from PySide6.QtGui import QTextLayout

from chatapp.ui.chat.transcript.prose import x_of
from chatapp.ui.chat.transcript.safety import visible
from chatapp.ui.chat.transcript.utf16 import utf16_length

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QPainter, QTextCharFormat

    from chatapp.ui.chat.transcript.highlight import Span
    from chatapp.ui.chat.transcript.style import Style

LINE_LIMIT = 4_000  # characters drawn of one line
_TAB_COLUMNS = 4


class CodeLine:
    """A line, shaped and coloured."""

    def __init__(
        self,
        text: str,
        spans: Sequence[Span],
        style: Style,
        format_of: Callable[[str], QTextCharFormat],
    ) -> None:
        """Shape `text`; `format_of` gives the format for the name of a colour."""
        shown = text if len(text) <= LINE_LIMIT else text[:LINE_LIMIT] + "…"
        drawn = visible(shown)
        self._places = None if drawn.isascii() and drawn == shown else _places(shown)
        self._layout = QTextLayout(drawn, style.code)
        self._layout.setCacheEnabled(True)
        option = self._layout.textOption()
        option.setTabStopDistance(_TAB_COLUMNS * style.code_character)
        self._layout.setTextOption(option)
        self._layout.setFormats([self._range(*span, format_of) for span in spans])
        self._layout.beginLayout()
        self._line = self._layout.createLine()
        self._line.setLineWidth(1e7)
        self._layout.endLayout()

    def draw(self, painter: QPainter, at: QPointF) -> None:
        """Draw with the line's top left corner at a point."""
        self._layout.draw(painter, at)

    def x_of(self, position: int) -> float:
        """Where a character begins."""
        return x_of(self._line, self._unit(position))

    def position_at(self, x: float) -> int:
        """The character nearest to a place."""
        unit = self._line.xToCursor(x)
        if self._places is None:
            return unit
        return max(0, bisect_right(self._places, unit) - 1)

    def _unit(self, position: int) -> int:
        if self._places is None:
            return min(position, LINE_LIMIT)
        return self._places[min(position, len(self._places) - 1)]

    def _range(
        self, start: int, length: int, colour: str, format_of: Callable[[str], QTextCharFormat]
    ) -> QTextLayout.FormatRange:
        span = QTextLayout.FormatRange()
        span.start = self._unit(start)
        span.length = self._unit(start + length) - span.start
        span.format = format_of(colour)
        return span


def _places(text: str) -> list[int]:
    """The unit each character begins at when it is drawn, and the end."""
    places = [0]
    for character in text:
        drawn = visible(character)
        places.append(places[-1] + utf16_length(drawn, len(drawn)))
    return places
