"""Draws a code block: a header with the language and Copy, lines that never wrap.

Not a document: every line has the same height, so the height is exact without
laying anything out, and only lines in view are shaped.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen, QTextCharFormat

from chatapp.ui.chat.transcript.code_line import LINE_LIMIT, CodeLine
from chatapp.ui.chat.transcript.highlight import Highlighter
from chatapp.ui.chat.transcript.item import Canvas, Spot
from chatapp.ui.chat.transcript.safety import visible
from chatapp.ui.chat.transcript.scroll_bar import paint_bar, scrolled
from chatapp.ui.theme import RADIUS_BUTTON, RADIUS_CARD

if TYPE_CHECKING:
    import re

    from chatapp.ui.chat.transcript.segment import Segment
    from chatapp.ui.chat.transcript.style import Style

HEADER = 29
PADDING_X = 12
PADDING_Y = 10
CACHED_LINES = 300
LEX_LINES = 60  # coloured straight away; the rest when there is time
COPY_ACTION = "copy_code"
TOGGLE_CODE = "toggle_code"
NUMBERED_FROM = 20  # lines
FOLDED_FROM = 60
FOLDED_TO = 30
FOLD_BAR = 32


class CodeItem:
    """Draws one code block."""

    def __init__(self, style: Style) -> None:
        self.height = 0.0
        self.used_width = 0.0
        self._style = style
        self._lines: list[str] = []
        self._language = ""
        self._closed = False
        self._grew = False  # was seen growing, and so is not folded under the reader's eyes
        self._folded = False
        self._count = 0
        self._coloured = 0
        self._highlighter: Highlighter | None = None
        self._shaped: OrderedDict[int, CodeLine] = OrderedDict()
        self._formats: dict[str, QTextCharFormat] = {}
        self._x = 0.0
        self._width = 0.0
        self._content = 0.0

    def set_segment(self, segment: Segment) -> None:
        """Draw this segment from now on; its lines are read where they stand, not copied."""
        same = segment.language == self._language and segment.lines[:1] == self._lines[:1]
        changed = max(0, self._count - 1) if same else 0
        self._lines = segment.lines
        self._language = segment.language
        self._count = len(segment.lines)
        self._closed = segment.closed
        self._grew = self._grew or not segment.closed
        if not same:
            self._folded = not self._grew and self._count >= FOLDED_FROM
        self._measure(changed)
        for line in [line for line in self._shaped if line >= changed]:
            del self._shaped[line]
        self._colour(changed, same=same)

    def _measure(self, changed: int) -> None:
        widest = max(map(_columns, self._lines[changed:]), default=0)
        width = widest * self._style.code_character + 2 * PADDING_X
        self._content = max(width, self._content if changed else 0.0)

    # ---- colours

    def _colour(self, changed: int, *, same: bool) -> None:
        if self._highlighter is None or not same:
            self._highlighter = Highlighter(self._language)
        if self._closed:
            self._coloured = 0
            self.colour_more(LEX_LINES)
        else:
            self._highlighter.grow(self._lines, changed)

    def colour_more(self, lines: int) -> bool:
        """Colour further lines; False if all are coloured."""
        if self._highlighter is None or not self._closed or self._coloured >= self._count:
            return False
        before = self._coloured
        self._coloured = self._highlighter.complete(self._lines, lines)
        for line in [line for line in self._shaped if before <= line < self._coloured]:
            del self._shaped[line]
        return self._coloured < self._count

    # ---- geometry

    def layout(self, width: float) -> float:
        """Lay out for a width; gives the height."""
        self._width = width
        self.used_width = width
        self.height = self._top() + self._shown() * self._style.code_pitch + PADDING_Y + 2
        self.height += self._fold_bar()
        if self._wide():
            self.height += 4
        self._x = scrolled(self._x, 0, self._content, self._room())
        return self.height

    def _shown(self) -> int:
        """How many lines are drawn."""
        return FOLDED_TO if self._folded else self._count

    def _fold_bar(self) -> int:
        return self._style.px(FOLD_BAR) if self._can_fold() else 0

    def _can_fold(self) -> bool:
        return self._closed and self._count >= FOLDED_FROM

    def _gutter(self) -> float:
        """The width of the line numbers."""
        if self._count < NUMBERED_FROM:
            return 0.0
        return (len(str(self._count)) + 1.5) * self._style.code_character

    def _room(self) -> float:
        """The width lines have, with their margins."""
        return self._width - self._gutter()

    def _wide(self) -> bool:
        return self._content > self._room()

    def _left(self) -> float:
        """Where lines begin."""
        return PADDING_X + self._gutter() - self._x

    def toggle(self) -> None:
        """Fold the lines, or show all of them."""
        self._folded = not self._folded

    def _top(self) -> float:
        return self._header() + PADDING_Y

    def _header(self) -> int:
        return self._style.px(HEADER)

    def links(self) -> list[tuple[str, str, QRectF]]:
        """Code has no links."""
        return []

    def spots(self) -> list[Spot]:
        """The copy button, and the bar that folds long code."""
        width = QFontMetricsF(self._style.small).horizontalAdvance("Copied") + 16
        rect = QRectF(self._width - width - 4, 3, width, self._header() - 6)
        spots = [Spot(rect, COPY_ACTION, "Copy code")]
        if self._can_fold():
            bar = QRectF(1, self.height - self._fold_bar() - 1, self._width - 2, self._fold_bar())
            name = f"Show all {self._count} lines" if self._folded else "Show fewer lines"
            spots.append(Spot(bar, TOGGLE_CODE, name))
        return spots

    # ---- drawing

    def paint(self, painter: QPainter, canvas: Canvas) -> None:
        """Draw with the painter's origin at the item's top left corner."""
        self._paint_frame(painter)
        if canvas.clip.top() < self._header():
            self._paint_header(painter, canvas)
        first = max(0, int((canvas.clip.top() - self._top()) // self._style.code_pitch))
        below = int((canvas.clip.bottom() - self._top()) // self._style.code_pitch) + 1
        last = min(self._shown(), below)
        painter.save()
        if self._gutter():
            self._paint_numbers(painter, first, last)
        gutter = self._gutter()
        below_header = self.height - self._header() - self._fold_bar() - 1
        inside = QRectF(1 + gutter, self._header(), self._width - 2 - gutter, below_header)
        painter.setClipRect(inside, Qt.ClipOperation.IntersectClip)
        painter.translate(self._left(), self._top())
        self._paint_grounds(painter, canvas, first, last)
        painter.setPen(self._style.colour("text"))
        for line in range(first, last):
            top = line * self._style.code_pitch + self._style.code_rise
            self._line(line).draw(painter, QPointF(0, top))
        painter.restore()
        if self._wide():
            room = QRectF(8, 0, self._room() - 16, self.height - 2 - self._fold_bar())
            paint_bar(painter, self._style, self._x, self._content, room)
        if self._can_fold():
            self._paint_fold(painter, canvas)

    def _paint_numbers(self, painter: QPainter, first: int, last: int) -> None:
        style, pitch = self._style, self._style.code_pitch
        painter.setFont(style.code)
        painter.setPen(style.colour("faint"))
        width = self._gutter() + PADDING_X - 1.5 * style.code_character
        for line in range(first, last):
            place = QRectF(0, self._top() + line * pitch, width, pitch)
            painter.drawText(
                place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(line + 1)
            )

    def _paint_fold(self, painter: QPainter, canvas: Canvas) -> None:
        bar = self.spots()[1]
        style = self._style
        painter.fillRect(
            QRectF(bar.rect.left(), bar.rect.top(), bar.rect.width(), 1), style.colour("line")
        )
        painter.setFont(style.small)
        painter.setPen(style.colour("text" if canvas.hovered == TOGGLE_CODE else "muted"))
        painter.drawText(bar.rect, Qt.AlignmentFlag.AlignCenter, bar.name)

    def _paint_frame(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(0.5, 0.5, self._width - 1, self.height - 1)
        painter.setPen(QPen(self._style.colour("line"), 1))
        painter.setBrush(self._style.colour("code"))
        painter.drawRoundedRect(frame, RADIUS_CARD, RADIUS_CARD)

    def _paint_header(self, painter: QPainter, canvas: Canvas) -> None:
        header = self._header()
        shape = QPainterPath()
        shape.addRoundedRect(
            QRectF(1, 1, self._width - 2, header + RADIUS_CARD), RADIUS_CARD - 1, RADIUS_CARD - 1
        )
        painter.save()
        painter.setClipRect(QRectF(0, 0, self._width, header), Qt.ClipOperation.IntersectClip)
        painter.fillPath(shape, self._style.colour("code_header"))
        painter.restore()
        painter.setFont(self._style.small)
        painter.setPen(self._style.colour("muted"))
        name = visible(self._language) or "text"
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(PADDING_X, 0, self._width / 2, header), middle, name)
        copy = self.spots()[0]
        copied = canvas.hovered == "copied"
        if canvas.hovered == COPY_ACTION or copied:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._style.colour("hover"))
            painter.drawRoundedRect(copy.rect, RADIUS_BUTTON, RADIUS_BUTTON)
            painter.setPen(self._style.colour("text"))
        text = "Copied" if copied else "Copy"
        painter.drawText(copy.rect, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_grounds(self, painter: QPainter, canvas: Canvas, first: int, last: int) -> None:
        grounds = [(mark, "mark") for mark in canvas.marks]
        if canvas.current_mark is not None:
            grounds.append((canvas.marks[canvas.current_mark], "selection"))
        if canvas.selection is not None:
            grounds.append((canvas.selection, "selection"))
        if not grounds:
            return
        at = sum(len(line) + 1 for line in self._lines[:first])
        for line in range(first, last):
            length = len(self._lines[line])
            for (start, end), colour in grounds:
                if start <= at + length and end > at:
                    self._paint_ground(painter, line, start - at, end - at, colour)
            at += length + 1

    def _paint_ground(
        self, painter: QPainter, line: int, start: int, end: int, colour: str
    ) -> None:
        length = len(self._lines[line])
        left = self._line(line).x_of(max(0, start))
        right = self._line(line).x_of(min(length, end)) + (4 if end > length else 0)
        pitch = self._style.code_pitch
        painter.fillRect(
            QRectF(left, line * pitch, right - left, pitch), self._style.colour(colour)
        )

    def _line(self, number: int) -> CodeLine:
        """A shaped line; kept for the lines last drawn."""
        known = self._shaped.get(number)
        if known is not None:
            self._shaped.move_to_end(number)
            return known
        assert self._highlighter is not None
        spans = self._highlighter.spans(number)
        line = CodeLine(self._lines[number], spans, self._style, self._format)
        self._shaped[number] = line
        if len(self._shaped) > CACHED_LINES:
            self._shaped.popitem(last=False)
        return line

    def _format(self, colour: str) -> QTextCharFormat:
        known = self._formats.get(colour)
        if known is None:
            known = self._formats[colour] = QTextCharFormat()
            known.setForeground(self._style.colour(colour))
        return known

    # ---- text

    def position_at(self, x: float, y: float) -> int:
        """The text position nearest to a point."""
        if not self._count:
            return 0
        number = int((y - self._top()) // self._style.code_pitch)
        number = max(0, min(self._shown() - 1, number))
        before = sum(len(line) + 1 for line in self._lines[:number])
        return before + self._line(number).position_at(x - self._left())

    def length(self) -> int:
        """How many positions the text has."""
        return max(0, sum(len(line) + 1 for line in self._lines) - 1)

    def plain(self, start: int, end: int) -> str:
        """The text between two positions."""
        return "\n".join(self._lines)[start:end]

    def word_at(self, position: int) -> tuple[int, int]:
        """The word around a position."""
        text = "\n".join(self._lines)
        start = end = min(position, len(text))
        while start > 0 and _is_word(text[start - 1]):
            start -= 1
        while end < len(text) and _is_word(text[end]):
            end += 1
        return start, end

    def rect_of(self, position: int) -> QRectF:
        """Where a text position is: the line's height, no width to speak of."""
        number, column = self._line_of(position)
        y = self._top() + number * self._style.code_pitch
        x = self._left() + (self._line(number).x_of(column) if self._lines else 0)
        return QRectF(x, y, 1, self._style.code_pitch)

    def _line_of(self, position: int) -> tuple[int, int]:
        for number, line in enumerate(self._lines):
            if position <= len(line):
                return number, position
            position -= len(line) + 1
        return max(0, self._count - 1), len(self._lines[-1]) if self._lines else 0

    def reveal(self, position: int) -> None:
        """Move sideways so far that a position is in view."""
        if self._folded and self._line_of(position)[0] >= FOLDED_TO:
            self.toggle()
            self.layout(self._width)
        x = self.rect_of(position).x() - self._gutter()
        margin = min(60.0, self._width / 4)
        if x < margin:
            self.scroll(x - margin)
        elif x > self._room() - margin:
            self.scroll(x - self._room() + margin)

    def find(self, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
        """The places where `pattern` is found in the text as drawn."""
        found = pattern.finditer("\n".join(self._lines))
        return [hit.span() for hit in found if hit.end() > hit.start()]

    def link_at(self, x: float, y: float) -> str:
        """Code has no links."""
        del x, y
        return ""

    def scroll(self, change: float) -> bool:
        """Move sideways by some pixels; False if nothing moved."""
        before = self._x
        self._x = scrolled(self._x, change, self._content, self._room())
        return self._x != before


def _columns(line: str) -> int:
    width = min(len(line), LINE_LIMIT)
    return width + 3 * line.count("\t", 0, width)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
