"""Finds a chat or an action by a few letters (Ctrl+K)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from chatapp.kit.clock import parse_timestamp
from chatapp.ui.browser.model import title_of
from chatapp.ui.browser.moments import short_moment
from chatapp.ui.theme import CAPTION_POINTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject, QPersistentModelIndex
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent
    from PySide6.QtWidgets import QStyleOptionViewItem

    from chatapp.domain.ids import SessionId
    from chatapp.kit.clock import Clock
    from chatapp.sessions.catalogue import Catalogue
    from chatapp.ui.look import Look
    from chatapp.ui.main_window import MainWindow

WIDTH = 560
TOP = 96
CHATS_SHOWN = 8
ROWS_SHOWN = 11


@dataclass(frozen=True)
class Entry:
    """One line: what it is called, what stands at its right, what choosing it does.

    Attributes:
        heading: Whether it is only a heading.
    """

    text: str
    note: str
    call: Callable[[], None] | None
    heading: bool = False


def matches(query: str, text: str) -> bool:
    """Whether every word of `query` stands in `text`, whatever its case."""
    folded = text.casefold()
    return all(word in folded for word in query.casefold().split())


def marked_spans(query: str, text: str) -> list[tuple[int, int]]:
    """Where the words of `query` stand in `text`: start and length, first places only."""
    lower = text.lower()
    places = [(lower.find(word), len(word)) for word in query.lower().split()]
    return sorted(place for place in places if place[0] >= 0)


class Palette(QWidget):
    """A veil over the window with a field and a list of what is found."""

    def __init__(
        self,
        window: MainWindow,
        catalogue: Catalogue,
        clock: Clock,
        open_chat: Callable[[SessionId], None],
    ) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._window, self._look = window, window.look
        self._catalogue, self._clock, self._open_chat = catalogue, clock, open_chat
        self._focus = window.focusWidget()
        self._card = QFrame(self)
        self._card.setObjectName("palette")
        self.field = QLineEdit()
        self.field.setObjectName("paletteField")
        self.field.setPlaceholderText("Find a chat or an action")
        self.field.setAccessibleName("Find a chat or an action")
        self.field.textChanged.connect(self._fill)
        self.field.installEventFilter(self)
        self.entries: list[Entry] = []
        self._model = QStandardItemModel(self)
        self.list = QListView()
        self.list.setAccessibleName("Found")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setModel(self._model)
        self.list.setMouseTracking(True)
        self._delegate = _EntryDelegate(self)
        self.list.setItemDelegate(self._delegate)
        self.list.clicked.connect(self._on_clicked)
        self._lay_out()
        window.installEventFilter(self)
        self._fill("")
        self._place()

    @property
    def look(self) -> Look:
        """How to draw."""
        return self._look

    @property
    def query(self) -> str:
        """What is searched for."""
        return self.field.text()

    def show(self) -> None:
        """Come up with the focus in the field."""
        super().show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _lay_out(self) -> None:
        icon = QLabel()
        icon.setPixmap(self._look.pixmap("search", "text"))
        top = QHBoxLayout()
        top.setContentsMargins(16, 6, 12, 6)
        top.addWidget(icon)
        top.addWidget(self.field, 1)
        column = QVBoxLayout(self._card)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.list)

    # ---- what is found

    def _fill(self, query: str) -> None:
        chats, actions = self._chats(query), self._actions(query)
        self.entries = []
        for heading, found in (("Chats", chats), ("Actions", actions)):
            if found:
                self.entries += [Entry(heading, "", None, heading=True), *found]
        if not self.entries:
            self.entries = [Entry("Nothing has these letters", "", None, heading=True)]
        self._model.clear()
        for entry in self.entries:
            item = QStandardItem(entry.text)
            item.setEditable(False)
            item.setEnabled(not entry.heading)
            item.setData(f"{entry.text}, {entry.note}", Qt.ItemDataRole.AccessibleTextRole)
            self._model.appendRow(item)
        self._move(1, start=-1)
        self._place()

    def _chats(self, query: str) -> list[Entry]:
        from chatapp.sessions.catalogue import SessionFilter

        now = self._clock.local(self._clock.now())
        found = []
        for summary in self._catalogue.summaries(SessionFilter(text=query))[:CHATS_SHOWN]:
            moment = self._clock.local(parse_timestamp(summary.last_updated))
            count = summary.total_messages
            note = f"{short_moment(moment, now)} · {count} message{'' if count == 1 else 's'}"
            found.append(Entry(title_of(summary), note, self._opener(summary.session_id)))
        return found

    def _actions(self, query: str) -> list[Entry]:
        return [
            Entry(action.text, action.shown_keys, action.call)
            for action in self._window.actions_
            if action.listed and action.id != "palette" and matches(query, action.text)
        ]

    def _opener(self, session_id: SessionId) -> Callable[[], None]:
        return lambda: self._open_chat(session_id)

    # ---- choosing

    def _move(self, step: int, start: int | None = None) -> None:
        row = self.list.currentIndex().row() if start is None else start
        while 0 <= row + step < len(self.entries):
            row += step
            if not self.entries[row].heading:
                index = self._model.index(row, 0)
                self.list.setCurrentIndex(index)
                self.list.scrollTo(self._model.index(0, 0) if row == 1 else index)
                return

    def choose(self) -> None:
        """Do what the current line says."""
        row = self.list.currentIndex().row()
        call = self.entries[row].call if 0 <= row < len(self.entries) else None
        if call is not None:
            self.leave()
            call()

    def leave(self) -> None:
        """Go away; the focus returns to where it was."""
        self._window.removeEventFilter(self)
        self.close()
        if self._focus is not None:
            self._focus.setFocus()

    def _on_clicked(self, index: QModelIndex) -> None:
        if not self.entries[index.row()].heading:
            self.choose()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the field move in the list; the window's size is followed."""
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self._place()
        if watched is self.field and event.type() == QEvent.Type.KeyPress:
            return self._on_key(event)  # type: ignore[arg-type]
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        match event.key():
            case Qt.Key.Key_Down:
                self._move(1)
            case Qt.Key.Key_Up:
                self._move(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.choose()
            case Qt.Key.Key_Escape:
                self.leave()
            case Qt.Key.Key_Tab | Qt.Key.Key_Backtab:
                pass
            case _:
                return False
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press beside the card closes it."""
        if not self._card.geometry().contains(event.position().toPoint()):
            self.leave()

    # ---- drawing

    def _place(self) -> None:
        self.setGeometry(self._window.rect())
        width = min(self._look.px(WIDTH), self.width() - 24)
        rows = sum(self._delegate.height(entry) for entry in self.entries[:ROWS_SHOWN])
        self.list.setFixedHeight(min(rows, max(80, self.height() - 2 * TOP)))
        top = TOP if self.height() > 4 * TOP else 24
        height = self._card.sizeHint().height()
        self._card.setGeometry((self.width() - width) // 2, top, width, height)
        self.update()  # the shadow of the card as it was

    def paintEvent(self, event: QPaintEvent) -> None:
        """A veil over everything else, and a shadow below the card."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(10, 14, 22, 72))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for spread in range(1, 13):
            painter.setBrush(QColor(0, 0, 0, 4))
            shadow = self._card.geometry().adjusted(-spread, -spread + 6, spread, spread + 6)
            painter.drawRoundedRect(shadow, 12 + spread, 12 + spread)


class _EntryDelegate(QStyledItemDelegate):
    """Paints a line with the letters found in it marked."""

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette)
        self._owner = palette

    def height(self, entry: Entry) -> int:
        """How high a line is."""
        return self._owner.look.px(30 if entry.heading else 38)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """As wide as the list."""
        return QSize(option.rect.width(), self.height(self._owner.entries[index.row()]))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one line."""
        entry, look = self._owner.entries[index.row()], self._owner.look
        theme, rect = look.theme, option.rect.adjusted(16, 0, -16, 0)
        painter.save()
        if entry.heading:
            painter.setFont(look.font(8.25, 600))
            painter.setPen(QColor(theme.faint))
            place = rect.adjusted(0, 0, 0, -5)
            painter.drawText(place, Qt.AlignmentFlag.AlignBottom, entry.text.upper())
            painter.restore()
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(theme.selected))
        small = look.font(CAPTION_POINTS)
        painter.setFont(small)
        painter.setPen(QColor(theme.faint))
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, flags | Qt.AlignmentFlag.AlignRight, entry.note)
        room = rect.width() - QFontMetrics(small).horizontalAdvance(entry.note) - 16
        self._paint_text(painter, QRect(rect.left(), rect.top(), room, rect.height()), entry.text)
        painter.restore()

    def _paint_text(self, painter: QPainter, rect: QRect, text: str) -> None:
        look = self._owner.look
        font = look.font()
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text[:200], Qt.TextElideMode.ElideRight, rect.width())
        height = round(metrics.height() * 1.1)
        for start, length in marked_spans(self._owner.query, shown):
            left = rect.left() + metrics.horizontalAdvance(shown[:start])
            width = metrics.horizontalAdvance(shown[start : start + length])
            mark = QRect(left, rect.center().y() - height // 2, width, height)
            painter.fillRect(mark, QColor(look.theme.mark))
        painter.setFont(font)
        painter.setPen(QColor(look.theme.text))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
