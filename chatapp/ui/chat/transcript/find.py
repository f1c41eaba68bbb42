"""Finds text in a conversation, most of which is not laid out.

The text as written is searched, a slice at a time. A space in what is looked for
also stands for a line end, and for the markers of emphasis and code around it, so
that what is read together is found together.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from chatapp.ui.chat.transcript.rows import Rows

SLICE_ROWS = 256
SLICE_CHARACTERS = 1_000_000
HITS_LIMIT = 100_000

_GAP = r"[*_`~]*\s+[*_`~]*"


class Hit(NamedTuple):
    """A place found: a message and where in its text."""

    row: int
    start: int
    end: int


def pattern_for(text: str, *, regex: bool, case: bool) -> re.Pattern[str]:
    """What to look for.

    Raises:
        re.error: `text` is no regular expression.
    """
    flags = re.NOFLAG if case else re.IGNORECASE
    if regex:
        return re.compile(text, flags | re.MULTILINE)
    words = [re.escape(word) for word in re.split(r"\s+", text)]
    return re.compile(_GAP.join(words), flags)


class Search:
    """One search through a conversation.

    Attributes:
        pattern: What is looked for.
        hits: What was found, in reading order.
        current: The hit the user stands on, or -1.
    """

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.hits: list[Hit] = []
        self.current = -1
        self._next_row = 0

    def advance(self, rows: Rows) -> bool:
        """Search some further messages; False if all were searched."""
        characters, until = 0, min(len(rows), self._next_row + SLICE_ROWS)
        while self._next_row < until and characters < SLICE_CHARACTERS:
            content = rows[self._next_row].content
            characters += len(content)
            self._search(self._next_row, content)
            self._next_row += 1
        return self._next_row < len(rows) and len(self.hits) < HITS_LIMIT

    def _search(self, row: int, content: str) -> None:
        for found in self.pattern.finditer(content):
            if found.end() > found.start():
                self.hits.append(Hit(row, *found.span()))

    def forget(self, row: int) -> None:
        """The messages from `row` on changed, or came: they are searched again."""
        kept = self._before(row)
        del self.hits[kept:]
        self._next_row = min(self._next_row, row)
        if self.current >= kept:
            self.current = kept - 1

    def nearest(self, row: int) -> int:
        """The first hit in this message or below it, else the first of all; -1 without hits."""
        at = self._before(row)
        return at if at < len(self.hits) else min(0, len(self.hits) - 1)

    def step(self, change: int) -> Hit | None:
        """Go on to the next hit, or with -1 back to the one before; around at the ends."""
        if not self.hits:
            return None
        self.current = (self.current + change) % len(self.hits)
        return self.hits[self.current]

    def hits_in(self, row: int, start: int, end: int) -> tuple[int, int]:
        """The hits whose beginning is in a stretch of a message: the first and how many."""
        first = at = self._before(row)
        while at < len(self.hits) and self.hits[at].row == row and self.hits[at].start < end:
            first += self.hits[at].start < start
            at += 1
        return first, at - first

    def _before(self, row: int) -> int:
        """How many hits there are before a message."""
        low, high = 0, len(self.hits)
        while low < high:
            middle = (low + high) // 2
            if self.hits[middle].row < row:
                low = middle + 1
            else:
                high = middle
        return low
