"""The transcript's widget: draws what is in view and hands on what the user does."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from chatapp.domain.message import Role
from chatapp.kit.clock import SystemClock
from chatapp.kit.signal import Signal
from chatapp.ui.chat.find_bar import FindBar
from chatapp.ui.chat.transcript.accessible import AreaNode, install
from chatapp.ui.chat.transcript.announcer import Announcer, announce
from chatapp.ui.chat.transcript.commands import Commands
from chatapp.ui.chat.transcript.finder import Finder
from chatapp.ui.chat.transcript.flow import Anchor, Flow
from chatapp.ui.chat.transcript.keyboard import Keyboard
from chatapp.ui.chat.transcript.menu import open_menu
from chatapp.ui.chat.transcript.message_item import MessageCanvas, Setting
from chatapp.ui.chat.transcript.pacer import Pacer
from chatapp.ui.chat.transcript.pointer import Pointer
from chatapp.ui.chat.transcript.rows import Rows
from chatapp.ui.chat.transcript.selection import Selection
from chatapp.ui.chat.transcript.style import Style
from chatapp.ui.theme import COLUMN_MAXIMUM, LIGHT, RADIUS_CARD, Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtGui import (
        QFocusEvent,
        QKeyEvent,
        QMouseEvent,
        QPaintEvent,
        QResizeEvent,
        QWheelEvent,
    )

    from chatapp.domain.ids import MessageId
    from chatapp.domain.message import Message
    from chatapp.kit.clock import Clock
    from chatapp.ui.chat.transcript.message_item import MessageItem
    from chatapp.ui.fonts import Families

SIDE = 24  # between the text and the edge of the widget, at least
SIDE_NARROW = 12
NARROW = 520
CHANGE_MARGIN = 8  # above what changed, drawn with it: grounds and rings reach over


class TranscriptArea(QAbstractScrollArea):
    """Draws one conversation; see `TranscriptView` for what each method promises."""

    def __init__(
        self,
        families: Families,
        theme: Theme = LIGHT,
        text_scale: float = 1.0,
        clock: Clock | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.action_requested: Signal[str, MessageId] = Signal()
        self.link_activated: Signal[str] = Signal()
        self.bottom_left: Signal[bool] = Signal()
        self.focus_moved: Signal[int, int] = Signal()
        self.selection = Selection()
        self.accessible_root: AreaNode | None = None  # made when a screen reader asks
        self._families = families
        style = Style(theme, text_scale, families)
        self.flow = Flow(Setting(style, clock or SystemClock()))
        self.commands = Commands(self)
        self.finder = Finder(self)
        self._bar = FindBar(style, self.viewport())
        self._bar.asked.connect(self._on_find_asked)
        self._bar.stepped.connect(self.finder.step)
        self._bar.closed.connect(self._on_find_closed)
        self.finder.changed.connect(self._bar.show_count)
        self.pointer = Pointer(self)
        self._keyboard = Keyboard(self)
        self._syncing = False
        self._is_below = False
        self._announcer = Announcer(partial(announce, self))
        self.pacer = Pacer(self, self._announcer)
        self.pacer.follow_style(style)
        install()
        self._set_up_widget()

    def _set_up_widget(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Conversation")
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().valueChanged.connect(self._on_bar_moved)
        self.viewport().installEventFilter(self)

    # ---- the protocol

    @property
    def widget(self) -> QWidget:
        """The widget to put into the pane."""
        return self

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Show a conversation from its end, or where it was if it is the one in view."""
        self.pacer.forget_changes()
        rows, place = Rows(messages), self._place_kept(messages)
        self.selection.clear()
        self._keyboard.row = -1
        if self.accessible_root is not None:
            self.accessible_root.generation += 1
        if place is None:
            self.flow.show(rows)
        else:
            self.flow.restore(rows, place)
        self.finder.forget(0)
        self.refresh()

    def _place_kept(self, messages: Sequence[Message]) -> Anchor | None:
        """Where `messages` are to be shown if they are a new state of what is in view."""
        flow = self.flow
        same = len(flow.rows) and len(messages) and flow.rows[0].id == messages[0].id
        if not same or flow.at_end:
            return None
        anchor = flow.anchor()
        row = Rows(messages).find(flow.rows[anchor.row].id)
        if row is None:
            return anchor if anchor.row < len(messages) else None
        return anchor._replace(row=row)

    def set_versions(self, versions: Callable[[MessageId], tuple[int, int]] | None) -> None:
        """Ask `versions` which of how many siblings of a message is in view, from 1."""
        self.flow.restyle(replace(self.flow.setting, versions=versions))
        self.refresh()

    def set_unread(self, message_id: MessageId | None) -> None:
        """Mark the first message that was not read yet."""
        self.flow.restyle(replace(self.flow.setting, unread=message_id))
        self.refresh()

    def add_message(self, message: Message) -> None:
        """A message came to the end; the user's own is always brought into view."""
        self.pacer.apply_changes()
        if message.role == Role.USER:
            self.flow.at_end = True
        self.flow.append(message)
        self.finder.forget(len(self.flow.rows) - 1)
        self._announcer.message_added(message)
        self.refresh()

    def update_message(self, message: Message) -> None:
        """A message has a new value; drawn with the next frame."""
        self.pacer.change(message)

    def go_to_message(self, message_id: MessageId) -> None:
        """Bring a message into view."""
        self.pacer.apply_changes()
        row = self.flow.rows.find(message_id)
        if row is not None:
            self.flow.go_to_row(row)
            self.refresh()

    def go_to_end(self) -> None:
        """Bring the newest text into view, and keep it there."""
        self.pacer.apply_changes()
        self.flow.go_to_end()
        self.refresh()

    def set_theme(self, theme: Theme, text_scale: float) -> None:
        """Draw with `theme`; the place being read stays."""
        style = Style(theme, text_scale, self._families)
        self.flow.restyle(replace(self.flow.setting, style=style))
        self._bar.set_style(style)
        self.pacer.follow_style(style)
        self._resize()
        self.refresh()

    def set_actions(self, own: tuple[str, ...], reply: tuple[str, ...]) -> None:
        """Offer these actions (`chrome.ACTIONS`) on the user's messages and on replies."""
        setting = replace(self.flow.setting, own_actions=own, reply_actions=reply)
        self.flow.restyle(setting)
        self.refresh()

    def open_find(self) -> None:
        """Show the bar that finds text in the conversation; it begins with what is selected."""
        chosen = self.selection.range
        one_segment = chosen is not None and chosen[0][:2] == chosen[1][:2]
        text = self.commands.selected_text() if one_segment else ""
        self._bar.open_bar("" if "\n" in text else text[:200])

    def find_next(self, change: int = 1) -> None:
        """Go to the next place found, or with -1 to the one before."""
        self.finder.step(change)

    def _on_find_asked(self, text: str, regex: bool, case: bool) -> None:
        self.finder.find(text, regex=regex, case=case)

    def _on_find_closed(self) -> None:
        self.finder.find("", regex=False, case=False)
        self.setFocus()

    @property
    def focused(self) -> tuple[int, int]:
        """The message that has the keyboard's focus and which of its buttons; -1 for none."""
        return self._keyboard.row, self._keyboard.spot

    def focus_message(self, row: int) -> None:
        """Give a message the keyboard's focus."""
        self._keyboard.focus(row)

    def floating(self) -> list[QWidget]:
        """The widgets that float over the text."""
        return [self._bar]

    def leave_focus(self) -> None:
        """The mouse took over: no message has the keyboard's focus."""
        self._keyboard.row = -1

    # ---- keeping up

    def refresh(self, top: float = 0.0) -> None:
        """What is in view from a height downwards, or where it is, is another."""
        self.sync_bar()
        self.pointer.refresh()
        view = self.viewport()
        first = 0 if self.finder.is_active else max(0, int(top) - CHANGE_MARGIN)
        view.update(0, first, view.width(), view.height() - first)
        self.pacer.look_ahead()

    def sync_bar(self) -> None:
        """Let the scroll bar say what is in view."""
        bar, view = self.verticalScrollBar(), self.viewport().height()
        self._syncing = True
        bar.setRange(0, max(0, self.flow.total - view))
        bar.setPageStep(view)
        bar.setSingleStep(round(self.flow.setting.style.line * 1.2))
        bar.setValue(self.flow.value)
        self._syncing = False
        below = self.flow.value < bar.maximum() - view // 3
        if below != self._is_below:
            self._is_below = below
            self.bottom_left.emit(below)

    def _on_bar_moved(self, value: int) -> None:
        if self._syncing:
            return
        change = value - self.flow.value
        if abs(change) > 2 * self.viewport().height():
            self.flow.scroll_to(value)
        else:
            self.flow.scroll_by(change)
        self.refresh()

    # ---- geometry

    @property
    def column(self) -> tuple[int, int]:
        """Left edge and width of the column of text."""
        width, style = self.viewport().width(), self.flow.setting.style
        side = SIDE if width >= NARROW else SIDE_NARROW
        column = min(style.px(COLUMN_MAXIMUM), width - 2 * side)
        return (width - column) // 2, max(120, column)

    def _resize(self) -> None:
        self.flow.resize(self.column[1], self.viewport().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The place being read stays."""
        super().resizeEvent(event)
        self._resize()
        self._bar.place()
        self.refresh()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Nothing: the view is always drawn anew, which costs no more than shifting it."""

    # ---- drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is in view."""
        painter = QPainter(self.viewport())
        area = QRectF(event.rect())
        painter.fillRect(area, self.flow.setting.style.colour("page"))
        x = self.column[0]
        for row, y, item in self.flow.visible():
            if y + item.height <= area.top() or y >= area.bottom() + 1:
                continue
            canvas = MessageCanvas(
                area.translated(-x, -y),
                active=self._is_active(row),
                hot=self.pointer.hot(row),
                selection=partial(self.selection.within, row),
                marks=partial(self.finder.marks, row),
            )
            painter.save()
            painter.translate(x, y)
            item.paint(painter, canvas)
            if row == self._keyboard.row and self.hasFocus():
                self._paint_focus(painter, item)
            painter.restore()
        painter.end()

    def _paint_focus(self, painter: QPainter, item: MessageItem) -> None:
        spot = self._keyboard.focused_spot()
        ring = item.outline().adjusted(-8, -4, 8, 4) if spot is None else spot.rect
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.flow.setting.style.colour("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(ring.adjusted(1, 1, -1, -1), RADIUS_CARD, RADIUS_CARD)

    def _is_active(self, row: int) -> bool:
        newest = row == len(self.flow.rows) - 1
        return row in {self.pointer.row, self._keyboard.row} or (
            newest and self.flow.rows[row].role == Role.ASSISTANT
        )

    # ---- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The pointer left the text."""
        if watched is self.viewport() and event.type() == event.Type.Leave:
            self.pointer.leave()
        return super().eventFilter(watched, event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at something, or select."""
        self.pointer.move(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Press a button, follow a link, or begin to select."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.pointer.press(event.position(), event.modifiers())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do what the pressed place stands for."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.pointer.release(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.pointer.double_press(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Sideways over code or a table that is too wide, else up and down."""
        delta = event.angleDelta()
        sideways = delta.x() or (
            delta.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0
        )
        if sideways and abs(sideways) >= abs(delta.y()):
            self.pointer.scroll_sideways(event.position(), -sideways)
            event.accept()
        else:
            super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done here."""
        keyed = event.reason() == QContextMenuEvent.Reason.Keyboard
        row = self._keyboard.row if keyed else self.pointer.row
        open_menu(self, row, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See `Keyboard`; what means nothing there scrolls."""
        if not self._keyboard.press(event):
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through the buttons of the message that has the focus, then on."""
        return self._keyboard.step_button(1 if forward else -1) or super().focusNextPrevChild(
            forward
        )

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The focus ring goes with the focus."""
        super().focusOutEvent(event)
        self.viewport().update()
