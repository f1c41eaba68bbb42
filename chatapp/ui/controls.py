"""The few small controls the panes are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from chatapp.ui.icons import SIZE

if TYPE_CHECKING:
    from chatapp.ui.look import Look

BUTTON_SIZE = 32


class IconButton(QToolButton):
    """A square button that shows only an icon; `name` is what it is called aloud."""

    def __init__(self, look: Look, icon: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._icon_name = icon
        self.set_name(name)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def set_name(self, name: str, tip: str = "") -> None:
        """Call it `name`; the tooltip says `tip`, else the same."""
        self.setAccessibleName(name)
        self.setToolTip(tip or name)

    def _on_look_changed(self) -> None:
        side, icon = self._look.px(BUTTON_SIZE), self._look.px(SIZE)
        self.setFixedSize(side, side)
        self.setIconSize(QSize(icon, icon))
        self.setIcon(self._look.icon(self._icon_name))


class KeyHint(QLabel):
    """A key as printed on a keyboard, in a hairline frame."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(keys.replace("+", " "), parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "key")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)


class HintedButton(QPushButton):
    """A button with an icon, its text at the left and its key at the right."""

    def __init__(self, look: Look, icon: str, text: str, keys: str) -> None:
        super().__init__()
        self._look = look
        self.setAccessibleName(text)
        self._icon = QLabel(self)
        self._icon_name = icon
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", "button")
        self._hint = KeyHint(keys, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(11, 0, 7, 0)
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(label, 1)
        row.addWidget(self._hint, 0, Qt.AlignmentFlag.AlignVCenter)
        for child in (self._icon, label):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def _on_look_changed(self) -> None:
        self._icon.setPixmap(self._look.pixmap(self._icon_name, "text"))
        self.setMinimumHeight(self._look.px(34))
