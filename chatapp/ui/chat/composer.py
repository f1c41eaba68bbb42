"""Where the user writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatapp.kit.signal import Signal
from chatapp.ui import icons
from chatapp.ui.controls import IconButton
from chatapp.ui.icons import SIZE
from chatapp.ui.theme import RADIUS_COMPOSER

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QFocusEvent,
        QInputMethodEvent,
        QKeyEvent,
        QPaintEvent,
        QResizeEvent,
    )

    from chatapp.domain.ids import MessageId
    from chatapp.ui.look import Look

SEND_SIZE = 32
SHARE_OF_WINDOW = 3  # it grows to a third


class Composer(QFrame):
    """A text that grows from one line to a third of the window, and the button beside it.

    Attributes:
        sent: The user sends this text.
        edited: The user replaces an own message by this text.
        stop_requested: The user wants the reply to end.
        escaped: Esc was pressed and meant nothing here.
        edit_requested: Up was pressed in an empty composer.
        changed: The text is another one; the draft to keep.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.sent: Signal[str] = Signal()
        self.edited: Signal[MessageId, str] = Signal()
        self.stop_requested: Signal[()] = Signal()
        self.escaped: Signal[()] = Signal()
        self.edit_requested: Signal[()] = Signal()
        self.changed: Signal[str] = Signal()
        self._look = look
        self._streaming = False
        self._editing: MessageId | None = None
        self.text_edit = MessageEdit()
        self.text_edit.send_pressed.connect(self._on_send_pressed)
        self.text_edit.escape_pressed.connect(self._on_escape_pressed)
        self.text_edit.up_pressed.connect(self._on_up_pressed)
        self.text_edit.focus_changed.connect(self._on_focus_changed)
        self.text_edit.textChanged.connect(self._on_text_changed)
        self._send = SendButton(look)
        self._send.clicked.connect(self._on_clicked)
        self._hint = QLabel()
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._hint.setText("Editing your message. What followed stays as another branch.")
        self._hint.setProperty("role", "caption")
        self._hint.setWordWrap(True)
        self._cancel = IconButton(look, "x", "Stop editing", self)
        self._cancel.clicked.connect(self.escape)
        self._lay_out()
        look.changed.connect(self.fit)
        self._show_editing()
        self._on_text_changed()

    def _lay_out(self) -> None:
        self._strip = QWidget()
        strip = QHBoxLayout(self._strip)
        strip.setContentsMargins(14, 6, 6, 0)
        strip.addWidget(self._hint, 1)
        strip.addWidget(self._cancel)
        row = QHBoxLayout()
        row.setContentsMargins(14, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self.text_edit, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._send, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._strip)
        column.addLayout(row)

    # ---- text

    @property
    def text(self) -> str:
        """What stands in it."""
        return self.text_edit.toPlainText()

    def set_text(self, text: str) -> None:
        """Put `text` into it, the caret at its end."""
        if text != self.text:
            self.text_edit.setPlainText(text)
            self.text_edit.moveCursor(self.text_edit.textCursor().MoveOperation.End)

    def begin_edit(self, message_id: MessageId, text: str) -> None:
        """Let the user write an own message anew."""
        self._editing = message_id
        self._show_editing()
        self.set_text(text)
        self.text_edit.setFocus()

    @property
    def editing(self) -> MessageId | None:
        """The message that is written anew, or None."""
        return self._editing

    def end_edit(self) -> None:
        """Leave an edit; what was written for it goes."""
        if self._editing is not None:
            self._editing = None
            self.set_text("")
            self._show_editing()

    def escape(self) -> bool:
        """One layer of Esc: leave an edit, else stop the reply. A draft is never discarded."""
        if self._editing is not None:
            self.end_edit()
        elif self._streaming:
            self.stop_requested.emit()
        else:
            return False
        return True

    # ---- state

    def set_streaming(self, streaming: bool) -> None:
        """While a reply arrives the button stops it."""
        self._streaming = streaming
        self._show_button()

    def set_send_key(self, key: str) -> None:
        """`enter` or `ctrl+enter`."""
        self.text_edit.sends_on_enter = key == "enter"

    def set_read_only(self, reason: str) -> None:
        """Nothing can be said, for a reason; an empty one lifts it."""
        self.setEnabled(not reason)
        self.text_edit.setPlaceholderText(reason or "Message…")

    def fit(self) -> None:
        """Take the height the text needs, up to a third of the window."""
        line = self.text_edit.fontMetrics().lineSpacing()
        lines = max(1, round(self.text_edit.document().size().height()))
        limit = max(line, self.window().height() // SHARE_OF_WINDOW - 24)
        height = min(lines * line, limit) + 2
        self.text_edit.setFixedHeight(height)
        shown = Qt.ScrollBarPolicy
        self.text_edit.setVerticalScrollBarPolicy(
            shown.ScrollBarAsNeeded if lines * line > limit else shown.ScrollBarAlwaysOff
        )

    # ---- what happens

    def _submit(self) -> None:
        text = self.text.strip()
        if not text or self._streaming:
            return
        editing, self._editing = self._editing, None
        self._show_editing()
        self.set_text("")
        if editing is None:
            self.sent.emit(text)
        else:
            self.edited.emit(editing, text)

    def _on_send_pressed(self) -> None:
        self._submit()

    def _on_clicked(self) -> None:
        if self._streaming:
            self.stop_requested.emit()
        else:
            self._submit()
            self.text_edit.setFocus()

    def _on_escape_pressed(self) -> None:
        if not self.escape():
            self.escaped.emit()

    def _on_up_pressed(self) -> None:
        if self._editing is None:
            self.edit_requested.emit()

    def _on_focus_changed(self) -> None:
        self.update()

    def _on_text_changed(self) -> None:
        self.fit()
        self._show_button()
        if self._editing is None:
            self.changed.emit(self.text)

    def _show_button(self) -> None:
        self._send.show_state(streaming=self._streaming, ready=bool(self.text.strip()))

    def _show_editing(self) -> None:
        self._strip.setVisible(self._editing is not None)

    # ---- drawing

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width breaks lines elsewhere."""
        super().resizeEvent(event)
        self.fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A rounded frame; the focus ring when the text has the focus."""
        del event
        theme = self._look.theme
        focused = self.text_edit.hasFocus()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2.0 if focused else 1.0
        painter.setPen(QPen(QColor(theme.accent if focused else theme.border), width))
        painter.setBrush(QColor(theme.page))
        half = width / 2
        frame = QRectF(self.rect()).adjusted(half, half, -half, -half)
        painter.drawRoundedRect(frame, RADIUS_COMPOSER, RADIUS_COMPOSER)


class MessageEdit(QPlainTextEdit):
    """Plain text that tells Enter from a break, and never sends while a word is composed."""

    def __init__(self) -> None:
        super().__init__()
        self.send_pressed: Signal[()] = Signal()
        self.escape_pressed: Signal[()] = Signal()
        self.up_pressed: Signal[()] = Signal()
        self.focus_changed: Signal[()] = Signal()
        self.sends_on_enter = True
        self._composing = False
        self.setObjectName("composer")
        self.setAccessibleName("Message")
        self.setPlaceholderText("Message…")
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.document().setDocumentMargin(0)
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, Esc and Up mean something here; everything else is text."""
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not self._composing:  # else it only ends the word
                self._enter(modifiers)
        elif key == Qt.Key.Key_Escape:
            self.escape_pressed.emit()
        elif key == Qt.Key.Key_Up and not modifiers and self.document().isEmpty():
            self.up_pressed.emit()
        else:
            super().keyPressEvent(event)

    def _enter(self, modifiers: Qt.KeyboardModifier) -> None:
        with_control = modifiers == Qt.KeyboardModifier.ControlModifier
        plain = modifiers == Qt.KeyboardModifier.NoModifier
        if with_control or (plain and self.sends_on_enter):
            self.send_pressed.emit()
        else:
            self.textCursor().insertBlock()
            self.ensureCursorVisible()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether a word is being composed."""
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The frame draws its ring."""
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The frame drops its ring."""
        super().focusOutEvent(event)
        self.focus_changed.emit()


class SendButton(QToolButton):
    """A round button: sends, or stops while a reply arrives."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._streaming = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()
        self.show_state(streaming=False, ready=False)

    def show_state(self, *, streaming: bool, ready: bool) -> None:
        """What a press would do, and whether it would do anything."""
        self._streaming = streaming
        self.setEnabled(streaming or ready)
        name = "Stop the reply" if streaming else "Send"
        self.setAccessibleName(name)
        self.setToolTip(f"{name} (Esc)" if streaming else f"{name} (Enter)")
        self.update()

    def _on_look_changed(self) -> None:
        side = self._look.px(SEND_SIZE)
        self.setFixedSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A filled circle with the icon; a hairline circle while there is nothing to send."""
        del event
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isEnabled():
            painter.setBrush(QColor(theme.text if self.underMouse() else theme.accent))
        else:
            painter.setBrush(QColor(theme.hover))
        painter.drawEllipse(circle)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.page), 2))
            painter.drawEllipse(circle.adjusted(2, 2, -2, -2))
        if self._streaming:
            self._paint_stop(painter)
            return
        rect = QRect(0, 0, self._look.px(SIZE), self._look.px(SIZE))
        rect.moveCenter(self.rect().center())
        icons.draw(painter, rect, "arrow-up", theme.on_accent if self.isEnabled() else theme.faint)

    def _paint_stop(self, painter: QPainter) -> None:
        side = self._look.px(10)
        square = QRectF(0, 0, side, side)
        square.moveCenter(QRectF(self.rect()).center())
        painter.setPen(Qt.PenStyle.NoPen)
        ground = self._look.theme
        painter.setBrush(QColor(ground.page if self.underMouse() else ground.on_accent))
        painter.drawRoundedRect(square, 2, 2)
