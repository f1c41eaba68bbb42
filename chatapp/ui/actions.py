"""Every action of the window as a row: what it is called, its keys, what it does.

Menus, shortcuts, the palette and the page of shortcuts all read these rows, so an
action exists once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class Action:
    """One row.

    Attributes:
        id: Its lasting name; what a rebinding or a test calls it.
        text: What menus and the palette call it.
        keys: Its key sequences in Qt's portable form; the first is the one shown.
        call: What it does.
        where: The widget that must have the focus, or None for the whole window.
        section: Its heading on the page of shortcuts.
        listed: Whether the palette offers it.
    """

    id: str
    text: str
    keys: tuple[str, ...]
    call: Callable[[], None]
    where: QWidget | None = None
    section: str = "General"
    listed: bool = True

    @property
    def shown_keys(self) -> str:
        """The first key sequence as a person of this system writes it."""
        if not self.keys:
            return ""
        return QKeySequence(self.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)


class Actions:
    """The rows of one window, bound to their keys."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._rows: dict[str, Action] = {}
        self._bound: dict[str, QAction] = {}

    def add(self, row: Action) -> QAction:
        """Bind a row; its `QAction` can stand in a menu."""
        where = row.where or self._window
        action = QAction(row.text, where)
        action.setObjectName(row.id)
        action.setShortcuts([QKeySequence(keys) for keys in row.keys])
        action.setShortcutContext(
            Qt.ShortcutContext.WidgetShortcut
            if row.where is not None
            else Qt.ShortcutContext.WindowShortcut
        )
        action.triggered.connect(row.call)
        where.addAction(action)
        self._rows[row.id] = row
        self._bound[row.id] = action
        return action

    def __iter__(self) -> Iterator[Action]:
        return iter(self._rows.values())

    def __getitem__(self, action_id: str) -> QAction:
        return self._bound[action_id]
