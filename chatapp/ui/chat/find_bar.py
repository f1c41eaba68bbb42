"""The bar that finds text in the conversation: what to look for, how many there are, which one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from chatapp.kit.signal import Signal
from chatapp.ui import icons
from chatapp.ui.theme import RADIUS_BUTTON, RADIUS_CARD

if TYPE_CHECKING:
    from chatapp.ui.chat.transcript.style import Style

BUTTON = 28
FIELD_WIDTH = 200
EDGE = 8  # between the bar and the edge of what it floats over


class FindBar(QFrame):
    """A small bar that floats at the top right of the conversation.

    Attributes:
        asked: What to look for, whether it is a regular expression, whether case matters.
        stepped: Go to the next (1) or the previous (-1) place.
        closed: The bar was closed.
    """

    def __init__(self, style: Style, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.asked: Signal[str, bool, bool] = Signal()
        self.stepped: Signal[int] = Signal()
        self.closed: Signal[()] = Signal()
        self.setObjectName("findBar")
        self.setAccessibleName("Find in this conversation")
        self._field = QLineEdit(self)
        self._field.setPlaceholderText("Find in this chat")
        self._field.setAccessibleName("Find in this chat")
        self._field.textChanged.connect(self._on_changed)
        self._count = QLabel(self)
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._case = self._button("Match case", text="Aa")
        self._regex = self._button("Regular expression", text=".*")
        for toggle in (self._case, self._regex):
            toggle.setCheckable(True)
            toggle.toggled.connect(self._on_changed)
        self._previous = self._button("Previous place (Shift+F3)")
        self._previous.clicked.connect(self._on_previous)
        self._next = self._button("Next place (F3)")
        self._next.clicked.connect(self._on_next)
        self._close = self._button("Close (Esc)")
        self._close.clicked.connect(self.close_bar)
        self._lay_out()
        self._bind_keys()
        self.set_style(style)
        self.hide()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 4, 4)
        row.setSpacing(2)
        row.addWidget(self._field, 1)
        row.addWidget(self._count)
        row.addSpacing(4)
        for button in (self._case, self._regex, self._previous, self._next, self._close):
            row.addWidget(button)

    def _bind_keys(self) -> None:
        keys = (
            ("Esc", self.close_bar),
            ("Return", self._on_next),
            ("Shift+Return", self._on_previous),
        )
        for key, act in keys:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _button(self, name: str, text: str = "") -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(name)
        button.setAccessibleName(name.partition(" (")[0])
        button.setAutoRaise(True)
        return button

    # ---- use

    def open_bar(self, text: str = "") -> None:
        """Show the bar with the keyboard in its field, looking for `text` or as before."""
        self.show()
        self.raise_()
        if text:
            self._field.setText(text)
        self._field.selectAll()
        self._field.setFocus()
        self._on_changed()

    def close_bar(self) -> None:
        """Hide the bar; nothing is marked any more."""
        if self.isVisibleTo(self._over):
            self.hide()
            self.closed.emit()

    def show_count(self, current: int, total: int, problem: str) -> None:
        """Say which place is the current one and how many there are, or what is wrong."""
        if problem:
            text = "Not a pattern"
        elif total:
            text = f"{current} of {total}"
        else:
            text = "None" if self._field.text() else ""
        self._count.setText(text)
        self._count.setToolTip(problem)
        self._count.setAccessibleName(problem or text)
        for button in (self._previous, self._next):
            button.setEnabled(total > 0)
        self.place()

    def set_style(self, style: Style) -> None:
        """Draw with the colours and the text size of `style`."""
        theme, size = style.theme, style.px(BUTTON)
        for button, name in (
            (self._previous, "chevron-up"),
            (self._next, "chevron-down"),
            (self._close, "x"),
        ):
            pixmap = icons.pixmap(name, theme.muted, style.px(16) * 2)
            pixmap.setDevicePixelRatio(2)
            button.setIcon(QIcon(pixmap))
            button.setIconSize(QSize(style.px(16), style.px(16)))
        for button in self.findChildren(QToolButton):
            button.setFixedSize(size, size)
            button.setFont(style.small)
        self._field.setFont(style.small)
        self._field.setMinimumWidth(min(style.px(FIELD_WIDTH), FIELD_WIDTH + 40))
        self._count.setFont(style.caption)
        self.setStyleSheet(
            f"#findBar {{ background: {theme.page}; border: 1px solid {theme.border};"
            f" border-radius: {RADIUS_CARD}px; }}"
            f"#findBar QLineEdit {{ background: transparent; border: 0; color: {theme.text}; }}"
            f"#findBar QLabel {{ background: transparent; color: {theme.muted}; }}"
            f"#findBar QToolButton {{ background: transparent; border: 1px solid transparent;"
            f" border-radius: {RADIUS_BUTTON}px; color: {theme.muted}; padding: 0; }}"
            f"#findBar QToolButton:hover {{ background: {theme.hover}; }}"
            f"#findBar QToolButton:focus {{ border-color: {theme.accent}; }}"
            f"#findBar QToolButton:checked {{ background: {theme.selected};"
            f" color: {theme.text}; }}"
        )
        self.place()

    def place(self) -> None:
        """Take the place at the top right of what the bar floats over."""
        room, height = self._over.width(), self.sizeHint().height()
        width = min(self.sizeHint().width(), room - 2 * EDGE)
        self.setGeometry(room - width - EDGE, EDGE, width, height)

    # ---- signals

    def _on_changed(self) -> None:
        self.asked.emit(self._field.text(), self._regex.isChecked(), self._case.isChecked())

    def _on_next(self) -> None:
        self.stepped.emit(1)

    def _on_previous(self) -> None:
        self.stepped.emit(-1)
