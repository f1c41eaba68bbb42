"""What stands in place of a conversation: a greeting, or why there is nothing to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from chatapp.kit.signal import Signal
from chatapp.ui.chat.header import model_label
from chatapp.ui.flow_row import FlowRow
from chatapp.ui.theme import COLUMN_MAXIMUM

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatapp.ui.look import Look

GUIDE_QUESTIONS = (
    "What can you do?",
    "Which keys are there?",
    "How do I add a model?",
    "Where are my chats kept?",
)
TEXT_WIDTH = 560
MARGIN = 24
ICON_SIZE = 32


class EmptyPage(QWidget):
    """An icon, a heading, a few words, and what can be done.

    Attributes:
        asked: The user pressed a question.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.asked: Signal[str] = Signal()
        self._look = look
        self._icon_name, self._icon_colour = "message-square", "accent"
        self._icon = QLabel()
        self._heading = self._label("heading")
        self._text = self._label("muted")
        self._buttons = FlowRow(spacing=8)
        self._column = QWidget()
        column = QVBoxLayout(self._column)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(10)
        for widget in (self._icon, self._heading, self._text):
            column.addWidget(widget)
        column.addSpacing(8)
        column.addWidget(self._buttons)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._column, 1_000)  # as wide as it may be, in the middle
        middle.addStretch(1)
        outer.addStretch(2)
        outer.addLayout(middle)
        outer.addStretch(3)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def greet(self, model: str, *, first_run: bool) -> None:
        """An empty chat with `model`, for someone who is here for the first time or not."""
        guide = model_label(model) == model_label("guide/guide")
        self._show_icon("message-square", "accent")
        self._heading.setText("Welcome" if first_run else "What is on your mind?")
        if guide:
            self._text.setText(
                "You are talking to the built-in guide. It is no language model: it answers from"
                " its help pages and from your own chats, and it never uses the network."
            )
        else:
            self._text.setText(
                f"{model_label(model)} answers. Enter sends, Shift+Enter breaks the line."
            )
        self._offer([(text, self._asker(text)) for text in GUIDE_QUESTIONS] if guide else [])

    def explain(
        self, heading: str, text: str, verb: str = "", call: Callable[[], None] | None = None
    ) -> None:
        """Why there is nothing to read, and a button for what can be done."""
        self._show_icon("file-warning", "error")
        self._heading.setText(heading)
        self._text.setText(text)
        self._offer([(verb, call)] if call is not None else [])

    @property
    def heading(self) -> str:
        """Its heading."""
        return self._heading.text()

    @property
    def text(self) -> str:
        """Its words."""
        return self._text.text()

    def _offer(self, offers: list[tuple[str, Callable[[], None]]]) -> None:
        self._buttons.clear()
        for text, call in offers:
            button = QPushButton(text)
            button.clicked.connect(call)
            self._buttons.add(button)
        self._buttons.setVisible(bool(offers))

    def _asker(self, text: str) -> Callable[[], None]:
        return lambda: self.asked.emit(text)

    def _label(self, role: str) -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", role)
        label.setWordWrap(True)
        return label

    def _show_icon(self, name: str, colour: str) -> None:
        self._icon_name, self._icon_colour = name, colour
        self._on_look_changed()

    def _on_look_changed(self) -> None:
        icon = self._look.pixmap(self._icon_name, self._icon_colour, ICON_SIZE)
        self._icon.setPixmap(icon)
        self._column.setMaximumWidth(self._look.px(COLUMN_MAXIMUM) + 2 * MARGIN)
        self._text.setMaximumWidth(self._look.px(TEXT_WIDTH))
