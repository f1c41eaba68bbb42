"""Finds the block structure of Markdown, one line at a time.

Follows the CommonMark specification (spec.commonmark.org, 0.31) and GFM as far as
cutting into top-level blocks needs; what stands inside a block is the Markdown
parser's business. Three things are taken out of where CommonMark leaves them:
fenced code inside list items (it is drawn as a code block of its own), tables
straight after a paragraph, and formulas between `$$` or square brackets.

A block has a bounded size, since the last one is parsed again whenever it grows:
a long list, paragraph or table is continued in a further segment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from re import Match
from typing import NamedTuple, TypeAlias

from chatapp.ui.chat.transcript.markdown_lines import (
    FENCE,
    FORMULA_ENDS,
    HEADING,
    LANGUAGE,
    RULE,
    SETEXT,
    TAB,
    Line,
    as_text,
    content_column,
    cut_indent,
    indent_of,
    interrupts_list,
    interrupts_paragraph,
    is_delimiter_row,
    is_fence,
    list_marker,
    renumbered,
    takes_lazy_text,
)
from chatapp.ui.chat.transcript.segment import Kind, Segment

PARAGRAPH_LIMIT = 4_096  # characters
LIST_LINES = 60
TABLE_LINES = 80

_Start: TypeAlias = Callable[[Line, int], bool]


class _Item(NamedTuple):
    """An open list item: the column its content begins in, its marker, its number."""

    column: int
    marker: str
    number: int


@dataclass(slots=True)
class _State:
    """What a line's meaning depends on, beside the line."""

    fence: str = ""  # the run that opened the code block being read
    margin: int = 0  # columns taken off the lines of the open segment
    formula_end: str = ""  # what closes the formula being read
    blanks: int = 0  # blank lines since the last text
    size: int = 0  # characters in the open segment
    line_start: int = 0  # where its last line begins in the message
    items: tuple[_Item, ...] = ()  # open list items, the outermost first


@dataclass(slots=True, frozen=True)
class Mark:
    """Where the reader stood before a line, to take the line back."""

    state: _State
    count: int
    last: Segment | None
    lines: int
    tail: str


