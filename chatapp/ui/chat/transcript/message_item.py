"""One message as it is drawn: its text with what stands around it.

There are three kinds: what the user wrote (a bubble), a reply (straight on the
page, with a header and actions), and everything else (folded to a line). Places
are in pixels from the message's top left corner.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from chatapp.domain.message import Role
from chatapp.ui.chat.transcript.body import Body
from chatapp.ui.chat.transcript.item import Canvas, Spot
from chatapp.ui.chat.transcript.lead import Lead

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPainter

    from chatapp.domain.ids import MessageId
    from chatapp.domain.message import Message
    from chatapp.kit.clock import Clock
    from chatapp.ui.chat.transcript.style import Style

Versions = tuple[int, int]  # which of how many siblings is in view, from 1


@dataclass(slots=True)
class Setting:
    """What all messages of a transcript are drawn with.

    Attributes:
        unfolded: Parts the user unfolded, each a message and the action of its fold line.
        own_actions: What can be done with the user's own messages.
        reply_actions: What can be done with replies.
        menu_actions: What the menu offers beside the buttons.
        versions: Which version of a message is in view, and of how many.
        unread: The first message that was not read yet.
    """

    style: Style
    clock: Clock
    unfolded: set[tuple[MessageId, str]] = field(default_factory=set)
    own_actions: tuple[str, ...] = ("copy", "edit")
    reply_actions: tuple[str, ...] = ("copy", "regenerate", "quote")
    menu_actions: tuple[str, ...] = ("delete",)
    versions: Callable[[MessageId], Versions] | None = None
    unread: MessageId | None = None


@dataclass(slots=True)
class MessageCanvas:
    """What to draw one message with.

    Attributes:
        clip: What of the message is in view.
        active: Whether its actions are shown: it is pointed at, focused or the newest.
        hot: The action under the pointer, or an empty text.
        selection: Gives the selected positions of a segment, or None.
        marks: Gives the places found in a segment and which is current.
    """

    clip: QRectF
    active: bool
    hot: str
    selection: Callable[[int], tuple[int, int] | None]
    marks: Callable[[int], tuple[list[tuple[int, int]], int | None]]


class MessageItem(ABC):
    """Draws one message."""

    gap = 20  # below it

    def __init__(self, message: Message, setting: Setting) -> None:
        self.message = message
        self.body = Body(setting.style, plain=message.role != Role.ASSISTANT)
        self.body_x = 0.0
        self.body_y = 0.0
        self._setting = setting
        self._width = 0.0
        self._spots: list[Spot] | None = None
        self._lead = Lead()

    # ---- geometry

    def set_lead(self, lead: Lead) -> None:
        """Let these lines stand above the message."""
        if lead != self._lead:
            self._lead = lead
            self._arrange()

    @property
    def lead_height(self) -> int:
        """The room of the lines above the message."""
        return self._lead.height(self._setting.style)

    @abstractmethod
    def _arrange(self) -> None:
        """Place everything anew."""

    @property
    @abstractmethod
    def height(self) -> float:
        """Of the whole message with the space below it."""

    @abstractmethod
    def set_message(self, message: Message) -> bool:
        """Draw this message from now on; True if nothing but its text grew."""

    @abstractmethod
    def set_width(self, width: float) -> None:
        """Lay out for this width from now on."""

    def measure(self, top: float, bottom: float) -> None:
        """Lay out what stands between two heights."""
        self.body.measure(top - self.body_y, bottom - self.body_y)
        self._spots = None

    # ---- places

    def block_at(self, y: float) -> tuple[int, float]:
        """The segment at a height and how far below its top that is; -1 above the first."""
        inside = y - self.body_y
        if inside < 0 or not self.body.segments:
            return -1, y
        index = self.body.index_at(inside)
        return index, inside - self.body.top_of(index)

    def y_of(self, block: int, offset: float) -> float:
        """The height of a place `block_at` gave."""
        if block < 0 or block >= len(self.body.segments):
            return offset
        return self.body_y + self.body.top_of(block) + offset

    def position_at(self, x: float, y: float) -> tuple[int, int]:
        """The segment and the text position nearest to a point."""
        if not self.body.segments:
            return 0, 0
        index = self.body.index_at(y - self.body_y)
        item = self.body.item(index)
        item_y = y - self.body_y - self.body.top_of(index)
        if y < self.body_y:
            return 0, 0
        x = x - self.body_x - self.body.indent_of(index)
        return index, item.position_at(x, max(0.0, min(item_y, item.height - 1)))

    def outline(self) -> QRectF:
        """What the message fills, for the focus ring."""
        lead = self.lead_height
        return QRectF(0, lead, self._width, self.height - self.gap - lead)

    # ---- drawing

    @abstractmethod
    def paint(self, painter: QPainter, canvas: MessageCanvas) -> None:
        """Draw with the painter's origin at the message's top left corner."""

    def _paint_lead(self, painter: QPainter) -> None:
        if self.lead_height:
            self._lead.paint(painter, self._setting.style, self._width)

    def _versions(self) -> Versions:
        lookup = self._setting.versions
        return lookup(self.message.id) if lookup is not None else (1, 1)

    def _paint_body(self, painter: QPainter, canvas: MessageCanvas) -> None:
        body, clip = self.body, canvas.clip.translated(-self.body_x, -self.body_y)
        index = body.index_at(clip.top())
        while index < len(body.segments) and body.top_of(index) < clip.bottom():
            x, y = body.indent_of(index), body.top_of(index)
            marks, current = canvas.marks(index)
            hot, _, at = canvas.hot.partition(":")
            drawn = Canvas(
                self._setting.style,
                clip.translated(-x, -y),
                canvas.selection(index),
                marks,
                current,
                hot if at == str(index) else "",
            )
            painter.save()
            painter.translate(self.body_x + x, self.body_y + y)
            body.item(index).paint(painter, drawn)
            painter.restore()
            index += 1

    # ---- what can be pressed

    def spots(self) -> list[Spot]:
        """Every button of the message; those of its segments end in `:` and their number."""
        if self._spots is None:
            self._spots = [*self._own_spots(), *self._body_spots()]
        return self._spots

    def spot_at(self, x: float, y: float) -> Spot | None:
        """The button at a point."""
        return next((spot for spot in self.spots() if spot.rect.contains(x, y)), None)

    def link_at(self, x: float, y: float) -> str:
        """The address of the link at a point, or an empty text."""
        if not self.body.segments:
            return ""
        index = self.body.index_at(y - self.body_y)
        x = x - self.body_x - self.body.indent_of(index)
        return self.body.item(index).link_at(x, y - self.body_y - self.body.top_of(index))

    @abstractmethod
    def _own_spots(self) -> list[Spot]:
        """The buttons beside those of the segments."""

    def _body_spots(self) -> list[Spot]:
        found = []
        for index in range(len(self.body.segments)):
            for spot in self.body.spots_of(index):
                x = self.body_x + self.body.indent_of(index)
                y = self.body_y + self.body.top_of(index)
                found.append(Spot(spot.rect.translated(x, y), f"{spot.action}:{index}", spot.name))
        return found

    def _is_unfolded(self, part: str) -> bool:
        return (self.message.id, part) in self._setting.unfolded
