"""The list of sessions with headings between its rows.

All rows are equally high, so every place is arithmetic: a list of 100 000 sessions
costs what one of ten does. The headings are drawn between rows and are no rows
themselves, so that the keyboard and a screen reader meet only sessions.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QRegion
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyleOptionViewItem,
    QToolTip,
)

from chatapp.kit.signal import Signal
from chatapp.ui.browser.delegate import PADDING, RowDelegate
from chatapp.ui.browser.model import SessionListModel

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel, QPersistentModelIndex, QPoint
    from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from chatapp.domain.ids import SessionId
    from chatapp.ui.look import Look
    from chatapp.ui.trace import Trace

MARGIN = 8
EDGE = 4
HEADING_POINTS = 8.25


class SessionListView(QListView):
    """Shows a `SessionListModel`.

    Attributes:
        chosen: The user wants to see what this row stands for.
        menu_requested: The user asked for the menu of the selected rows, at a global place.
        trace: Told when the first rows are painted.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.chosen: Signal[QModelIndex] = Signal()
        self.menu_requested: Signal[QPoint] = Signal()
        self.trace: Trace | None = None
        self._look = look
        self._delegate = RowDelegate(look, self)
        self.setItemDelegate(self._delegate)
        self.setObjectName("sessions")
        self.setAccessibleName("Chats")
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setTabKeyNavigation(False)
        look.changed.connect(self._on_look_changed)
        self._heading_font = QFont()
        self._on_look_changed()

    # ---- which chat

    def set_open(self, session_id: SessionId | None) -> None:
        """Mark the chat shown beside the list, and bring its row into view."""
        self._delegate.open_id = session_id
        index = self.sessions.index_of(session_id)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)
        self.viewport().update()

    @property
    def open_id(self) -> SessionId | None:
        """The chat shown beside the list."""
        return self._delegate.open_id

    @property
    def sessions(self) -> SessionListModel:
        """The model."""
        model = self.model()
        assert isinstance(model, SessionListModel)
        return model

    def selected_ids(self) -> list[SessionId]:
        """The selected sessions from top to bottom; without a selection the one with the focus."""
        rows = sorted({index.row() for index in self.selectedIndexes()})
        indexes = [self.sessions.index(row) for row in rows] or [self.currentIndex()]
        ids = [self.sessions.session_id(index) for index in indexes]
        return [session_id for session_id in ids if session_id is not None]

    # ---- geometry

    @property
    def _heading_height(self) -> int:
        return self._look.px(33)

    def _headings(self) -> list[tuple[int, str]]:
        return self.sessions.headings()

    def _top(self, row: int) -> int:
        """The upper edge of a row in the whole list."""
        above = bisect_right(self._headings(), row, key=lambda heading: heading[0])
        return row * self._delegate.row_height + above * self._heading_height

    def _row_at(self, y: int) -> int | None:
        """The row at a height of the whole list; None on a heading and below the end."""
        low, high = 0, self.sessions.rowCount()
        while low < high:
            middle = (low + high) // 2
            if self._top(middle) + self._delegate.row_height <= y:
                low = middle + 1
            else:
                high = middle
        if low >= self.sessions.rowCount() or y < self._top(low):
            return None
        return low

    def _height(self) -> int:
        count = self.sessions.rowCount() if self.model() is not None else 0
        return self._top(count - 1) + self._delegate.row_height + 2 * EDGE if count else 0

    def visualRect(self, index: QModelIndex | QPersistentModelIndex) -> QRect:
        """Where a row is in the viewport."""
        if not index.isValid():
            return QRect()
        top = self._top(index.row()) - self.verticalOffset() + EDGE
        width = self.viewport().width() - 2 * MARGIN
        return QRect(MARGIN, top, width, self._delegate.row_height)

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The row at a place of the viewport."""
        if self.model() is None:
            return QModelIndex()
        row = self._row_at(point.y() + self.verticalOffset() - EDGE)
        return QModelIndex() if row is None else self.sessions.index(row)

    def verticalOffset(self) -> int:
        """How far the list is scrolled."""
        return self.verticalScrollBar().value()

    def updateGeometries(self) -> None:
        """Fit the scroll bar to the list."""
        bar = self.verticalScrollBar()
        bar.setSingleStep(self._delegate.row_height // 2)
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(0, self._height() - self.viewport().height()))

    def doItemsLayout(self) -> None:
        """Nothing to lay out but the open editor: places are arithmetic."""
        QAbstractItemView.doItemsLayout(self)
        self.updateGeometries()
        self.viewport().update()

    def scrollTo(
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring a row into view, with its heading if it is the first below one."""
        if not index.isValid():
            return
        self.updateGeometries()
        rect, bar = self.visualRect(index), self.verticalScrollBar()
        headed = any(row == index.row() for row, _ in self._headings())
        top = rect.top() - EDGE - (self._heading_height if headed else 0)
        if hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(bar.value() + rect.center().y() - self.viewport().height() // 2)
        elif top < 0:
            bar.setValue(bar.value() + top)
        elif rect.bottom() + EDGE > self.viewport().height():
            bar.setValue(bar.value() + rect.bottom() + EDGE - self.viewport().height())

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Where an arrow, Page or Home key leads."""
        del modifiers
        last = self.sessions.rowCount() - 1
        if last < 0:
            return QModelIndex()
        row = self.currentIndex().row()
        page = max(1, self.viewport().height() // self._delegate.row_height - 1)
        moves = QAbstractItemView.CursorAction
        match action:
            case moves.MoveUp | moves.MovePrevious | moves.MoveLeft:
                row -= 1
            case moves.MoveDown | moves.MoveNext | moves.MoveRight:
                row += 1
            case moves.MovePageUp:
                row -= page
            case moves.MovePageDown:
                row += page
            case moves.MoveHome:
                row = 0
            case moves.MoveEnd:
                row = last
        return self.sessions.index(min(max(row, 0), last))

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select the rows that `rect` touches."""
        area = rect.normalized()
        first, last = self.indexAt(area.topLeft()), self.indexAt(area.bottomRight())
        chosen = QItemSelection()
        if first.isValid() and last.isValid():
            chosen = QItemSelection(first, last)
        self.selectionModel().select(chosen, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """What to repaint when the selection changes."""
        del selection
        return QRegion(self.viewport().rect())

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the headings and rows in view."""
        del event
        if self.model() is None:
            return
        painter = QPainter(self.viewport())
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        pointer = self.viewport().mapFromGlobal(self.cursor().pos())
        under = self.indexAt(pointer) if self.viewport().underMouse() else QModelIndex()
        self._delegate.selecting = len(self.selectionModel().selectedRows()) > 1
        headings = dict(self._headings())
        row = self._first_in_view()
        while row < self.sessions.rowCount():
            index = self.sessions.index(row)
            rect = self.visualRect(index)
            if rect.top() - self._heading_height > self.viewport().height():
                break
            if row in headings:
                self._paint_heading(painter, rect, headings[row])
            self._paint_row(painter, QStyleOptionViewItem(option), index, rect, under)
            row += 1
        if self.trace is not None:
            self.trace.pass_milestone("listed")

    def _first_in_view(self) -> int:
        y = self.verticalOffset() - EDGE
        row = self._row_at(y)
        if row is None:
            row = self._row_at(y + self._heading_height) or 0
        return row

    def _paint_heading(self, painter: QPainter, rect: QRect, text: str) -> None:
        painter.setFont(self._heading_font)
        painter.setPen(QColor(self._look.theme.faint))
        place = QRect(rect.left() + PADDING, rect.top() - self._heading_height, rect.width(), 0)
        place.setHeight(self._heading_height - 5)
        painter.drawText(
            place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, text.upper()
        )

    def _paint_row(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex,
        rect: QRect,
        under: QModelIndex,
    ) -> None:
        states = QStyle.StateFlag
        option.rect = rect
        option.state = states.State_Enabled
        if index == under:
            option.state |= states.State_MouseOver
        if self.selectionModel().isSelected(index):
            option.state |= states.State_Selected
        if self.hasFocus() and index == self.currentIndex():
            option.state |= states.State_HasFocus
        self._delegate.paint(painter, option, index)

    # ---- events

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hovering repaints; the row under the pointer shows its menu button."""
        super().mouseMoveEvent(event)
        self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        """No row is under the pointer any more."""
        super().leaveEvent(event)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A plain click opens a chat, or the menu of its row."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.button() != Qt.MouseButton.LeftButton or not plain or not index.isValid():
            return
        menu = self._delegate.menu_rect(self.visualRect(index))
        if menu.adjusted(-4, -4, 4, 4).contains(event.position().toPoint()):
            self.menu_requested.emit(self.viewport().mapToGlobal(menu.bottomLeft()))
        else:
            self._choose(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the chat that has the focus; Esc lets the selection go."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self._editing():
            self._choose(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape and len(self.selectedIndexes()) > 1:
            self.selectionModel().setCurrentIndex(
                self.currentIndex(), QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The row's menu, by the right button or by the Menu key."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            place = event.globalPos()
        else:
            place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
        if self.currentIndex().isValid():
            self.menu_requested.emit(place)

    def viewportEvent(self, event: QEvent) -> bool:
        """No tooltip from the model: what a row says is in the row."""
        if event.type() == QEvent.Type.ToolTip:
            QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rows are as wide as the list."""
        QAbstractItemView.resizeEvent(self, event)
        self.updateGeometries()

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show `model`; rows of a search have more lines than those of chats."""
        before = self.selectionModel()
        super().setModel(model)
        if before is not None:
            before.deleteLater()  # the view made it and does not take it along
        self._delegate.set_lines(model.lines if isinstance(model, SessionListModel) else 1)
        self.updateGeometries()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index)

    def _editing(self) -> bool:
        return self.state() == QAbstractItemView.State.EditingState

    def _on_look_changed(self) -> None:
        self._heading_font = self._look.font(HEADING_POINTS, 600)
        self._heading_font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 104)
        if self.model() is not None:
            self.doItemsLayout()
