"""Draws what is neither the user's nor a reply: system messages, results of tools.

Folded to one line; unfolded, its text stands below as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatapp.ui.chat.transcript import words
from chatapp.ui.chat.transcript.chrome import FOLD_HEIGHT, fold_spot, paint_fold
from chatapp.ui.chat.transcript.message_item import MessageCanvas, MessageItem, Setting

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from chatapp.domain.message import Message
    from chatapp.ui.chat.transcript.item import Spot

TOGGLE = "toggle_message"


class FoldedMessageItem(MessageItem):
    """Draws one message folded to a line."""

    def __init__(self, message: Message, setting: Setting) -> None:
        super().__init__(message, setting)
        self.body_x = 18
        self.set_message(message)

    @property
    def height(self) -> float:
        """Of the whole message with the space below it."""
        return self.body_y + (self.body.height if self.body.segments else 0.0) + self.gap

    def set_message(self, message: Message) -> bool:
        """Draw this message from now on; True if nothing but its text grew."""
        self.message = message
        style = self._setting.style
        self.body_y = style.px(FOLD_HEIGHT) + 4
        unfolded = self._is_unfolded(TOGGLE)
        self.body.set_text(message.content if unfolded else "", complete=True)
        self._spots = None
        return False

    def set_width(self, width: float) -> None:
        """Lay out for this width from now on."""
        self._width = width
        self.body.set_width(width - self.body_x)
        self._spots = None

    def paint(self, painter: QPainter, canvas: MessageCanvas) -> None:
        """Draw with the painter's origin at the message's top left corner."""
        unfolded = self._is_unfolded(TOGGLE)
        hot = canvas.hot == TOGGLE
        paint_fold(painter, self._fold(), self._setting.style, unfolded=unfolded, hot=hot)
        self._paint_body(painter, canvas)

    def _fold(self) -> Spot:
        name = words.author(self.message)
        return fold_spot(name, 0, self._setting.style, TOGGLE)

    def _own_spots(self) -> list[Spot]:
        return [self._fold()]
