"""What every item that draws a segment can do, and what it is given to draw with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import re

    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from chatapp.ui.chat.transcript.segment import Segment
    from chatapp.ui.chat.transcript.style import Style


@dataclass(slots=True)
class Canvas:
    """What to draw one item with.

    Attributes:
        clip: What of the item is in view, in the item's own coordinates.
        selection: First and last selected position, or None.
        marks: Places found by a search, each its first and last position.
        current_mark: The one of `marks` the user stands on, or None.
        hovered: The action of the button under the pointer, or an empty text.
    """

    style: Style
    clip: QRectF
    selection: tuple[int, int] | None = None
    marks: list[tuple[int, int]] = field(default_factory=list)
    current_mark: int | None = None
    hovered: str = ""


@dataclass(slots=True, frozen=True)
class Spot:
    """A place that can be pressed.

    Attributes:
        rect: Where, in the coordinates of what holds it.
        action: What pressing it asks for.
        name: What it is called, for those who cannot see it.
    """

    rect: QRectF
    action: str
    name: str


class SegmentItem(Protocol):
    """Draws one segment.

    Attributes:
        height: After `layout`, in pixels.
        used_width: The width the text really takes.
    """

    height: float
    used_width: float

    def set_segment(self, segment: Segment) -> None:
        """Draw this segment from now on; it is the same one grown, or another."""
        ...

    def layout(self, width: float) -> float:
        """Lay out for a width; gives the height."""
        ...

    def paint(self, painter: QPainter, canvas: Canvas) -> None:
        """Draw with the painter's origin at the item's top left corner."""
        ...

    def position_at(self, x: float, y: float) -> int:
        """The text position nearest to a point."""
        ...

    def length(self) -> int:
        """How many positions the text has."""
        ...

    def plain(self, start: int, end: int) -> str:
        """The text between two positions."""
        ...

    def word_at(self, position: int) -> tuple[int, int]:
        """The word around a position."""
        ...

    def rect_of(self, position: int) -> QRectF:
        """Where a text position is: the line's height, no width to speak of."""
        ...

    def reveal(self, position: int) -> None:
        """Move sideways so far that a position is in view."""
        ...

    def find(self, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
        """The places where `pattern` is found in the text as drawn."""
        ...

    def link_at(self, x: float, y: float) -> str:
        """The address of the link at a point, or an empty text."""
        ...

    def links(self) -> list[tuple[str, str, QRectF]]:
        """The links: text, address, and where each begins."""
        ...

    def spots(self) -> list[Spot]:
        """The buttons inside."""
        ...

    def scroll(self, change: float) -> bool:
        """Move sideways by some pixels; False if nothing moved."""
        ...
