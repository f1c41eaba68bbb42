"""What the window says in passing: the bar that offers Undo, and the banner above a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QPoint, QPropertyAnimation, Qt, QTimer
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from chatapp.ui.announce import announce
from chatapp.ui.theme import RADIUS_CARD

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPaintEvent

    from chatapp.ui.look import Look

SHOWN_MILLISECONDS = 8_000
MOTION_MILLISECONDS = 140
RISE = 12


class NoticeBar(QFrame):
    """A bar that floats over the lower edge of its parent, says one thing, and goes.

    It never takes the focus by itself, stays while the pointer or the focus is on it,
    and its button can be reached by Tab or by the action's own key.
    """

    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__(parent)
        self._look = look
        self._pane = parent
        self._call: Callable[[], None] | None = None
        self._bottom = 24
        self.reduce_motion = False
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._button = QPushButton("Undo", self)
        self._button.clicked.connect(self.activate)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.setSpacing(14)
        row.addWidget(self._text, 1)
        row.addWidget(self._button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)
        self._motion = QPropertyAnimation(self, b"pos", self)
        self._motion.setDuration(MOTION_MILLISECONDS)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()
        self.hide()

    def say(self, text: str, verb: str = "", call: Callable[[], None] | None = None) -> None:
        """Show `text`; with `call`, a button named `verb` runs it."""
        self._text.setText(text)
        self._text.setAccessibleName(text)
        self._button.setText(verb)
        self._button.setVisible(bool(verb))
        self._call = call
        self._timer.start(SHOWN_MILLISECONDS)
        self.show()
        self.raise_()
        self._place(moving=not self.reduce_motion)
        announce(self, f"{text}. {verb}".rstrip(". ") if verb else text)

    @property
    def text(self) -> str:
        """What it says, or an empty text while it is away."""
        return self._text.text() if self.isVisible() else ""

    def activate(self) -> bool:
        """Press the button; False if there is nothing to press."""
        if self._call is None or not self.isVisible():
            return False
        call, self._call = self._call, None
        self.hide()
        call()
        return True

    def stay_above(self, bottom: int) -> None:
        """Keep `bottom` pixels of the parent's lower edge free."""
        self._bottom = bottom
        self._place(moving=False)

    def follow(self) -> None:
        """The parent has another size."""
        if self.isVisible():
            self._place(moving=False)

    def paintEvent(self, event: QPaintEvent) -> None:
        """An inverted card."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._look.theme.text))
        painter.drawRoundedRect(self.rect(), RADIUS_CARD, RADIUS_CARD)

    def _place(self, *, moving: bool) -> None:
        parent = self._pane
        self.setMaximumWidth(max(120, parent.width() - 32))
        self.adjustSize()
        place = QPoint(
            (parent.width() - self.width()) // 2, parent.height() - self._bottom - self.height()
        )
        self._motion.stop()
        if not moving:
            self.move(place)
            return
        self._motion.setStartValue(place + QPoint(0, RISE))
        self._motion.setEndValue(place)
        self._motion.start()

    def _on_timeout(self) -> None:
        if self.underMouse() or self._button.hasFocus():
            self._timer.start(SHOWN_MILLISECONDS)
        else:
            self.hide()

    def _on_look_changed(self) -> None:
        theme = self._look.theme
        self.setStyleSheet(
            f"QLabel {{ color: {theme.page}; }}"
            f"QPushButton {{ color: {theme.page}; background: {theme.muted};"
            " border: 2px solid transparent; font-weight: 600; min-height: 22px;"
            " padding: 0 9px; }"
            f"QPushButton:hover {{ background: {theme.faint}; }}"
            f"QPushButton:focus {{ border-color: {theme.page}; }}"
        )


class Banner(QFrame):
    """A strip above the conversation for what stays true: read-only, offline, damaged."""

    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__(parent)
        self._look = look
        self._icon = QLabel(self)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._button = QPushButton("Hide", self)
        self._button.clicked.connect(self._on_clicked)
        self._call: Callable[[], None] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 8, 12, 8)
        row.setSpacing(10)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._button)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()
        self.hide()

    def say(self, text: str, verb: str = "", call: Callable[[], None] | None = None) -> None:
        """Show `text` until it is cleared."""
        self._text.setText(text)
        self._button.setText(verb)
        self._button.setVisible(bool(verb))
        self._call = call
        self.show()
        announce(self, text, assertive=True)

    def clear(self) -> None:
        """Nothing to say any more."""
        self._call = None
        self._text.clear()
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def _on_clicked(self) -> None:
        if self._call is not None:
            self._call()

    def _on_look_changed(self) -> None:
        theme = self._look.theme
        self.setStyleSheet(
            f"Banner {{ background: {theme.error_page}; border-bottom: 1px solid {theme.line}; }}"
        )
        self._icon.setPixmap(self._look.pixmap("triangle-alert", "error"))
