"""Paints a row of the session list: title and time, preview and count, small marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from chatapp.ui import icons
from chatapp.ui.browser.marked_text import MarkedText
from chatapp.ui.browser.marks import Mark
from chatapp.ui.browser.model import SessionListModel, title_of
from chatapp.ui.theme import CAPTION_POINTS, RADIUS_CARD

if TYPE_CHECKING:
    import re

    from PySide6.QtCore import QAbstractItemModel, QObject, QPersistentModelIndex
    from PySide6.QtGui import QFont
    from PySide6.QtWidgets import QWidget

    from chatapp.domain.ids import SessionId
    from chatapp.domain.session import SessionSummary
    from chatapp.ui.look import Look

    Index = QModelIndex | QPersistentModelIndex

PADDING = 8
GAP = 8
MARK_SIZE = 13
DOT_SIZE = 7
PREVIEW_POINTS = 9.4
TITLE_LENGTH = 200


class RowDelegate(QStyledItemDelegate):
    """Draws rows from the theme; knows which chat is open and which rows are selected.

    Attributes:
        open_id: The chat shown beside the list.
        selecting: Whether several rows are selected, so that selection must be seen.
    """

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.open_id: SessionId | None = None
        self.selecting = False
        self._lines = 1
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def _on_look_changed(self) -> None:
        self._title_font = self._look.font(weight=500)
        self._preview_font = self._look.font(PREVIEW_POINTS)
        self._small_font = self._look.font(CAPTION_POINTS)
        self._title_height = round(QFontMetrics(self._title_font).height() * 1.22)
        self._preview_height = round(QFontMetrics(self._preview_font).height() * 1.22)
        self._mark_size = self._look.px(MARK_SIZE)

    def set_lines(self, lines: int) -> None:
        """Give every row so many lines below its title."""
        self._lines = lines

    @property
    def row_height(self) -> int:
        """The height of every row, in pixels."""
        return 2 * PADDING + self._title_height + self._lines * self._preview_height

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As wide as the list, and as high as every other row."""
        del index
        return QSize(option.rect.width(), self.row_height)

    def menu_rect(self, row: QRect) -> QRect:
        """Where the row's menu button stands while the pointer is over the row."""
        side = self._look.px(24)
        return QRect(
            row.right() - PADDING - side + 5, row.bottom() - PADDING - side + 4, side, side
        )

    # ---- painting

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        summary: SessionSummary = index.data(SessionListModel.SummaryRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = option.state
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        chosen = self.selecting and bool(state & QStyle.StateFlag.State_Selected)
        self._paint_ground(painter, option, summary, hovered=hovered, chosen=chosen)
        inner = option.rect.adjusted(PADDING, PADDING, -PADDING, -PADDING)
        top = QRect(inner.left(), inner.top(), inner.width(), self._title_height)
        bottom = QRect(inner.left(), top.bottom() + 1, inner.width(), self._preview_height)
        words: re.Pattern[str] | None = index.data(SessionListModel.WordsRole)
        self._paint_top(painter, top, summary, index.data(SessionListModel.TimeRole), words)
        if self._lines > 1:
            bottom.setHeight(self._lines * self._preview_height)
            self._paint_found(painter, bottom, summary, words)
            if hovered:
                self._paint_menu(painter, option.rect)
            painter.restore()
            return
        marks: frozenset[Mark] = index.data(SessionListModel.MarksRole)
        if hovered:
            left = self._paint_menu(painter, option.rect)
        else:
            left = self._paint_marks(painter, bottom, summary, marks, chosen=chosen)
        bottom.setRight(left - GAP)
        self._paint_preview(painter, bottom, summary, marks)
        painter.restore()

    def _paint_ground(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        summary: SessionSummary,
        *,
        hovered: bool,
        chosen: bool,
    ) -> None:
        theme = self._look.theme
        ground = None
        opened = summary.session_id == self.open_id
        if self._lines > 1:  # one chat may have many rows; the one that was opened is selected
            opened = opened and bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or (opened and not self.selecting):
            ground = theme.selected
        elif hovered or opened:
            ground = theme.hover
        card = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        if ground is not None:
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(card, RADIUS_CARD, RADIUS_CARD)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CARD, RADIUS_CARD)

    def _paint_top(
        self,
        painter: QPainter,
        rect: QRect,
        summary: SessionSummary,
        time: str,
        words: re.Pattern[str] | None,
    ) -> None:
        theme = self._look.theme
        width = self._text_right(painter, rect, time, self._small_font, theme.faint)
        rect = rect.adjusted(0, 0, -width - GAP, 0)
        text = title_of(summary)[:TITLE_LENGTH]
        marked = MarkedText(text, self._title_font, words, theme)
        marked.paint(painter, rect, theme.text)

    def _paint_found(
        self,
        painter: QPainter,
        rect: QRect,
        summary: SessionSummary,
        words: re.Pattern[str] | None,
    ) -> None:
        theme = self._look.theme
        text = summary.damage or summary.preview
        marked = MarkedText(text, self._preview_font, words, theme)
        marked.paint(painter, rect, theme.muted, self._lines)

    def _paint_preview(
        self, painter: QPainter, rect: QRect, summary: SessionSummary, marks: frozenset[Mark]
    ) -> None:
        theme = self._look.theme
        text, colour = summary.preview or "No messages yet", theme.muted
        if summary.damage:
            text, colour = summary.damage, theme.error
        elif Mark.STREAMING in marks:
            text, colour = "Replying…", theme.accent
        elif Mark.DRAFT in marks:
            text = f"Draft · {text}"
        self._text_left(painter, rect, text, self._preview_font, colour)

    def _paint_menu(self, painter: QPainter, row: QRect) -> int:
        rect = self.menu_rect(row)
        side = self._look.px(icons.SIZE)
        place = QRect(0, 0, side, side)
        place.moveCenter(rect.center())
        icons.draw(painter, place, "ellipsis", self._look.theme.text)
        return rect.left()

    def _paint_marks(
        self,
        painter: QPainter,
        rect: QRect,
        summary: SessionSummary,
        marks: frozenset[Mark],
        *,
        chosen: bool,
    ) -> int:
        """Paint what stands at the right of the preview; gives its left edge."""
        theme = self._look.theme
        right = rect.right() + 1
        if chosen:
            return self._paint_icon(painter, rect, right, "check", theme.accent)
        if not summary.damage:
            count = str(summary.total_messages)
            right -= self._text_right(painter, rect, count, self._small_font, theme.faint)
        for name, colour in self._icons_of(summary, marks):
            right = self._paint_icon(painter, rect, right - 5, name, colour)
        if Mark.UNREAD in marks and Mark.FAILED not in marks:
            right -= DOT_SIZE + 6
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent))
            middle = rect.center().y() + 1
            painter.drawEllipse(QRectF(right, middle - DOT_SIZE / 2, DOT_SIZE, DOT_SIZE))
        return right

    def _icons_of(self, summary: SessionSummary, marks: frozenset[Mark]) -> list[tuple[str, str]]:
        theme = self._look.theme
        shown = []
        if summary.damage:
            shown.append(("file-warning", theme.error))
        if Mark.FAILED in marks:
            shown.append(("triangle-alert", theme.error))
        if Mark.STREAMING in marks:
            shown.append(("loader", theme.accent))
        if Mark.DRAFT in marks:
            shown.append(("pencil", theme.faint))
        if summary.pinned:
            shown.append(("pin", theme.faint))
        if summary.type == "voice":
            shown.append(("mic", theme.faint))
        return shown

    def _paint_icon(
        self, painter: QPainter, rect: QRect, right: int, name: str, colour: str
    ) -> int:
        side = self._mark_size
        place = QRect(right - side, rect.center().y() - side // 2 + 1, side, side)
        icons.draw(painter, place, name, colour)
        return place.left()

    def _text_left(
        self, painter: QPainter, rect: QRect, text: str, font: QFont, colour: str
    ) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(rect, flags | Qt.AlignmentFlag.AlignLeft, shown)

    def _text_right(
        self, painter: QPainter, rect: QRect, text: str, font: QFont, colour: str
    ) -> int:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        return QFontMetrics(font).horizontalAdvance(text)

    # ---- renaming in place

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A line edit over the title."""
        del option, index
        editor = QLineEdit(parent)
        editor.setObjectName("rename")
        editor.setAccessibleName("Title of the chat")
        editor.setMaxLength(TITLE_LENGTH)
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """The title as it is, selected."""
        assert isinstance(editor, QLineEdit)
        editor.setText(index.data(Qt.ItemDataRole.EditRole) or index.data())
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand the new title to the model, unless nothing was typed."""
        assert isinstance(editor, QLineEdit)
        if editor.isModified():
            model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Over the whole row, which is hidden meanwhile."""
        del index
        editor.setGeometry(option.rect.adjusted(1, 1, -1, -1))

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Leave shortcuts of the window alone while a title is edited."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        return super().eventFilter(editor, event)
