"""A page that stands in place of the conversation, with a way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from chatapp.kit.signal import Signal
from chatapp.ui.controls import IconButton

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent

    from chatapp.ui.look import Look

COLUMN_WIDTH = 640


class Page(QWidget):
    """A heading, a back button, and a column that scrolls.

    Attributes:
        left: The user goes back to the conversation.
        column: What a page puts its rows into.
    """

    def __init__(self, look: Look, heading: str) -> None:
        super().__init__()
        self.left: Signal[()] = Signal()
        self.look = look
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        header = named("header")
        back = IconButton(look, "arrow-left", "Back to the chat")
        back.set_name("Back to the chat", "Back to the chat (Esc)")
        back.clicked.connect(lambda: self.left.emit())
        self.back_button = back
        title = plain_label(heading, "pageTitle")
        row = QHBoxLayout(header)
        row.setContentsMargins(12, 9, 10, 9)
        row.addWidget(back)
        row.addWidget(title, 1)
        self._content = named("page")
        self.column = QVBoxLayout(self._content)
        self.column.setContentsMargins(24, 20, 24, 24)
        self.column.setSpacing(4)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        holder = named("page")
        middle = QHBoxLayout(holder)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addWidget(self._content)
        area.setWidget(holder)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(header)
        whole.addWidget(area, 1)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The page begins with its way back."""
        super().focusInEvent(event)
        self.back_button.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_look_changed(self) -> None:
        self._content.setMaximumWidth(self.look.px(COLUMN_WIDTH))


def plain_label(text: str, role: str) -> QLabel:
    """A label that shows `text` as it is, in one of the style sheet's roles."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setProperty("role", role)
    return label


def named(name: str) -> QWidget:
    """A plain widget the style sheet knows by `name`."""
    widget = QWidget()
    widget.setObjectName(name)
    return widget
