"""Moves a place through the text of a conversation, as keys ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatapp.ui.chat.transcript.selection import Place

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF

    from chatapp.ui.chat.transcript.flow import Flow
    from chatapp.ui.chat.transcript.item import SegmentItem

Block = tuple[int, int]  # a message and a segment in it


class Caret:
    """Knows which place is before, behind, above and below another."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow

    def rect(self, place: Place) -> QRectF:
        """Where a place is, in its segment."""
        return self._item(place[:2]).rect_of(place.position)

    def start_of(self, row: int) -> Place:
        """The beginning of a message."""
        return Place(row, 0, 0)

    def beside(self, place: Place, change: int) -> Place:
        """One position on (1) or back (-1), into the next segment at the ends."""
        item = self._known(place)
        if item is None:
            return self._next_block(place[:2], change) or place
        position = min(place.position, item.length()) + change
        if 0 <= position <= item.length():
            return place._replace(position=position)
        return self._next_block(place[:2], change) or place

    def word_beside(self, place: Place, change: int) -> Place:
        """One word on or back."""
        moved = self.beside(place, change)
        if moved[:2] != place[:2]:
            return moved
        item = self._item(moved[:2])
        start, end = item.word_at(moved.position if change > 0 else max(0, moved.position - 1))
        found = end if change > 0 else start
        return moved._replace(position=max(found, moved.position) if change > 0 else found)

    def line_beside(self, place: Place, change: int) -> Place:
        """One line down or up, at the same distance from the left."""
        item = self._known(place)
        if item is None:
            return self._next_block(place[:2], change) or place
        rect = item.rect_of(place.position)
        y = rect.bottom() + 2 if change > 0 else rect.top() - 2
        if 0 <= y < item.height:
            position = item.position_at(rect.x(), y)
            if position != place.position and (position > place.position) == (change > 0):
                return place._replace(position=position)
        end = place._replace(position=item.length() if change > 0 else 0)
        return self._next_block(place[:2], change) or end

    def line_end(self, place: Place, change: int) -> Place:
        """The end of the line (1) or its beginning (-1)."""
        item = self._known(place)
        if item is None:
            return place
        y = item.rect_of(place.position).center().y()
        return place._replace(position=item.position_at(1e6 if change > 0 else -1e6, y))

    def _next_block(self, block: Block, change: int) -> Place | None:
        row, index = block[0], block[1] + change
        while 0 <= row < len(self._flow.rows):
            body = self._flow.item(row).body
            if 0 <= index < len(body.segments):
                item = body.ready_item(index)
                return Place(row, index, 0 if change > 0 else item.length())
            row += change
            if 0 <= row < len(self._flow.rows):
                count = len(self._flow.item(row).body.segments)
                index = 0 if change > 0 else count - 1
        return None

    def _known(self, place: Place) -> SegmentItem | None:
        return self._item(place[:2]) if self._flow.item(place.row).body.segments else None

    def _item(self, block: Block) -> SegmentItem:
        body = self._flow.item(block[0]).body
        return body.ready_item(min(block[1], len(body.segments) - 1))