class BlockReader:
    """Turns lines into segments.

    Attributes:
        segments: The blocks so far. Only the last can still change.
    """

    def __init__(self, *, plain: bool = False) -> None:
        """Read Markdown, or with `plain` a text in which only code fences mean anything."""
        self.segments: list[Segment] = []
        self._plain = plain
        self._state = _State()
        self._starts: dict[str, _Start] = {
            "`": self._start_fence,
            "~": self._start_fence,
            "#": self._start_heading,
            "=": self._end_setext,
            "_": self._start_rule,
            "-": self._start_dash,
            "*": self._start_star,
            ">": self._start_quote,
            "$": self._start_formula,
            "\\": self._start_formula,
            **dict.fromkeys("+0123456789", self._start_list),
        }

    # ---- taking a line back

    def mark(self) -> Mark:
        """The present place."""
        state, count = replace(self._state), len(self.segments)
        if not count:
            return Mark(state, 0, None, 0, "")
        last = self.segments[-1]
        tail = last.lines[-1] if last.lines else ""
        return Mark(state, count, replace(last), len(last.lines), tail)

    def take_back(self, mark: Mark) -> None:
        """Forget every line read since `mark`, which was one line or a part of one."""
        self._state = mark.state
        del self.segments[mark.count :]
        if mark.last is None:
            return
        lines = mark.last.lines
        if len(lines) < mark.lines:  # its last line had become the head of a table
            lines.append(mark.tail)
        del lines[mark.lines :]
        self.segments[-1] = mark.last

    # ---- reading

    @property
    def in_code(self) -> bool:
        """Whether lines are being taken as they are."""
        return bool(self._state.fence) or self._is_open(Kind.CODE)

    @property
    def fence(self) -> str:
        """The fence of the code block being read, or an empty text."""
        return self._state.fence

    def read(self, text: str, start: int, end: int) -> None:
        """Let one line, which stands at `start` in the message, take its place."""
        if self._state.fence:
            self._read_fenced(text, end)
        elif not text or text.isspace():
            self._read_blank()
        else:
            self._read_line(Line(text, start, end, indent_of(text), text.strip(" \t")))

    def read_piece(self, text: str, start: int, end: int) -> None:
        """Let the rest of a line that was too long stand as a paragraph of its own."""
        level = self.segments[-1].level if self.segments else 0
        self._begin(Kind.PARAGRAPH, [as_text(text)], start, end, level).continues = True
        self._state.formula_end = ""

    def close(self) -> None:
        """The text ended."""
        last = self._open()
        if last is not None and self._state.formula_end:
            last.kind = Kind.PARAGRAPH
        self._close()

    def _read_line(self, line: Line) -> None:
        if self._plain:
            if not is_fence(line) or not self._start_fence(line, 0):
                self._read_text(line, 0)
        elif self._state.formula_end:
            self._read_formula(line)
        elif self._state.items:
            self._read_in_list(line)
        else:
            self._read_block(line, 0)

    def _read_fenced(self, text: str, end: int) -> None:
        state, segment = self._state, self.segments[-1]
        body = text.strip(" \t")
        fence = state.fence
        closes = body.startswith(fence) and not body.strip(fence[0])
        if closes and indent_of(text) - state.margin < TAB:
            segment.end = end
            segment.closed = True
            state.fence = ""
            return
        segment.lines.append(cut_indent(text, state.margin))
        segment.end = end

    def _read_blank(self) -> None:
        last = self._open()
        if last is None:
            return
        if self._state.formula_end:  # TeX allows no blank line inside a formula
            last.kind = Kind.PARAGRAPH
            self._state.formula_end = ""
        if self._plain or last.kind is Kind.LIST or last.kind is Kind.CODE:
            self._state.blanks += 1
        else:
            last.closed = True

    def _read_formula(self, line: Line) -> None:
        segment = self.segments[-1]
        self._append(segment, line.text, line.end)
        if line.body.endswith(self._state.formula_end):
            self._state.formula_end = ""
            segment.closed = True

    # ---- inside a list

    def _read_in_list(self, line: Line) -> None:
        level = self._level(line.indent)
        inner = line.inside(self._column(level))
        marker = list_marker(inner)
        if is_fence(inner):
            self._state.items = self._state.items[:level]
            self._read_block(inner, level)
        elif marker is not None:
            self._read_item(line, inner, marker, level)
        elif level == 0 and (self._open() is None or self._state.blanks or interrupts_list(line)):
            self._state.items = ()
            self._close()
            self._read_block(line, 0)
        else:
            self._read_item_text(line, inner, level)

    def _read_item(self, line: Line, inner: Line, marker: Match[str], level: int) -> None:
        number = self._number(marker, level)
        current = self._open()
        joins = current is not None and current.kind is Kind.LIST and current.level <= level
        if current is not None and joins and not self._is_full(current, level):
            self._append(current, cut_indent(line.text, self._column(current.level)), line.end)
        else:
            text = renumbered(inner.text, number)
            fresh = self._begin(Kind.LIST, [text], line.start, line.end, level)
            fresh.continues = joins
        column = self._column(level) + content_column(inner, marker)
        self._state.items = (
            *self._state.items[:level],
            _Item(column, marker[1][-1], number),
        )

    def _is_full(self, segment: Segment, level: int) -> bool:
        """Whether a list is long enough to be continued in another at an item of this level."""
        limit = 1 if level == segment.level else 2
        size = self._state.size
        return len(segment.lines) >= limit * LIST_LINES or size >= limit * PARAGRAPH_LIMIT

    def _read_item_text(self, line: Line, inner: Line, level: int) -> None:
        current = self._open()
        lazy = level < len(self._state.items) and not self._state.blanks
        if not lazy:
            self._state.items = self._state.items[:level]
        if current is None or current.kind is not Kind.LIST or current.level > level:
            if current is None or not lazy:
                self._read_block(inner, level)
                return
        elif self._state.size > 4 * PARAGRAPH_LIMIT:
            rest = self._begin(Kind.PARAGRAPH, [inner.text], line.start, line.end, level)
            rest.continues = True
            return
        self._append(current, cut_indent(line.text, self._column(current.level)), line.end)

    def _level(self, indent: int) -> int:
        """How many open list items a line indented by so many columns stands in."""
        return sum(item.column <= indent for item in self._state.items)

    def _column(self, level: int) -> int:
        return self._state.items[level - 1].column if level else 0

    def _number(self, marker: Match[str], level: int) -> int:
        """The number of an item: one more than the item before it in the same list."""
        items = self._state.items
        if len(items) > level and items[level].marker == marker[1][-1]:
            return items[level].number + 1
        return int(marker[2] or 0)

    # ---- outside a list, or straight inside one of its items

    def _read_block(self, line: Line, level: int) -> None:
        current = self._open()
        if current is not None and (current.level != level or current.kind is Kind.LIST):
            self._close()
        if line.indent >= TAB:
            self._read_indented(line, level)
            return
        if self._is_open(Kind.CODE):
            self._close()
        start = self._starts.get(line.body[0])
        if start is None or not start(line, level):
            self._read_text(line, level)

    def _read_indented(self, line: Line, level: int) -> None:
        current = self._open()
        if current is None:
            text = cut_indent(line.text, TAB)
            self._begin(Kind.CODE, [text], line.start, line.end, level)
        elif current.kind is Kind.CODE:
            self._append(current, cut_indent(line.text, TAB), line.end)
        else:
            self._append(current, line.text, line.end)

    def _read_text(self, line: Line, level: int) -> None:
        current = self._open()
        if current is None:
            self._begin(Kind.PARAGRAPH, [line.text], line.start, line.end, level)
        elif self._begins_table(current, line):
            self._begin_table(current, line, level)
        elif current.kind is Kind.QUOTE and not takes_lazy_text(current.lines[-1]):
            self._begin(Kind.PARAGRAPH, [line.text], line.start, line.end, level)
        elif current.kind is Kind.TABLE and len(current.lines) >= TABLE_LINES:
            head = [*current.lines[:2], line.text]
            self._begin(Kind.TABLE, head, line.start, line.end, level).continues = True
        elif self._state.size > PARAGRAPH_LIMIT and current.kind is not Kind.TABLE:
            fresh = self._begin(current.kind, [line.text], line.start, line.end, level)
            fresh.continues = True
        else:
            self._append(current, line.text, line.end)

    def _begins_table(self, current: Segment, line: Line) -> bool:
        if self._plain or current.kind is not Kind.PARAGRAPH:
            return False
        return is_delimiter_row(current.lines[-1], line.body)

    def _begin_table(self, paragraph: Segment, line: Line, level: int) -> None:
        head, start = paragraph.lines.pop(), self._state.line_start
        paragraph.end = start
        if not paragraph.lines:
            self.segments.pop()
        self._begin(Kind.TABLE, [head, line.text], start, line.end, level)

    def _start_fence(self, line: Line, level: int) -> bool:
        found = FENCE.match(line.body)
        if found is None:
            return False
        code = self._begin(Kind.CODE, [], line.start, line.end, level)
        language = LANGUAGE.search(found[2] or found[4] or "")
        code.language = language[0] if language else ""
        self._state.fence = found[1] or found[3]
        self._state.margin = self._column(level) + line.indent
        return True

    def _start_heading(self, line: Line, level: int) -> bool:
        if not HEADING.match(line.body):
            return False
        self._begin(Kind.HEADING, [line.text], line.start, line.end, level).closed = True
        return True

    def _end_setext(self, line: Line, level: int) -> bool:
        if not self._is_open(Kind.PARAGRAPH) or not SETEXT.match(line.body):
            return False
        self._append(self.segments[-1], line.text, line.end)
        self._close()
        return True

    def _start_rule(self, line: Line, level: int) -> bool:
        if not RULE.match(line.body):
            return False
        self._begin(Kind.RULE, [line.text], line.start, line.end, level).closed = True
        return True

    def _start_list(self, line: Line, level: int) -> bool:
        marker = list_marker(line)
        if marker is None:
            return False
        if self._is_open(Kind.PARAGRAPH) and not interrupts_paragraph(line, marker):
            return False
        self._begin(Kind.LIST, [line.text], line.start, line.end, level)
        column = self._column(level) + content_column(line, marker)
        item = _Item(column, marker[1][-1], int(marker[2] or 0))
        self._state.items = (*self._state.items[:level], item)
        return True

    def _start_dash(self, line: Line, level: int) -> bool:
        return (
            self._end_setext(line, level)
            or self._start_rule(line, level)
            or self._start_list(line, level)
        )

    def _start_star(self, line: Line, level: int) -> bool:
        return self._start_rule(line, level) or self._start_list(line, level)

    def _start_quote(self, line: Line, level: int) -> bool:
        if self._is_open(Kind.QUOTE) and self._state.size <= PARAGRAPH_LIMIT:
            self._append(self.segments[-1], line.text, line.end)
        else:
            continues = self._is_open(Kind.QUOTE)
            quote = self._begin(Kind.QUOTE, [line.text], line.start, line.end, level)
            quote.continues = continues
        return True

    def _start_formula(self, line: Line, level: int) -> bool:
        end = FORMULA_ENDS.get(line.body[:2])
        if end is None:
            return False
        rest = line.body[2:]
        if end in rest and (not rest.endswith(end) or rest.find(end) < len(rest) - 2):
            return False
        self._begin(Kind.MATHS, [line.text], line.start, line.end, level)
        if end in rest:
            self._close()
        else:
            self._state.formula_end = end
        return True

    # ---- segments

    def _open(self) -> Segment | None:
        last = self.segments[-1] if self.segments else None
        return last if last is not None and not last.closed else None

    def _is_open(self, kind: Kind) -> bool:
        last = self._open()
        return last is not None and last.kind is kind

    def _close(self) -> None:
        last = self._open()
        if last is not None:
            last.closed = True
        self._state.blanks = 0

    def _begin(self, kind: Kind, lines: list[str], start: int, end: int, level: int) -> Segment:
        self._close()
        segment = Segment(kind, lines, start, end, level=level)
        self.segments.append(segment)
        self._state.size = sum(map(len, lines))
        self._state.line_start = start
        return segment

    def _append(self, segment: Segment, text: str, end: int) -> None:
        state = self._state
        if state.blanks:
            segment.lines.extend([""] * state.blanks)
            state.blanks = 0
        segment.lines.append(text)
        segment.end = end
        state.size += len(text)
        state.line_start = end - len(text)
