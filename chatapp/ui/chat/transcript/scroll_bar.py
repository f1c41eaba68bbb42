"""Sideways scrolling of what is wider than its room: code and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

if TYPE_CHECKING:
    from chatapp.ui.chat.transcript.style import Style

THICKNESS = 4
_SHORTEST = 24.0


def scrolled(x: float, change: float, content: float, width: float) -> float:
    """The place after moving from `x` by `change`, within what there is to see."""
    return max(0.0, min(x + change, content - width))


def paint_bar(painter: QPainter, style: Style, x: float, content: float, room: QRectF) -> None:
    """Draw a thin bar at the bottom of `room` that says which part of `content` is in view."""
    width = room.width()
    if content <= width:
        return
    length = max(_SHORTEST, width * width / content)
    left = room.left() + (width - length) * x / (content - width)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.colour("border"))
    bar = QRectF(left, room.bottom() - THICKNESS - 1, length, THICKNESS)
    painter.drawRoundedRect(bar, THICKNESS / 2, THICKNESS / 2)
