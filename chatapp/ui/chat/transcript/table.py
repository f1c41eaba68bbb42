"""Draws a table: clean rules between rows, sideways scrolling where it is too wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import (
    QBrush,
    QFont,
    QPainter,
    QTextCharFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextTable,
    QTextTableCellFormat,
    QTextTableFormat,
)

from chatapp.ui.chat.transcript.prose import ProseItem
from chatapp.ui.chat.transcript.scroll_bar import paint_bar, scrolled

if TYPE_CHECKING:
    from PySide6.QtGui import QTextTableCell

    from chatapp.ui.chat.transcript.item import Canvas

COLUMN_MINIMUM = 110  # wide tables wrap their cells down to this, then scroll
CELL_GAP = 14
ROW_PADDING = 6
BAR_ROOM = 8


class TableItem(ProseItem):
    """Draws one table."""

    _x = 0.0
    _content = 0.0
    _columns = 1

    def _dress_further(self) -> None:
        for frame in self._document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                self._dress_table(frame)

    def _dress_table(self, table: QTextTable) -> None:
        self._columns = table.columns()
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        shape = QTextTableFormat(table.format().toTableFormat())
        shape.setBorder(0)
        shape.setBorderCollapse(True)
        shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_None)
        shape.setCellPadding(0)
        shape.setCellSpacing(0)
        shape.setMargin(0)
        shape.setHeaderRowCount(0)
        table.setFormat(shape)
        for row in range(table.rows()):
            for column in range(table.columns()):
                self._dress_cell(table.cellAt(row, column), head=row == 0)
        cursor.endEditBlock()

    def _dress_cell(self, cell: QTextTableCell, *, head: bool) -> None:
        padding = self._style.px(ROW_PADDING)
        shape = QTextTableCellFormat()
        shape.setTopPadding(padding)
        shape.setBottomPadding(padding)
        shape.setRightPadding(self._style.px(CELL_GAP))
        shape.setBottomBorder(1)
        shape.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        shape.setBottomBorderBrush(QBrush(self._style.colour("line")))
        cell.setFormat(shape)
        cursor = cell.firstCursorPosition()
        if head:
            cursor.setPosition(cell.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
            text = QTextCharFormat()
            text.setForeground(self._style.colour("muted"))
            text.setFontPointSize(self._style.small.pointSizeF())
            text.setFontWeight(QFont.Weight.DemiBold)
            cursor.mergeCharFormat(text)

    def _text_width(self, width: float) -> float:
        """The natural width if there is room, else enough to read every column."""
        if self._document.textWidth() != -1:
            self._document.setTextWidth(-1)
        natural = self._document.idealWidth()
        self._content = natural
        if natural <= width:
            return -1  # as it was laid out to find the natural width
        needed = self._columns * self._style.px(COLUMN_MINIMUM)
        self._content = max(width, min(natural, needed))
        return self._content + 1

    def layout(self, width: float) -> float:
        """Lay out for a width; gives the height."""
        if width != self._width:
            super().layout(width)
            self.used_width = min(width, self._content)
            if self._content > width:
                self.height += BAR_ROOM
            self._x = scrolled(self._x, 0, self._content, width)
        return self.height

    def paint(self, painter: QPainter, canvas: Canvas) -> None:
        """Draw with the painter's origin at the item's top left corner."""
        if self._content <= self._width:
            super().paint(painter, canvas)
            return
        painter.save()
        painter.setClipRect(QRectF(0, canvas.clip.top(), self._width, canvas.clip.height()))
        painter.translate(-self._x, 0)
        canvas.clip = canvas.clip.translated(self._x, 0)
        super().paint(painter, canvas)
        painter.restore()
        room = QRectF(0, 0, self._width, self.height)
        paint_bar(painter, self._style, self._x, self._content, room)

    def position_at(self, x: float, y: float) -> int:
        """The text position nearest to a point."""
        return super().position_at(x + self._x, y)

    def link_at(self, x: float, y: float) -> str:
        """The address of the link at a point, or an empty text."""
        return super().link_at(x + self._x, y)

    def rect_of(self, position: int) -> QRectF:
        """Where a text position is."""
        return super().rect_of(position).translated(-self._x, 0)

    def reveal(self, position: int) -> None:
        """Move sideways so far that a position is in view."""
        x = self.rect_of(position).x()
        if not 0 <= x <= self._width - COLUMN_MINIMUM:
            self.scroll(x - self._width / 3)

    def scroll(self, change: float) -> bool:
        """Move sideways by some pixels; False if nothing moved."""
        before = self._x
        self._x = scrolled(self._x, change, self._content, self._width)
        return self._x != before
