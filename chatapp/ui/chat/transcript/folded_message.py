"""Draws what is neither the user's nor a reply: system messages, results of tools.

Folded to one line; unfolded, its text stands below as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatapp.domain.message import Role
from chatapp.ui.chat.transcript import words
from chatapp.ui.chat.transcript.chrome import FOLD_HEIGHT, fold_spot, paint_fold
from chatapp.ui.chat.transcript.message_item import MessageCanvas, MessageItem, Setting
from chatapp.ui.chat.transcript.safety import visible

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
        unfolded = self._is_unfolded(TOGGLE)
        self.body.set_text(message.content if unfolded else "", complete=True)
        self._arrange()
        return False

    def _arrange(self) -> None:
        self.body_y = self.lead_height + self._setting.style.px(FOLD_HEIGHT) + 4
        self._spots = None

    def set_width(self, width: float) -> None:
        """Lay out for this width from now on."""
        self._width = width
        self.body.set_width(width - self.body_x)
        self._spots = None

    def paint(self, painter: QPainter, canvas: MessageCanvas) -> None:
        """Draw with the painter's origin at the message's top left corner."""
        self._paint_lead(painter)
        unfolded = self._is_unfolded(TOGGLE)
        hot = canvas.hot == TOGGLE
        paint_fold(painter, self._fold(), self._setting.style, unfolded=unfolded, hot=hot)
        self._paint_body(painter, canvas)

    def _fold(self) -> Spot:
        name = words.author(self.message)
        tool = self.message.metadata.get("name")
        if self.message.role == Role.TOOL and isinstance(tool, str):
            name = f"Result of {visible(tool)}"
        return fold_spot(name, self.lead_height, self._setting.style, TOGGLE)

    def _own_spots(self) -> list[Spot]:
        return [self._fold()]
