"""The field that filters the list while typing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit

from chatapp.kit.signal import Signal
from chatapp.ui.controls import IconButton, KeyHint
from chatapp.ui.icons import SIZE

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from chatapp.ui.look import Look

PAUSE_MILLISECONDS = 120
HINT_MINIMUM_WIDTH = 230


class SearchField(QLineEdit):
    """A line edit with a magnifier, its key while it is empty, and a button that empties it.

    Attributes:
        searched: The text stood still for a moment.
        left_downwards: The user goes on to the list; True asks for its first row to be opened.
    """

    def __init__(self, look: Look, keys: str) -> None:
        super().__init__()
        self.searched: Signal[str] = Signal()
        self.left_downwards: Signal[bool] = Signal()
        self._look = look
        self.setObjectName("search")
        self.setPlaceholderText("Search chats")
        self.setAccessibleName("Search chats")
        self._icon = QLabel(self)
        self._hint = KeyHint(keys, self)
        self._clear = IconButton(look, "x", "Clear the search", self)
        self._clear.clicked.connect(self.clear)
        self._clear.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 5, 0)
        row.addWidget(self._icon)
        row.addStretch(1)
        row.addWidget(self._hint, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._clear)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)
        self.textChanged.connect(self._on_text_changed)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down goes to the list, Enter opens its first row, Esc empties the field."""
        match event.key():
            case Qt.Key.Key_Down:
                self.left_downwards.emit(False)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                if self._timer.isActive():
                    self._on_timeout()
                self.left_downwards.emit(True)
            case Qt.Key.Key_Escape if self.text():
                self.clear()
            case _:
                super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The key is shown where there is room for it."""
        super().resizeEvent(event)
        self._show_hint()

    def _show_hint(self) -> None:
        roomy = self.width() >= self._look.px(HINT_MINIMUM_WIDTH)
        self._hint.setVisible(roomy and not self.text())

    def _on_text_changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._show_hint()
        self._timer.start(PAUSE_MILLISECONDS if text else 0)

    def _on_timeout(self) -> None:
        self._timer.stop()
        self.searched.emit(self.text())

    def _on_look_changed(self) -> None:
        side = self._look.px(SIZE)
        self._icon.setFixedSize(side, side)
        self._icon.setPixmap(self._look.pixmap("search"))
        self.setTextMargins(side + 10, 0, self._look.px(28), 0)
        self._clear.setFixedSize(self._look.px(24), self._look.px(24))
