"""Draws what the user wrote: a soft bubble at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from chatapp.ui.chat.transcript.chrome import (
    BUTTON,
    VERSIONS,
    action_spots,
    paint_action,
    paint_versions,
    version_spots,
)
from chatapp.ui.chat.transcript.message_item import MessageCanvas, MessageItem, Setting
from chatapp.ui.chat.transcript.segment import Kind

if TYPE_CHECKING:
    from chatapp.domain.message import Message
    from chatapp.ui.chat.transcript.item import Spot

SHARE = 0.78  # of the column
PADDING_X = 14
PADDING_Y = 9
RADIUS = 14
NARROW = 480


class OwnMessageItem(MessageItem):
    """Draws one message of the user."""

    gap = 24

    def __init__(self, message: Message, setting: Setting) -> None:
        super().__init__(message, setting)
        self.set_message(message)

    @property
    def height(self) -> float:
        """Of the whole message with the space below it."""
        return self.lead_height + self.body.height + 2 * PADDING_Y + self.gap

    def set_message(self, message: Message) -> bool:
        """Draw this message from now on; True if nothing but its text grew."""
        self.message = message
        self.body.set_text(message.content, complete=True)
        self._arrange()
        return False

    def set_width(self, width: float) -> None:
        """Lay out for this width from now on."""
        if width == self._width:
            return
        self._width = width
        room = self._setting.style.px(BUTTON + 4) * len(self._setting.own_actions)
        share = width - room if width < NARROW else width * SHARE
        self.body.set_width(share - 2 * PADDING_X)
        self._arrange()

    def measure(self, top: float, bottom: float) -> None:
        """Lay out what stands between two heights."""
        super().measure(top, bottom)
        self._arrange()

    def _arrange(self) -> None:
        self.body_x = self._width - PADDING_X - self._text_width()
        self.body_y = self.lead_height + PADDING_Y
        self._spots = None

    def _text_width(self) -> float:
        has_code = any(segment.kind is Kind.CODE for segment in self.body.segments[:20])
        return self.body.width if has_code else min(self.body.width, self.body.used_width + 1)

    def outline(self) -> QRectF:
        """The bubble."""
        return self._bubble()

    def _bubble(self) -> QRectF:
        x = self.body_x - PADDING_X
        y = self.lead_height
        return QRectF(x, y, self._width - x, self.body.height + 2 * PADDING_Y)

    def paint(self, painter: QPainter, canvas: MessageCanvas) -> None:
        """Draw with the painter's origin at the message's top left corner."""
        self._paint_lead(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._setting.style.colour("bubble"))
        painter.drawRoundedRect(self._bubble(), RADIUS, RADIUS)
        self._paint_body(painter, canvas)
        if canvas.active:
            for spot in self._own_spots():
                paint_action(painter, spot, self._setting.style, canvas.hot)
            paint_versions(painter, self._own_spots(), self._versions(), self._setting.style)

    def _own_spots(self) -> list[Spot]:
        bubble, style = self._bubble(), self._setting.style
        names = self._setting.own_actions
        size = style.px(BUTTON)
        x = bubble.left() - 8 - len(names) * (size + 2)
        y = bubble.top() + min(max(4.0, bubble.height() - size - 6), 400.0)
        spots = action_spots(names, x, y, style)
        before = x - 2 * size - style.px(VERSIONS) - 4
        return version_spots(self._versions(), before, y, style) + spots
