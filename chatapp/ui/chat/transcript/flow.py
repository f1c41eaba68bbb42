"""Which messages are in view, and where.

The truth about scrolling is a message and an offset in it; the scroll bar is
derived from that. Heights of messages out of view are estimates; when one is
corrected, what is in view stays where it is. Nothing here costs more for a long
conversation than for a short one.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from chatapp.domain.message import Role
from chatapp.ui.chat.transcript import words
from chatapp.ui.chat.transcript.folded_message import FoldedMessageItem
from chatapp.ui.chat.transcript.heights import Heights
from chatapp.ui.chat.transcript.lead import Lead
from chatapp.ui.chat.transcript.own_message import OwnMessageItem
from chatapp.ui.chat.transcript.reply_item import ReplyItem
from chatapp.ui.chat.transcript.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QRectF

    from chatapp.domain.message import Message
    from chatapp.ui.chat.transcript.message_item import MessageItem, Setting

ABOVE_FIRST = 24
BELOW_LAST = 16
CACHED_ITEMS = 120
_SAMPLE = 64  # messages the mean height is guessed from
_TRIES = 6  # a place is found when measuring moved it no more


class Anchor(NamedTuple):
    """A place that is to stay: a message, a segment in it, and pixels below its top."""

    row: int
    block: int
    offset: float


class Flow:
    """Lays out the messages around one place.

    Attributes:
        rows: The messages.
        at_end: Whether the end is in view and stays so when text comes.
    """

    def __init__(self, setting: Setting) -> None:
        self.rows = Rows()
        self.setting = setting
        self.at_end = True
        self._heights = Heights(0, 0, self._estimate)
        self._items: OrderedDict[int, MessageItem] = OrderedDict()
        self._width = 0.0
        self._view = 0
        self._row = 0  # the first message in view
        self._offset = 0.0  # how much of it is above the view; negative above the first

    # ---- what there is

    def show(self, rows: Rows) -> None:
        """Show other messages, from their end."""
        self.rows = rows
        self._items.clear()
        self._measure_anew()
        self.go_to_end()

    def take_formulas(self) -> None:
        """A formula was drawn: what waited for it is drawn anew, and nothing in view moves."""
        anchor = self.anchor()
        for row, item in self._items.items():
            if item.body.take_formulas():
                self._heights[row] = round(item.height)
        self._settle_again(anchor)

    def restore(self, rows: Rows, anchor: Anchor) -> None:
        """Show other messages at a place."""
        self.rows = rows
        self._items.clear()
        self._measure_anew()
        self.at_end = False
        self._settle(anchor, 0.0)

    def append(self, message: Message) -> None:
        """A message came to the end."""
        row = self.rows.append(message)
        self._heights.append(self._estimate(row))
        self._settle_again(self.anchor())

    def update(self, row: int, message: Message) -> float:
        """A message has a new value; gives the height of the view from which it shows."""
        anchor = self.anchor()
        before = (self._row, self._offset)
        self.rows.replace(row, message)
        item = self._items.get(row)
        grown = False
        if item is None:
            self._heights[row] = self._estimate(row)
        elif _class_of(message) is type(item):
            grown = item.set_message(message)
            self._heights[row] = round(item.height)
        else:
            del self._items[row]
        self._settle_again(anchor)
        if item is None or not grown or before != (self._row, self._offset):
            return 0.0
        top = self._heights.before(row) - self._heights.before(self._row) - self._offset
        return top + item.y_of(item.body.changed_from, 0.0)

    def resize(self, width: float, view: int) -> None:
        """The column is `width` wide and the view `view` high."""
        if (width, view) == (self._width, self._view):
            return
        anchor = self.anchor() if self._view else None
        if width != self._width:
            self._width = width
            self._measure_anew()
        self._view = view
        if anchor is None:
            self.go_to_end()
        else:
            self._settle_again(anchor)

    def restyle(self, setting: Setting) -> None:
        """Everything is drawn in another way."""
        anchor = self.anchor()
        self.setting = setting
        self._items.clear()
        self._measure_anew()
        self._settle_again(anchor)

    def refresh(self, row: int) -> None:
        """The user unfolded or folded a part of a message."""
        anchor = self.anchor()
        item = self._items.get(row)
        if item is not None:
            item.set_message(item.message)
            self._heights[row] = round(item.height)
        self.at_end = False
        self._settle_again(anchor)

    def _settle_again(self, anchor: Anchor) -> None:
        if self.at_end:
            self.go_to_end()
        else:
            self._settle(anchor, 0.0)

    # ---- heights

    def _measure_anew(self) -> None:
        count = len(self.rows)
        sample = sorted(self._estimate(row) for row in range(max(0, count - _SAMPLE), count))
        usual = sample[: len(sample) * 19 // 20 + 1]  # without the one huge message
        mean = sum(usual) // len(usual) if usual else 0
        self._heights = Heights(count, mean, self._estimate)

    def _estimate(self, row: int) -> int:
        message, style = self.rows[row], self.setting.style
        per_line = max(20.0, self._width / style.character)
        text = message.content
        lines = len(text) / per_line + 0.7 * text.count("\n", 0, 100_000) + 0.5
        around = 42 if message.role == Role.USER else 78
        return int(around + lines * style.line)

    def item(self, row: int) -> MessageItem:
        """What draws a message; kept for the messages last asked for."""
        item = self._items.get(row)
        if item is None:
            message = self.rows[row]
            item = self._items[row] = _class_of(message)(message, self.setting)
            item.set_lead(self._lead(row))
            if len(self._items) > CACHED_ITEMS:
                self._items.popitem(last=False)
        else:
            self._items.move_to_end(row)
        item.set_width(self._width)
        return item

    def _lead(self, row: int) -> Lead:
        """What begins with a message: another day, what was not read."""
        message, clock = self.rows[row], self.setting.clock
        day, today = words.day_of(message, clock), clock.local(clock.now()).date()
        before = words.day_of(self.rows[row - 1], clock) if row else today
        return Lead(
            words.day_name(day, today) if day != before else "",
            unread=self.setting.unread == message.id,
        )

    # ---- places

    @property
    def total(self) -> int:
        """The height of the whole conversation, in part estimated."""
        return self._heights.total + ABOVE_FIRST + BELOW_LAST if len(self.rows) else 0

    @property
    def value(self) -> int:
        """How much of the conversation is above the view: the scroll bar's value."""
        if not len(self.rows):
            return 0
        return round(ABOVE_FIRST + self._heights.before(self._row) + self._offset)

    def visible(self) -> Iterator[tuple[int, float, MessageItem]]:
        """The messages in view: row, place of the top, and what draws it."""
        row, y = self._row, -self._offset
        while row < len(self.rows) and y < self._view:
            yield row, y, self.item(row)
            y += self._heights[row]
            row += 1

    def row_at(self, y: float) -> tuple[int, float]:
        """The message nearest to a height of the view, and the place of its top."""
        row, top = self._row, -self._offset
        while row + 1 < len(self.rows) and y >= top + self._heights[row]:
            top += self._heights[row]
            row += 1
        while row > 0 and y < top:
            row -= 1
            top -= self._heights[row]
        return row, top

    def anchor(self) -> Anchor:
        """The place at the top of the view."""
        if not len(self.rows):
            return Anchor(0, -1, 0.0)
        block, offset = self.item(self._row).block_at(self._offset)
        return Anchor(self._row, block, offset)

    # ---- moving

    def scroll_by(self, change: float) -> None:
        """Move the view down by some pixels."""
        self.at_end = False
        if abs(change) > 4 * self._view:
            self.scroll_to(self.value + round(change))
        elif len(self.rows):
            self._settle(self.anchor(), -change)

    def scroll_to(self, value: int) -> None:
        """Move the view to a value of the scroll bar."""
        if not len(self.rows):
            return
        self.at_end = False
        row, inside = self._heights.find(value - ABOVE_FIRST)
        offset = min(0, value - ABOVE_FIRST) if row == 0 and value < ABOVE_FIRST else inside
        self._settle(Anchor(row, *self.item(row).block_at(offset)), 0.0)

    def go_to_row(self, row: int, block: int = -1) -> None:
        """Bring a message, or a segment of it, near the top of the view."""
        self.at_end = False
        self._settle(Anchor(row, block, 0.0), min(ABOVE_FIRST * 2.0, self._view / 4))

    def bring_into_view(self, row: int, block: int, rect: QRectF) -> None:
        """Move as little as needed to have a place of a segment well in view."""
        item = self.item(row)
        place = Anchor(row, block, rect.top())
        margin = min(80.0, self._view / 4)
        for seen, top, _ in self.visible():
            if seen == row:
                y = top + item.y_of(block, rect.top())
                if margin <= y <= self._view - margin - rect.height():
                    return
        self.at_end = False
        self._settle(place, self._view / 3)

    def go_to_end(self) -> None:
        """Bring the end into view and keep it there."""
        if len(self.rows) and self._view:
            last = len(self.rows) - 1
            bottom = float(self._view - BELOW_LAST)
            top = bottom - self._measure_end(last, bottom)
            self._fill(last, top, bottom)
        self.at_end = True

    def _settle(self, anchor: Anchor, y: float) -> None:
        """Put a place at a height of the view and lay out all that is then in view."""
        if not len(self.rows) or not self._view:
            return
        row = min(anchor.row, len(self.rows) - 1)
        item = self.item(row)
        inside = item.y_of(anchor.block, anchor.offset)
        for _ in range(_TRIES):
            item.measure(inside - y, inside - y + self._view)
            before, inside = inside, item.y_of(anchor.block, anchor.offset)
            if inside == before:
                break
        self._heights[row] = round(item.height)
        top = y - inside
        self._fill(row, top, top + self._heights[row])

    def _fill(self, row: int, top: float, bottom: float) -> None:
        """Lay out what is in view around one message whose top and bottom are known."""
        first, last = row, row
        while bottom < self._view and last + 1 < len(self.rows):
            last += 1
            bottom += self._measure_start(last, bottom)
        end = self._view - BELOW_LAST
        if bottom < end and last == len(self.rows) - 1:
            top += end - bottom
            self.at_end = True
        while top > 0 and first > 0:
            first -= 1
            top -= self._measure_end(first, top)
        if first == 0 and top > ABOVE_FIRST:
            self._row, self._offset = 0, -float(ABOVE_FIRST)
            self._fill_down()
            return
        while first < len(self.rows) - 1 and top + self._heights[first] <= 0:
            top += self._heights[first]
            first += 1
        self._row, self._offset = first, -top

    def _fill_down(self) -> None:
        row, y = self._row, -self._offset
        while row < len(self.rows) and y < self._view:
            y += self._measure_start(row, y)
            row += 1

    def _measure_start(self, row: int, top: float) -> int:
        """Lay out what is in view of a message whose top is known; gives its height."""
        item = self.item(row)
        item.measure(-top, self._view - top)
        self._heights[row] = round(item.height)
        return self._heights[row]

    def _measure_end(self, row: int, bottom: float) -> int:
        """Lay out what is in view of a message whose bottom is known; gives its height."""
        item = self.item(row)
        height = item.height
        for _ in range(_TRIES):
            item.measure(height - bottom, height - bottom + self._view)
            before, height = height, item.height
            if before == height:
                break
        self._heights[row] = round(height)
        return self._heights[row]

    # ---- ahead of need

    def measure_ahead(self) -> bool:
        """Lay out one more thing near the view; False if all near it is laid out."""
        if not len(self.rows):
            return False
        anchor = self.anchor()
        for row in self._near():
            item = self.item(row)
            if item.body.measure_more():
                item.measure(0, 0)
                self._heights[row] = round(item.height)
                self._settle_again(anchor)
                return True
        return False

    def _near(self) -> list[int]:
        """The messages up to a view above and below the view."""
        rows, y = [], -self._offset
        row = self._row
        while row < len(self.rows) and y < 2 * self._view:
            rows.append(row)
            y += self._heights[row]
            row += 1
        row, y = self._row, -self._offset
        while row > 0 and y > -self._view:
            row -= 1
            y -= self._heights[row]
            rows.append(row)
        return rows


def _class_of(message: Message) -> type[OwnMessageItem | ReplyItem | FoldedMessageItem]:
    if message.role == Role.USER:
        return OwnMessageItem
    return ReplyItem if message.role == Role.ASSISTANT else FoldedMessageItem
