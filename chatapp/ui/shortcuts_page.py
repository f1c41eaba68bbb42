"""Every key of the window, by section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QWidget

from chatapp.ui.controls import KeyHint
from chatapp.ui.page import Page, plain_label

if TYPE_CHECKING:
    from chatapp.ui.actions import Actions
    from chatapp.ui.look import Look

WRITING = (
    ("Send", "Enter"),
    ("Break the line", "Shift+Enter"),
    ("Edit the last message, when nothing is written", "Up"),
    ("Stop the reply; leave an edit or a page", "Esc"),
)


class ShortcutsPage(Page):
    """Reads the actions, so that it cannot be out of date."""

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__(look, "Keyboard shortcuts")
        self._add_section("Writing", list(WRITING))
        sections: dict[str, list[tuple[str, str]]] = {}
        for action in actions:
            if action.keys:
                sections.setdefault(action.section, []).append((action.text, action.shown_keys))
        for section, rows in sections.items():
            self._add_section(section, rows)
        self.column.addStretch(1)

    def _add_section(self, section: str, rows: list[tuple[str, str]]) -> None:
        self.column.addSpacing(12)
        self.column.addWidget(plain_label(section.upper(), "group"))
        for text, keys in rows:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 4, 0, 4)
            label = plain_label(text, "text")
            label.setWordWrap(True)
            row.addWidget(label, 1)
            row.addWidget(KeyHint(keys))
            self.column.addWidget(line)
