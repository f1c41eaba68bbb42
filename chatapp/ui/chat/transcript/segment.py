"""A segment: one block of a message, drawn by one item."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Kind(enum.Enum):
    """What a segment is, and so how it is drawn."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    QUOTE = "quote"
    TABLE = "table"
    CODE = "code"
    MATHS = "maths"
    RULE = "rule"


@dataclass(slots=True)
class Segment:
    """One block.

    Attributes:
        lines: What is drawn: without fences and without the indentation of the list around it.
        start: Where its source begins in the message, in characters.
        end: Where its source ends.
        language: Of code, as written after the fence.
        level: How many list items stand around it.
        continues: Whether it is the rest of the segment before.
        closed: Whether its end was seen, so that no later line joins it.
    """

    kind: Kind
    lines: list[str]
    start: int
    end: int
    language: str = ""
    level: int = 0
    continues: bool = False
    closed: bool = False

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)
