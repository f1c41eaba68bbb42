"""Draws running text: paragraphs, headings, lists and quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextCursor,
)

from chatapp.ui.chat.transcript import maths
from chatapp.ui.chat.transcript.document import SafeDocument
from chatapp.ui.chat.transcript.dress import QUOTE_STEP, Dressed, dress, dress_plain, fragments
from chatapp.ui.chat.transcript.formulas import NUMBER, OBJECT_TYPE, FormulaObject
from chatapp.ui.chat.transcript.style import CODE_MARGIN
from chatapp.ui.chat.transcript.utf16 import utf16_length
from chatapp.ui.theme import RADIUS_CHIP

if TYPE_CHECKING:
    import re

    from PySide6.QtGui import QTextBlock, QTextLine

    from chatapp.ui.chat.transcript.item import Canvas, Spot
    from chatapp.ui.chat.transcript.segment import Segment
    from chatapp.ui.chat.transcript.style import Style

BAR_WIDTH = 3
_TICK = (QPointF(0.24, 0.52), QPointF(0.44, 0.72), QPointF(0.78, 0.3))
CHECK_SIZE = 13
FORMULA_MARK = "\ue0f1\ue0f2"  # private characters, for the time of parsing
OBJECT_CHARACTER = "\ufffc"


class ProseItem:
    """Draws one segment of running text with a small document."""

    def __init__(self, style: Style, *, plain: bool = False) -> None:
        """With `plain`, the text is drawn as it is and not as Markdown."""
        self.height = 0.0
        self.used_width = 0.0
        self._style = style
        self._plain = plain
        self._document = SafeDocument(style)
        self._dressed = Dressed()
        self._text: str | None = None
        self._waiting = False
        self._formulas: list[str] = []  # the source of each formula that is drawn
        self._formula_object: FormulaObject | None = None
        self._width = -1.0
        self._chips: list[QRectF] = []
        self._bars: list[QRectF] = []
        self._cards: list[QRectF] = []
        self._checks: list[tuple[QRectF, bool]] = []

    def set_segment(self, segment: Segment) -> None:
        """Draw this segment from now on."""
        self.set_text(segment.text)

    @property
    def is_waiting(self) -> bool:
        """Whether a formula in the text is still being drawn."""
        return self._waiting

    def forget_text(self) -> None:
        """Take the text anew at the next opportunity: a formula was drawn."""
        self._text = None

    def set_text(self, text: str) -> None:
        """Draw this text from now on."""
        if text == self._text:
            return
        self._text = text
        self._width = -1
        self._document.setLayoutEnabled(False)  # once for parsing and dressing together
        if self._plain:
            self._document.set_plain(text)
            dress_plain(self._document, self._style)
        else:
            markdown = self._with_formulas(text)
            self._document.set_markdown(markdown)
            self._dressed = dress(self._document, markdown, self._style)
            self._place_formulas()
            self._dress_further()
        self._document.setLayoutEnabled(True)

    def _with_formulas(self, text: str) -> str:
        """The Markdown with a mark for each formula that is drawn, and code for the others."""
        self._formulas = []
        self._waiting = False
        pieces, at, drawings = [], 0, []
        for formula in maths.find(text):
            drawing = self._style.formulas.get(formula.tex, display=formula.display)
            pieces.append(text[at : formula.start])
            at = formula.end
            if drawing is None:
                waits = self._style.formulas.is_waiting(formula.tex, display=formula.display)
                self._waiting = self._waiting or waits
                pieces.append(code_span(" ".join(formula.tex.split())))
            else:
                pieces.append(FORMULA_MARK)
                drawings.append(drawing)
                self._formulas.append(text[formula.start : formula.end])
        if drawings:
            self._formula_object = FormulaObject(drawings, self._document)
            handlers = self._document.documentLayout()
            handlers.registerHandler(OBJECT_TYPE, self._formula_object)
        return "".join([*pieces, text[at:]])

    def _place_formulas(self) -> None:
        """Put the drawn formulas where their marks are."""
        cursor = QTextCursor(self._document)
        for number in range(len(self._formulas)):
            cursor = self._document.find(FORMULA_MARK, cursor)
            if cursor.isNull():
                break
            shape = QTextCharFormat()
            shape.setObjectType(OBJECT_TYPE)
            shape.setProperty(NUMBER, number)
            cursor.insertText(OBJECT_CHARACTER, shape)

    def _dress_further(self) -> None:
        """Give the parsed document what only this kind of item has."""

    def layout(self, width: float) -> float:
        """Lay out for a width; gives the height."""
        if width != self._width:
            self._width = width
            if self._formula_object is not None and self._formula_object.set_room(width):
                self._document.markContentsDirty(0, self._document.characterCount())
            text_width = self._text_width(width)
            if text_width != self._document.textWidth():  # setting it lays out again
                self._document.setTextWidth(text_width)
            self.height = self._document.size().height()
            self.used_width = self._document.idealWidth()
            self._place_decorations()
        return self.height

    def _text_width(self, width: float) -> float:
        return width

    # ---- drawing

    def paint(self, painter: QPainter, canvas: Canvas) -> None:
        """Draw with the painter's origin at the item's top left corner."""
        self._paint_decorations(painter)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette = self._style.palette
        context.clip = canvas.clip
        context.selections = self._selections(canvas)
        self._document.documentLayout().draw(painter, context)
        for rect, done in self._checks:
            self._paint_check(painter, rect, done=done)

    def _selections(self, canvas: Canvas) -> list[QAbstractTextDocumentLayout.Selection]:
        grounds = [
            (start, end, "selection" if at == canvas.current_mark else "mark")
            for at, (start, end) in enumerate(canvas.marks)
        ]
        if canvas.selection is not None:
            grounds.append((*canvas.selection, "selection"))
        return [self._selection(*ground) for ground in grounds]

    def _selection(
        self, start: int, end: int, colour: str
    ) -> QAbstractTextDocumentLayout.Selection:
        cursor = QTextCursor(self._document)
        cursor.setPosition(min(start, self.length()))
        cursor.setPosition(min(end, self.length()), QTextCursor.MoveMode.KeepAnchor)
        ground = QTextCharFormat()
        ground.setBackground(self._style.colour(colour))
        selection = QAbstractTextDocumentLayout.Selection()
        selection.cursor = cursor
        selection.format = ground
        return selection

    def _paint_decorations(self, painter: QPainter) -> None:
        if not (self._chips or self._bars or self._cards):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for rects, colour, radius in (
            (self._cards, "code", RADIUS_CHIP),
            (self._bars, "line", BAR_WIDTH / 2),
            (self._chips, "code_header", RADIUS_CHIP),
        ):
            painter.setBrush(self._style.colour(colour))
            for rect in rects:
                painter.drawRoundedRect(rect, radius, radius)

    def _paint_check(self, painter: QPainter, rect: QRectF, *, done: bool) -> None:
        """Draw the box of a task over the plain one the document draws."""
        style = self._style
        painter.fillRect(rect.adjusted(-3, -3, self._style.px(5), 3), style.colour("page"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(style.colour("accent" if done else "border"), 1.3))
        painter.setBrush(style.colour("accent" if done else "page"))
        painter.drawRoundedRect(rect, 3, 3)
        if done:
            painter.setPen(QPen(style.colour("on_accent"), 1.7))
            painter.drawPolyline([rect.topLeft() + corner * rect.width() for corner in _TICK])

    def _place_decorations(self) -> None:
        self._chips = [
            rect for start, length in self._dressed.code for rect in self._rects(start, length)
        ]
        self._cards = self._grounds(self._dressed.cards)
        self._checks = [
            (self._check_rect(self._document.findBlockByNumber(number)), done)
            for number, done in self._dressed.tasks
        ]
        self._bars = []
        step = self._style.px(QUOTE_STEP)
        for number, depth in self._dressed.quotes:
            rect = self._block_rect(self._document.findBlockByNumber(number))
            for level in range(depth):
                self._add_bar(QRectF(level * step, rect.top(), BAR_WIDTH, rect.height()))

    def _add_bar(self, bar: QRectF) -> None:
        """Add a bar, joined to the one above it if they follow each other."""
        gap = self._style.line
        for index in range(len(self._bars) - 1, max(-1, len(self._bars) - 8), -1):
            above = self._bars[index]
            if above.left() == bar.left() and bar.top() - above.bottom() < gap:
                self._bars[index] = above.united(bar)
                return
        self._bars.append(bar)

    def _grounds(self, numbers: list[int]) -> list[QRectF]:
        grounds: list[QRectF] = []
        for number in numbers:
            rect = self._block_rect(self._document.findBlockByNumber(number))
            rect = rect.adjusted(-6, -3, 0, 3)
            if grounds and rect.top() - grounds[-1].bottom() < self._style.line:
                grounds[-1] = grounds[-1].united(rect)
            else:
                grounds.append(rect)
        return grounds

    def _check_rect(self, block: QTextBlock) -> QRectF:
        rect, line = self._block_rect(block), block.layout().lineAt(0)
        size = self._style.px(CHECK_SIZE)
        middle = rect.top() + line.y() + line.ascent() - self._style.line * 0.22
        left = rect.left() + line.x() - size - self._style.px(7)
        return QRectF(left, middle - size / 2, size, size)

    def _block_rect(self, block: QTextBlock) -> QRectF:
        return self._document.documentLayout().blockBoundingRect(block)

    def _rects(self, start: int, length: int) -> list[QRectF]:
        """Where a piece of text inside one block stands, a rectangle for each line."""
        block = self._document.findBlock(start)
        layout = block.layout()
        origin = self._block_rect(block).topLeft()
        first, last = start - block.position(), start - block.position() + length
        rects = []
        while first < last:
            line = layout.lineForTextPosition(first)
            if not line.isValid():
                break
            end = min(last, line.textStart() + line.textLength())
            rects.append(self._line_rect(line, first, end).translated(origin))
            first = max(end, first + 1)
        return rects

    def _line_rect(self, line: QTextLine, first: int, last: int) -> QRectF:
        left, right = sorted((x_of(line, first), x_of(line, last)))
        height = self._style.line * 0.86
        top = line.y() + line.ascent() - height * 0.73
        return QRectF(left - CODE_MARGIN, top, right - left + CODE_MARGIN, height)

    # ---- text

    def position_at(self, x: float, y: float) -> int:
        """The text position nearest to a point."""
        found = self._document.documentLayout().hitTest(QPointF(x, y), Qt.HitTestAccuracy.FuzzyHit)
        return max(0, found)

    def length(self) -> int:
        """How many positions the text has."""
        return self._document.characterCount() - 1

    def plain(self, start: int, end: int) -> str:
        """The text between two positions."""
        cursor = QTextCursor(self._document)
        cursor.setPosition(min(start, self.length()))
        cursor.setPosition(min(end, self.length()), QTextCursor.MoveMode.KeepAnchor)
        text = cursor.selection().toPlainText().replace("\u200b", "")
        return self._with_sources(text, start) if OBJECT_CHARACTER in text else text

    def _with_sources(self, text: str, start: int) -> str:
        """`text` with each drawn formula as it was written."""
        before = self._document.toRawText()[:start].count(OBJECT_CHARACTER)
        for source in self._formulas[before:]:
            text = text.replace(OBJECT_CHARACTER, source, 1)
        return text

    def word_at(self, position: int) -> tuple[int, int]:
        """The word around a position."""
        cursor = QTextCursor(self._document)
        cursor.setPosition(min(position, self.length()))
        cursor.select(QTextCursor.SelectionType.WordUnderCursor)
        return cursor.selectionStart(), cursor.selectionEnd()

    def rect_of(self, position: int) -> QRectF:
        """Where a text position is: the line's height, no width to speak of."""
        block = self._document.findBlock(min(position, self.length()))
        origin = self._block_rect(block).topLeft()
        line = block.layout().lineForTextPosition(position - block.position())
        if not line.isValid():
            return QRectF(origin.x(), origin.y(), 1, self._style.line)
        x = x_of(line, position - block.position())
        return QRectF(origin.x() + x, origin.y() + line.y(), 1, line.height())

    def reveal(self, position: int) -> None:
        """Running text is always in view."""

    def find(self, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
        """The places where `pattern` is found in the text as drawn."""
        text = self._document.toPlainText()
        return [
            (utf16_length(text, found.start()), utf16_length(text, found.end()))
            for found in pattern.finditer(text)
            if found.end() > found.start()
        ]

    def link_at(self, x: float, y: float) -> str:
        """The address of the link at a point, or an empty text."""
        return self._document.documentLayout().anchorAt(QPointF(x, y))

    def links(self) -> list[tuple[str, str, QRectF]]:
        """The links: text, address, and where each begins."""
        found: list[tuple[str, str, QRectF]] = []
        block = self._document.begin()
        while block.isValid():
            for fragment in fragments(block):
                address = fragment.charFormat().anchorHref()
                if address:
                    place = self.rect_of(fragment.position()).adjusted(0, 0, 40, 0)
                    found.append((fragment.text(), address, place))
            block = block.next()
        return found

    def spots(self) -> list[Spot]:
        """Running text has no buttons."""
        return []

    def scroll(self, change: float) -> bool:
        """Running text fits its width."""
        del change
        return False


def code_span(text: str) -> str:
    """`text` as inline code, whatever back quotes are in it."""
    fence = "`"
    while fence in text:
        fence += "`"
    pad = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def x_of(line: QTextLine, position: int) -> float:
    """Where a position stands in a line that was laid out."""
    found: Any = line.cursorToX(position)  # place and cursor; the stub says less
    return float(found[0])
