"""What is selected: text between two places, which may be in different messages."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A place in the text of a conversation; places compare in reading order.

    Attributes:
        row: The message.
        block: The segment in it.
        position: The text position in that, as its item counts.
    """

    row: int
    block: int
    position: int


END = 1 << 40  # a position behind every text


class Selection:
    """A stretch of text with a fixed and a moving end."""

    def __init__(self) -> None:
        self._fixed: Place | None = None
        self._moving: Place | None = None

    @property
    def moving(self) -> Place | None:
        """The end that follows the pointer or the keys."""
        return self._moving

    @property
    def range(self) -> tuple[Place, Place] | None:
        """First and last place, or None if nothing is selected."""
        if self._fixed is None or self._moving is None or self._fixed == self._moving:
            return None
        return min(self._fixed, self._moving), max(self._fixed, self._moving)

    def begin(self, place: Place) -> None:
        """Start at a place, with nothing selected yet."""
        self._fixed = self._moving = place

    def select(self, fixed: Place, moving: Place) -> None:
        """Select between two places."""
        self._fixed, self._moving = fixed, moving

    def extend(self, place: Place) -> None:
        """Move the moving end."""
        if self._fixed is None:
            self._fixed = place
        self._moving = place

    def clear(self) -> None:
        """Nothing is selected any more."""
        self._fixed = self._moving = None

    def within(self, row: int, block: int) -> tuple[int, int] | None:
        """The selected positions of one segment; the last may be behind its text."""
        chosen = self.range
        if chosen is None:
            return None
        first, last = chosen
        here = (row, block)
        if here < first[:2] or here > last[:2]:
            return None
        start = first.position if here == first[:2] else 0
        end = last.position if here == last[:2] else END
        return (start, end) if start != end else None
