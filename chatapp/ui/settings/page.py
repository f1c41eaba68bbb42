"""Every declared setting as a row: its title, what it does, its value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from chatapp.settings.schema import SETTINGS
from chatapp.ui.controls import ChoiceButton, Switch
from chatapp.ui.page import Page, plain_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent

    from chatapp.services.core import Core
    from chatapp.settings.schema import Setting, Value
    from chatapp.ui.look import Look

EDITOR_WIDTH = 200
NUMBER_MAXIMUM = 100_000
COARSE_STEP = 10


class SettingsPage(Page):
    """Reads the rows, writes what the user changes at once; there is no button to press."""

    def __init__(self, look: Look, core: Core) -> None:
        super().__init__(look, "Settings")
        self._core = core
        self.editors: dict[str, QWidget] = {}
        self._choosers: list[Callable[[str], None]] = []  # a signal keeps its receivers weakly
        for setting in SETTINGS:
            self.column.addWidget(self._row(setting))
        where = plain_label("Everything here stands in config.toml as well.", "caption")
        where.setWordWrap(True)
        self.column.addSpacing(12)
        self.column.addWidget(where)
        self.column.addStretch(1)
        core.settings.changed.connect(self._on_changed)

    def _row(self, setting: Setting) -> QWidget:
        row = QWidget()
        title = plain_label(setting.title, "strong")
        help_text = plain_label(setting.help, "small")
        help_text.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(help_text)
        editor = self._editor(setting)
        editor.setAccessibleName(setting.title)
        editor.setAccessibleDescription(setting.help)
        self.editors[setting.name] = editor
        self._show(setting.name)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 10, 0, 10)
        line.setSpacing(24)
        line.addLayout(words, 1)
        line.addWidget(editor, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _editor(self, setting: Setting) -> QWidget:
        if isinstance(setting.default, bool):
            box = Switch(self.look)
            box.toggled.connect(lambda on: self._set(setting, on))
            return box
        if setting.choices:
            choices = [(choice, label_of(choice)) for choice in setting.choices]
            button = ChoiceButton(self.look, choices)
            button.setFixedWidth(EDITOR_WIDTH)
            receiver = self._chooser(setting)
            self._choosers.append(receiver)
            button.chosen.connect(receiver)
            return button
        if isinstance(setting.default, int):
            number = NumberEdit(setting)
            number.editingFinished.connect(lambda: self._set(setting, number.value))
            number.setFixedWidth(EDITOR_WIDTH)
            return number
        text = QLineEdit()
        text.editingFinished.connect(lambda: self._set(setting, text.text().strip()))
        text.setFixedWidth(EDITOR_WIDTH)
        return text

    def _show(self, name: str) -> None:
        editor, value = self.editors[name], self._core.settings.get(name)
        editor.blockSignals(True)
        if isinstance(editor, QCheckBox):
            editor.setChecked(bool(value))
        elif isinstance(editor, ChoiceButton):
            editor.show_value(str(value))
        elif isinstance(editor, QLineEdit):
            editor.setText(str(value))
        editor.blockSignals(False)

    def _chooser(self, setting: Setting) -> Callable[[str], None]:
        def choose(value: str) -> None:
            self._set(setting, value)

        return choose

    def _set(self, setting: Setting, value: Value) -> None:
        self._core.tasks.start(
            self._core.settings.set(setting.name, value), name=f"set {setting.name}"
        )

    def _on_changed(self, name: str) -> None:
        if name in self.editors:
            self._show(name)


class NumberEdit(QLineEdit):
    """A whole number within the setting's limits; the arrow keys step."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self._least = int(setting.minimum or 0)
        self._most = int(setting.maximum or NUMBER_MAXIMUM)
        self._step = COARSE_STEP if setting.maximum else 1
        self.setValidator(QIntValidator(self._least, self._most, self))

    @property
    def value(self) -> int:
        """What stands in it, within the limits."""
        text = self.text().strip()
        number = int(text) if text.lstrip("-").isdigit() else self._least
        return min(max(number, self._least), self._most)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down count."""
        steps = {Qt.Key.Key_Up: self._step, Qt.Key.Key_Down: -self._step}
        change = steps.get(Qt.Key(event.key()))
        if change is None:
            super().keyPressEvent(event)
            return
        self.setText(str(min(max(self.value + change, self._least), self._most)))
        self.editingFinished.emit()


def label_of(choice: str) -> str:
    """`ctrl+enter` as `Ctrl+Enter`, `dark` as `Dark`."""
    return "+".join(part.capitalize() for part in choice.split("+"))
