"""Above the conversation: its title, its model, its menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QSizePolicy, QWidget

from chatapp.kit.signal import Signal
from chatapp.ui.controls import IconButton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QPaintEvent, QResizeEvent

    from chatapp.ui.look import Look

PICKER_MAXIMUM = 220
TITLE_LENGTH = 200
TITLE_PADDING = 10
NARROW = 440
MODEL_MINIMUM = 56


class TitleEdit(QLineEdit):
    """A title that is text until it is clicked; Enter keeps a change, Esc undoes it.

    Attributes:
        renamed: The user gave another title.
    """

    def __init__(self) -> None:
        super().__init__()
        self.renamed: Signal[str] = Signal()
        self._shown = ""
        self.setObjectName("title")
        self.setAccessibleName("Title of the chat")
        self.setMaxLength(TITLE_LENGTH)
        self.setMinimumWidth(60)
        self.editingFinished.connect(self._on_editing_finished)

    def show_title(self, title: str, hint: str) -> None:
        """Show `title`; `hint` stands there while there is none."""
        self.setPlaceholderText(hint)
        self._shown = title
        if not self.hasFocus() or not self.isModified():
            self.setText(title)
            self.setCursorPosition(0)
        self.setToolTip("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives the old title back and leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._shown)
            self.setModified(False)
            self.clearFocus()
        else:
            super().keyPressEvent(event)
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.clearFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A title that does not fit ends in an ellipsis until it is edited."""
        room = self.width() - 2 * TITLE_PADDING
        if self.hasFocus() or self.fontMetrics().horizontalAdvance(self.text()) <= room:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().text().color())
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        rect = self.rect().adjusted(TITLE_PADDING, 0, -TITLE_PADDING, 0)
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, shown)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Reached by the keyboard, the whole title is selected."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.ShortcutFocusReason):
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A long title shows its beginning."""
        super().focusOutEvent(event)
        self.setCursorPosition(0)

    def _on_editing_finished(self) -> None:
        title = " ".join(self.text().split())
        if self.isModified() and title != self._shown:
            self.setModified(False)
            self.renamed.emit(title)


class Header(QWidget):
    """The strip above the conversation.

    Attributes:
        model_chosen: The user picked `provider/model` for this chat.
        unfold_requested: The user wants the list of chats.
        new_requested: The user wants a new chat (asked while the list is away).
        find_requested: The user looks for something in this chat.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.model_chosen: Signal[str] = Signal()
        self.unfold_requested: Signal[()] = Signal()
        self.new_requested: Signal[()] = Signal()
        self.find_requested: Signal[()] = Signal()
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._look = look
        self._model = ""
        self._list_away = False
        self._narrow = False
        self.unfold_button = IconButton(look, "panel-left", "Show the list of chats")
        self.unfold_button.set_name("Show the list of chats", "Show the list of chats (F9)")
        self.unfold_button.clicked.connect(lambda: self.unfold_requested.emit())
        self.new_button = IconButton(look, "plus", "New chat")
        self.new_button.set_name("New chat", "New chat (Ctrl+N)")
        self.new_button.clicked.connect(lambda: self.new_requested.emit())
        self.title = TitleEdit()
        self.picker = QPushButton()
        self.picker.setProperty("kind", "picker")
        self.picker.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands last
        self.picker.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.models_menu = QMenu(self.picker)
        self.picker.setMenu(self.models_menu)
        self.find_button = IconButton(look, "search", "Find in this chat")
        self.find_button.set_name("Find in this chat", "Find in this chat (Ctrl+F)")
        self.find_button.clicked.connect(lambda: self.find_requested.emit())
        self.more_button = IconButton(look, "ellipsis", "More")
        self.more_button.set_name("More actions for this chat", "More")
        self.more_button.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 9, 10, 9)
        row.setSpacing(4)
        row.addWidget(self.unfold_button)
        row.addWidget(self.new_button)
        row.addWidget(self.title, 1)
        row.addSpacing(4)
        row.addWidget(self.picker)
        row.addWidget(self.find_button)
        row.addWidget(self.more_button)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()
        self.show_unfold(shown=False)
        self.show_model("")

    def show_unfold(self, *, shown: bool) -> None:
        """Offer the list of chats, and a new one, while the list is away."""
        self._list_away = shown
        self.unfold_button.setVisible(shown)
        self._fit()

    def show_model(self, model: str) -> None:
        """The model that answers in this chat, as `provider/model`."""
        self._model = model
        self.picker.setVisible(bool(model))
        self.picker.setAccessibleName(f"Model: {model_label(model)}")
        self.picker.setToolTip("")
        self._elide()

    def show_models(self, models: Sequence[str], hint: str = "") -> None:
        """Fill the menu of models; `hint` says in a disabled line what is not in it."""
        self.models_menu.clear()
        for model in models:
            action = self.models_menu.addAction(model_label(model))
            action.setCheckable(True)
            action.setChecked(model == self._model)
            action.setData(model)
            action.triggered.connect(self._on_model_triggered)
        if hint:
            self.models_menu.addAction(hint).setEnabled(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow header shortens the model's name."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Where there is little room it belongs to the title."""
        self._narrow = self.width() < self._look.px(NARROW)
        self.new_button.setVisible(self._list_away and not self._narrow)
        self.find_button.setVisible(not self._narrow)
        self._elide()

    def _elide(self) -> None:
        share = self.width() // (5 if self._narrow else 3)
        room = min(self._look.px(PICKER_MAXIMUM), max(40, share))
        if room < self._look.px(MODEL_MINIMUM):  # only the arrow is left
            self.picker.setText("")
            return
        label = self.fontMetrics().elidedText(
            model_label(self._model), Qt.TextElideMode.ElideMiddle, room
        )
        self.picker.setText(label.replace("&", "&&"))

    def _on_look_changed(self) -> None:
        self.picker.setIcon(self._look.icon("chevron-down"))
        self._elide()

    def _on_model_triggered(self) -> None:
        action = self.sender()
        self.model_chosen.emit(action.data())  # type: ignore[attr-defined]


def model_label(model: str) -> str:
    """`local/qwen3` as `qwen3 · local`; the built-in guide by its name."""
    provider, _, name = model.partition("/")
    if model in ("guide/guide", "guide"):
        return "Built-in guide"
    return f"{name} · {provider}" if name else provider
