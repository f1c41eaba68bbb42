"""The text of one message: its segments, one under another.

Only segments in view are laid out; the others have an estimated height. In a
message that still grows, only what changed is cut and laid out again, whatever
its length. Heights and places are in pixels from the top of the text.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from chatapp.ui.chat.transcript.code import FOLDED_FROM, FOLDED_TO, CodeItem
from chatapp.ui.chat.transcript.formula_item import FormulaItem
from chatapp.ui.chat.transcript.prose import ProseItem
from chatapp.ui.chat.transcript.references import References
from chatapp.ui.chat.transcript.rule import RuleItem
from chatapp.ui.chat.transcript.segment import Kind, Segment
from chatapp.ui.chat.transcript.segmenter import Segmenter
from chatapp.ui.chat.transcript.table import TableItem

if TYPE_CHECKING:
    from chatapp.ui.chat.transcript.item import SegmentItem, Spot
    from chatapp.ui.chat.transcript.style import Style

ALL_AT_ONCE = 12  # so many segments are laid out together, in view or not
CHARACTERS_SHOWN = 1_000_000  # of one message; the rest waits until it is asked for


class Body:
    """The segments of one message and what draws them.

    Attributes:
        segments: The blocks of the text.
        width: What was laid out for.
    """

    def __init__(self, style: Style, *, plain: bool = False) -> None:
        """Draw Markdown, or with `plain` a text in which only code fences mean anything."""
        self.width = 0.0
        self.shown = CHARACTERS_SHOWN  # characters; see `show_more`
        self.changed_from = 0  # the first segment the last `set_text` touched
        self._style = style
        self._plain = plain
        self._segmenter = Segmenter(plain=plain)
        self.references = References()
        self._text = ""
        self._complete = False
        self._items: list[SegmentItem | None] = []
        self._kinds: list[Kind] = []
        self._seen: list[tuple[object, ...]] = []  # what was last known of each segment
        self._gaps: list[float] = []  # the space above each
        self._heights: list[float] = []
        self._known: list[bool] = []
        self._unknown = 0
        self._bottoms: list[float] = []

    # ---- text

    @property
    def segments(self) -> list[Segment]:
        """The blocks of the text."""
        return self._segmenter.segments

    @property
    def hidden(self) -> int:
        """How many characters of a very long text are not shown."""
        return max(0, len(self._text) - self.shown)

    def show_more(self, characters: int) -> None:
        """Show at least so many characters of a very long text."""
        if characters > self.shown:
            text, complete, self._text = self._text, self._complete, ""
            self.shown, self._complete = characters, False
            self._segmenter = Segmenter(plain=self._plain)
            self.set_text(text, complete=complete)

    def set_text(self, text: str, *, complete: bool) -> None:
        """Show `text`, which may be what is shown with more at its end."""
        if text == self._text and complete == self._complete:
            return
        first = 0
        before = len(self._text)
        if self._complete or not text.startswith(self._text):
            self._segmenter = Segmenter(plain=self._plain)
            before = 0
        if before < self.shown:
            first = self._segmenter.feed(text[before : self.shown])
        if complete:
            first = min(first, self._segmenter.finish())
        self._text = text
        self._complete = complete
        self.changed_from = first
        self._take_over(first)

    def _take_over(self, first: int) -> None:
        """Let the items follow the segments, which changed from `first` on."""
        segments = self.segments
        if first < min(len(self._seen), len(segments)):
            first += self._seen[first] == _signature(segments[first])
        del self._kinds[len(segments) :], self._items[len(segments) :]
        del self._gaps[first:], self._seen[first:]
        for index in range(first, len(segments)):
            kind = segments[index].kind
            if index == len(self._kinds):
                self._kinds.append(kind)
                self._items.append(None)
            elif self._kinds[index] is not kind:
                self._kinds[index] = kind
                self._items[index] = None
            self._gaps.append(self._gap(index))
            self._seen.append(_signature(segments[index]))
        self._forget(first)
        for index in [] if self._plain else self.references.follow(segments, first):
            self.changed_from = min(self.changed_from, index)
            self._unknown += self._known[index]
            self._known[index] = False

    def _forget(self, first: int) -> None:
        """What was measured from segment `first` on holds no more."""
        count = len(self._kinds)
        del self._heights[first:], self._known[first:], self._bottoms[first:]
        self._known.extend([False] * (count - first))
        self._unknown = self._known.count(False) if first else count
        for index in range(first, count):
            self._heights.append(self._estimate(index))

    # ---- measuring

    @property
    def height(self) -> float:
        """Of the whole text, in part estimated."""
        return self._bottom(len(self._heights) - 1)

    @property
    def used_width(self) -> float:
        """The width the widest segment laid out really takes."""
        return max((item.used_width for item in self._items if item is not None), default=0.0)

    def set_width(self, width: float) -> None:
        """Lay out for this width from now on."""
        if width != self.width:
            self.width = width
            self._forget(0)

    def measure(self, top: float, bottom: float) -> None:
        """Lay out every segment between two heights."""
        if not self._unknown:
            return
        if len(self._heights) <= ALL_AT_ONCE:
            top, bottom = float("-inf"), float("inf")
        index = self.index_at(top)
        while index < len(self._heights) and self.top_of(index) < bottom:
            if not self._known[index]:
                self._measure(index)
            index += 1

    def measure_more(self) -> bool:
        """Lay out one more segment; False if there was none left."""
        if not self._unknown:
            return False
        self._measure(self._known.index(False))
        return True

    def _measure(self, index: int) -> None:
        item = self.item(index)
        segment = self.segments[index]
        if isinstance(item, ProseItem) and not self._plain:
            item.set_text(self.references.prepared(segment))
        else:
            item.set_segment(segment)
        indent = self.indent_of(index)
        height = item.layout(max(40.0, self.width - indent)) + self._gaps[index]
        if self._is_hidden(index):
            height = 0.0
        self._known[index] = True
        self._unknown -= 1
        if height != self._heights[index]:
            self._heights[index] = height
            del self._bottoms[index:]

    def item(self, index: int) -> SegmentItem:
        """What draws a segment."""
        known = self._items[index]
        if known is None:
            known = self._items[index] = self._make(self._kinds[index])
        return known

    def toggle_code(self, index: int) -> None:
        """Fold long code, or show all of it."""
        item = self.item(index)
        if isinstance(item, CodeItem):
            item.toggle()
            self.lay_out_again(index)

    def lay_out_again(self, index: int) -> None:
        """A segment has another height."""
        if self._known[index]:
            self._known[index] = False
            self._unknown += 1
            self._measure(index)

    def ready_item(self, index: int) -> SegmentItem:
        """What draws a segment, laid out."""
        if not self._known[index]:
            self._measure(index)
        return self.item(index)

    def take_formulas(self) -> bool:
        """Draw anew what waited for a formula; False if nothing did."""
        waiting = [
            index
            for index, item in enumerate(self._items)
            if isinstance(item, ProseItem) and item.is_waiting and self._known[index]
        ]
        for index in waiting:
            item = self._items[index]
            assert isinstance(item, ProseItem)
            item.forget_text()
            self.lay_out_again(index)
        return bool(waiting)

    def colour_more(self, lines: int) -> bool:
        """Colour some more code that is laid out; False if there is none left."""
        return any(isinstance(item, CodeItem) and item.colour_more(lines) for item in self._items)

    def spots_of(self, index: int) -> list[Spot]:
        """The buttons of a segment, if it was laid out."""
        item = self._items[index]
        return item.spots() if item is not None and self._known[index] else []

    def _make(self, kind: Kind) -> SegmentItem:
        if kind is Kind.CODE:
            return CodeItem(self._style)
        if kind is Kind.MATHS:
            return FormulaItem(self._style)
        if kind is Kind.TABLE:
            return TableItem(self._style)
        if kind is Kind.RULE:
            return RuleItem(self._style)
        return ProseItem(self._style, plain=self._plain)

    def _estimate(self, index: int) -> float:
        segment, style = self.segments[index], self._style
        if self._is_hidden(index):
            return 0.0
        if segment.kind is Kind.CODE:
            count = len(segment.lines)
            shown = FOLDED_TO if segment.closed and count >= FOLDED_FROM else count
            return shown * style.code_pitch + 60 + self._gaps[index]
        per_line = max(8.0, self.width / style.character)
        lines = sum(1 + len(line) // per_line for line in segment.lines)
        return lines * style.line + self._gaps[index]

    def _is_hidden(self, index: int) -> bool:
        return not self._plain and self.references.is_hidden(self.segments[index])

    def _gap(self, index: int) -> float:
        """The space above a segment."""
        if index == 0 or self._is_hidden(index):
            return 0.0
        segment = self.segments[index]
        if segment.continues:
            return self._style.line * 0.25 if segment.kind is Kind.LIST else 0.0
        before, kind = self._kinds[index - 1], self._kinds[index]
        if kind is Kind.HEADING:
            return self._style.line * (1.0 if before is not Kind.HEADING else 0.6)
        if before is Kind.HEADING:
            return self._style.line * 0.35
        boxed = kind in _BOXED or before in _BOXED
        return self._style.line * (0.62 if boxed else 0.5)

    # ---- places

    def indent_of(self, index: int) -> float:
        """How far to the right a segment inside list items stands."""
        return self.segments[index].level * self._style.indent

    def block_of(self, at: int) -> int:
        """The segment that holds a character of the text, or the last before it."""
        starts = self.segments
        low, high = 0, len(starts) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if starts[middle].start <= at:
                low = middle
            else:
                high = middle - 1
        return low

    def top_of(self, index: int) -> float:
        """Where a segment's drawing begins, below its gap."""
        return self._bottom(index - 1) + self._gaps[index]

    def index_at(self, y: float) -> int:
        """The segment at a height, the first or last if there is none."""
        self._bottom(len(self._heights) - 1)
        return min(bisect_right(self._bottoms, y), max(0, len(self._heights) - 1))

    def _bottom(self, index: int) -> float:
        if index < 0:
            return 0.0
        bottoms = self._bottoms
        at = bottoms[-1] if bottoms else 0.0
        for height in self._heights[len(bottoms) : index + 1]:
            at += height
            bottoms.append(at)
        return bottoms[index]


def _signature(segment: Segment) -> tuple[object, ...]:
    """Two segments at one place whose signatures are equal are equal."""
    lines = segment.lines
    last = lines[-1] if lines else ""
    return segment.kind, segment.closed, segment.start, segment.end, len(lines), last


_BOXED = frozenset({Kind.CODE, Kind.TABLE, Kind.RULE, Kind.MATHS})
