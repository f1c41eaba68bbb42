"""What stands above a message when something begins with it: another day, what is unread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from chatapp.ui.chat.transcript.style import Style

LINE = 36  # the height of one line with the space around it


@dataclass(frozen=True, slots=True)
class Lead:
    """The lines above one message.

    Attributes:
        day: The day that begins, in words, or an empty text.
        unread: Whether what follows was not read yet.
    """

    day: str = ""
    unread: bool = False

    def height(self, style: Style) -> int:
        """How much room the lines take."""
        return style.px(LINE) * (bool(self.day) + self.unread)

    def paint(self, painter: QPainter, style: Style, width: float) -> None:
        """Draw at the top of the message."""
        y = 0.0
        for text, colour in ((self.day, "faint"), ("New" if self.unread else "", "accent")):
            if text:
                self._paint_line(
                    painter, style, QRectF(0, y, width, style.px(LINE) - 8), text, colour
                )
                y += style.px(LINE)

    @staticmethod
    def _paint_line(painter: QPainter, style: Style, place: QRectF, text: str, colour: str) -> None:
        taken = QFontMetricsF(style.caption).horizontalAdvance(text) + 24
        middle, half = round(place.center().y()), (place.width() - taken) / 2
        line = style.colour("accent" if colour == "accent" else "line")
        painter.fillRect(QRectF(0, middle, half, 1), line)
        painter.fillRect(QRectF(place.width() - half, middle, half, 1), line)
        painter.setFont(style.caption)
        painter.setPen(style.colour(colour))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
