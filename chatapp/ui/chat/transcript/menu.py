"""The menu of a message: what can be copied and what can be done with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from chatapp.domain.message import Role
from chatapp.ui.chat.transcript.chrome import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QPoint

    from chatapp.ui.chat.transcript.area import TranscriptArea


def open_menu(area: TranscriptArea, row: int, at: QPoint) -> None:
    """Open the menu of the message in `row` (-1 for none) at a place of the screen."""
    menu = QMenu(area)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    selected = area.selection.range is not None
    _add(menu, "Copy", area.commands.copy, enabled=selected)
    _add(menu, "Copy as plain text", partial(area.commands.copy, plain=True), enabled=selected)
    _add(menu, "Select all", area.commands.select_all, enabled=len(area.flow.rows) > 0)
    _add(menu, "Find in this chat…", area.open_find, enabled=len(area.flow.rows) > 0)
    if 0 <= row < len(area.flow.rows):
        menu.addSeparator()
        setting, role = area.flow.setting, area.flow.rows[row].role
        names = setting.own_actions if role == Role.USER else setting.reply_actions
        for name in dict.fromkeys((*names, *setting.menu_actions)):
            label = "Copy message" if name == "copy" else ACTIONS[name].name
            _add(menu, label, partial(area.commands.perform, row, name))
    menu.popup(at)


def _add(menu: QMenu, label: str, act: Callable[[], None], *, enabled: bool = True) -> None:
    action = menu.addAction(label)
    action.setEnabled(enabled)
    action.triggered.connect(lambda: act())
