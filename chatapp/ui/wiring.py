"""Connects panes, keys and core: what a press, a click or a signal leads to."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from chatapp.domain.errors import StorageError
from chatapp.domain.ids import SessionId
from chatapp.kit.clock import parse_timestamp
from chatapp.sessions.catalogue import SessionFilter
from chatapp.ui.actions import Action
from chatapp.ui.browser.searching import Searching
from chatapp.ui.browser.session_verbs import FORMATS, SessionVerbs
from chatapp.ui.chat.models_menu import ModelsMenu
from chatapp.ui.chat.presenter import ChatPresenter
from chatapp.ui.look import next_scale

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QWidget

    from chatapp.domain.ids import MessageId
    from chatapp.kit.clock import Clock
    from chatapp.services.core import Core
    from chatapp.ui.chat.transcript_view import TranscriptView
    from chatapp.ui.look import Look
    from chatapp.ui.main_window import MainWindow
    from chatapp.ui.settings.page import SettingsPage
    from chatapp.ui.shortcuts_page import ShortcutsPage


class Wiring:
    """Lives as long as the window has a core."""

    def __init__(self, window: MainWindow, core: Core) -> None:
        self._window, self._core = window, core
        self._browser, self._chat = window.browser, window.chat
        self.verbs = SessionVerbs(core, window, window.chat.notices)
        transcript = make_transcript(window.look, core.clock)
        self.presenter = ChatPresenter(core, window.chat, transcript, self.verbs, window.marks)
        self._searching = Searching(core, window.browser)
        self._models = ModelsMenu(core, window.chat.header, self.presenter)
        self._settings_page: SettingsPage | None = None
        self._shortcuts_page: ShortcutsPage | None = None
        self._connect()
        self._add_actions()
        self._fill_menu()

    def _connect(self) -> None:
        browser, verbs, presenter = self._browser, self.verbs, self.presenter
        browser.chosen.connect(self.open)
        browser.list.menu_requested.connect(self._on_menu_requested)
        browser.renamed.connect(verbs.rename)
        browser.new_requested.connect(self.new_chat)
        browser.fold_requested.connect(self._window.panes.toggle)
        browser.settings_requested.connect(self.show_settings)
        self._chat.header.unfold_requested.connect(self._window.panes.toggle)
        self._chat.header.new_requested.connect(self.new_chat)
        verbs.deleted.connect(self._on_deleted)
        verbs.rename_requested.connect(self._on_rename_requested)
        presenter.opened.connect(self._on_opened)
        self._core.manager.session_changed.connect(self._on_session_changed)

    # ---- which chat

    async def open_first(self, session_id: str | None) -> None:
        """Open the session asked for, else the last one in view, else the newest."""
        manager = self._core.manager
        if session_id is not None:
            await self.open_asked(SessionId(session_id))
            return
        last = self._core.window_state.get("session")
        summary = manager.catalogue.get(SessionId(last)) if isinstance(last, str) else None
        if summary is None:
            summary = next(iter(manager.catalogue.summaries(SessionFilter())), None)
        if summary is None:
            self.presenter.close()
        elif self._paused(summary.last_updated):
            self.presenter.new()
        else:
            self.presenter.open(summary.session_id)
        self._chat.composer.text_edit.setFocus()

    async def open_asked(self, session_id: SessionId) -> None:
        """Open the session that was named from outside, made if unknown."""
        # A damaged chat is opened too: the pane says why it cannot be read. One that could
        # not be written is in memory all the same, and the status line says so.
        with contextlib.suppress(StorageError):
            await self._core.manager.ensure_session_exists(session_id)
        self.open(session_id)

    def _paused(self, last_updated: str) -> bool:
        """Whether the last chat was left so long ago that a new one begins."""
        minutes = self._core.settings.get("resume_minutes")
        quiet = self._core.clock.now() - parse_timestamp(last_updated)
        return bool(minutes) and quiet > dt.timedelta(minutes=minutes)

    def open(self, session_id: SessionId, message_id: MessageId | None = None) -> None:
        """Show a chat, at a message if there is one."""
        self._window.show_chat()
        self._window.panes.put_away()
        self.presenter.open(session_id, message_id)

    def new_chat(self) -> None:
        """Begin a chat."""
        self._window.show_chat()
        self._window.panes.put_away()
        self.presenter.new()

    def step(self, rows: int) -> None:
        """Show the chat so many rows below the one in view."""
        self._browser.step(self.presenter.session_id, rows)

    def _on_opened(self, session_id: SessionId | None) -> None:
        self._browser.list.set_open(session_id)
        self._window.show_title(session_id)
        if session_id is not None:
            self._core.window_state.set("session", session_id)

    def _on_session_changed(self, session_id: SessionId) -> None:
        if session_id == self.presenter.session_id:
            self._window.show_title(session_id)
            self._browser.list.set_open(session_id)

    def _on_deleted(self, session_ids: list[SessionId]) -> None:
        if self.presenter.session_id is not None and self.presenter.session_id not in session_ids:
            return
        model = self._browser.model
        row = max(0, self._browser.list.currentIndex().row())
        following = model.session_id(model.index(min(row, model.rowCount() - 1)))
        if following is None:
            self.presenter.close()
        else:
            self.presenter.open(following, focus=False)

    # ---- rows

    def _on_menu_requested(self, place: QPoint) -> None:
        ids = self._browser.list.selected_ids()
        if ids:
            menu = self.verbs.menu(ids, self._window)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(place)

    def _on_rename_requested(self, session_id: SessionId) -> None:
        self._window.panes.show_left()
        index = self._browser.model.index_of(session_id)
        if index.isValid():
            self._browser.list.setCurrentIndex(index)
            self._browser.list.scrollTo(index)
            self._browser.list.edit(index)

    def _rename_row(self) -> None:
        index = self._browser.list.currentIndex()
        if index.isValid():
            self._browser.list.edit(index)

    def _delete_rows(self) -> None:
        self.verbs.delete(self._browser.list.selected_ids())

    # ---- actions

    def _add_actions(self) -> None:
        window, presenter, rows = self._window, self.presenter, self._browser.list
        chat, listed, text = "Chat", "List of chats", "Window"
        for row in (
            Action("new", "New chat", ("Ctrl+N",), self.new_chat, section=chat),
            Action("palette", "Find a chat or an action", ("Ctrl+K",), self.show_palette),
            Action("search", "Search chats", ("Ctrl+Shift+F",), self.focus_search, section=listed),
            Action("message", "Write a message", ("Ctrl+L",), self.focus_composer, section=chat),
            Action("next", "Next chat", ("Alt+Down", "Ctrl+Tab"), self._next, section=listed),
            Action(
                "previous",
                "Previous chat",
                ("Alt+Up", "Ctrl+Shift+Tab"),
                self._previous,
                section=listed,
            ),
            Action("find", "Find in this chat", ("Ctrl+F",), presenter.find, section=chat),
            Action("find_next", "Next place found", ("F3", "Ctrl+G"), self._found(1), section=chat),
            Action(
                "find_previous",
                "Previous place found",
                ("Shift+F3", "Ctrl+Shift+G"),
                self._found(-1),
                section=chat,
            ),
            Action("regenerate", "Ask again", ("Ctrl+R",), presenter.regenerate, section=chat),
            Action("stop", "Stop the reply", (), presenter.stop, section=chat),
            Action(
                "copy_reply",
                "Copy the last reply",
                ("Ctrl+Shift+C",),
                presenter.copy_last_reply,
                section=chat,
            ),
            Action("edit_last", "Edit the last message", (), presenter.edit_last, section=chat),
            Action("title", "Edit the title", (), self.focus_title, section=chat),
            Action("export_markdown", "Export as Markdown", (), self._exporter(0), section=chat),
            Action("export_json", "Export as JSON", (), self._exporter(1), section=chat),
            Action("delete_chat", "Delete the chat", (), self._delete_open, section=chat),
            Action("rename_row", "Rename", ("F2",), self._rename_row, rows, listed, listed=False),
            Action("delete_row", "Delete", ("Del",), self._delete_rows, rows, listed, listed=False),
            Action("undo_row", "Undo", ("Ctrl+Z",), self._undo, rows, listed, listed=False),
            Action("fold", "Show or hide the list", ("F9",), window.panes.toggle, section=text),
            Action("next_pane", "Next pane", ("F6",), self.next_pane, section=text, listed=False),
            Action("menu", "Menu of the chat", ("F10",), self.show_menu, section=text),
            Action("larger", "Larger text", ("Ctrl++", "Ctrl+="), self._scaler(1), section=text),
            Action("smaller", "Smaller text", ("Ctrl+-",), self._scaler(-1), section=text),
            Action("normal", "Normal text size", ("Ctrl+0",), self._scaler(0), section=text),
            Action("light", "Light appearance", (), self._themer("light"), section=text),
            Action("dark", "Dark appearance", (), self._themer("dark"), section=text),
            Action("system", "Appearance of the system", (), self._themer("system"), section=text),
            Action("settings", "Settings", ("Ctrl+,",), self.show_settings),
            Action("shortcuts", "Keyboard shortcuts", ("F1", "Ctrl+?"), self.show_shortcuts),
            Action("full_screen", "Full screen", ("F11",), self._toggle_full_screen, section=text),
            Action("quit", "Quit", ("Ctrl+Q", "Ctrl+W"), self._quit),
        ):
            window.actions_.add(row)

    def _fill_menu(self) -> None:
        actions = self._window.actions_
        menu = QMenu(self._chat.header.more_button)
        for group in (
            ("find", "title", "regenerate", "copy_reply"),
            ("export_markdown", "export_json"),
            ("delete_chat",),
            ("palette", "shortcuts", "settings"),
        ):
            menu.addActions([actions[name] for name in group])
            menu.addSeparator()
        self._chat.header.more_button.setMenu(menu)

    def focus_search(self) -> None:
        """Go to the search field, with its text selected."""
        self._window.panes.show_left()
        self._browser.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._browser.search.selectAll()

    def focus_composer(self) -> None:
        """Go to where messages are written."""
        self._window.show_chat()
        self._window.panes.put_away()
        self._chat.composer.text_edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_title(self) -> None:
        """Go to the title, with its text selected."""
        self._window.show_chat()
        self._chat.header.title.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def next_pane(self) -> None:
        """Go on: list, conversation, composer, list."""
        stops: list[QWidget] = [self._chat.composer.text_edit]
        if self._chat.middle is not None:
            stops.insert(0, self._chat.middle)
        if self._window.panes.left_shown:
            stops.insert(0, self._browser.list)
        focus = self._window.focusWidget()
        at = next((n for n, stop in enumerate(stops) if _holds(stop, focus)), -1)
        stops[(at + 1) % len(stops)].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_menu(self) -> None:
        """Open the menu of the chat."""
        self._chat.header.more_button.showMenu()

    def show_palette(self) -> None:
        """Find a chat or an action by a few letters."""
        from chatapp.ui.palette import Palette

        Palette(self._window, self._core.manager.catalogue, self._core.clock, self.open).show()

    def show_settings(self) -> None:
        """Show the settings in place of the conversation."""
        from chatapp.ui.settings.page import SettingsPage

        if self._settings_page is None:
            self._settings_page = SettingsPage(self._window.look, self._core)
            self._settings_page.left.connect(self.focus_composer)
        self._window.show_page(self._settings_page)
        self._settings_page.setFocus()

    def show_shortcuts(self) -> None:
        """Show every key in place of the conversation."""
        from chatapp.ui.shortcuts_page import ShortcutsPage

        if self._shortcuts_page is None:
            self._shortcuts_page = ShortcutsPage(self._window.look, self._window.actions_)
            self._shortcuts_page.left.connect(self.focus_composer)
        self._window.show_page(self._shortcuts_page)
        self._shortcuts_page.setFocus()

    def _next(self) -> None:
        self.step(1)

    def _previous(self) -> None:
        self.step(-1)

    def _undo(self) -> None:
        if not self._chat.notices.activate():
            self.verbs.undo()

    def _delete_open(self) -> None:
        if self.presenter.session_id is not None:
            self.verbs.delete([self.presenter.session_id])

    def _found(self, change: int) -> Callable[[], None]:
        return lambda: self.presenter.find_next(change)

    def _exporter(self, number: int) -> Callable[[], None]:
        def export() -> None:
            if self.presenter.session_id is not None:
                self.verbs.export(self.presenter.session_id, FORMATS[number][0])

        return export

    def _scaler(self, step: int) -> Callable[[], None]:
        def change_size() -> None:
            scale = next_scale(self._window.look.scale, step) if step else 1.0
            self._set("text_percent", round(scale * 100))

        return change_size

    def _themer(self, theme: str) -> Callable[[], None]:
        return lambda: self._set("theme", theme)

    def _set(self, name: str, value: str | int) -> None:
        self._core.tasks.start(self._core.settings.set(name, value), name=f"set {name}")

    def _toggle_full_screen(self) -> None:
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _quit(self) -> None:
        self._window.close()


def _holds(pane: QWidget, focus: QWidget | None) -> bool:
    return focus is not None and (pane is focus or pane.isAncestorOf(focus))


def make_transcript(look: Look, clock: Clock) -> TranscriptView:
    """The transcript; imported here because what it needs is not needed for a first paint."""
    from chatapp.ui.chat.transcript.area import TranscriptArea

    return TranscriptArea(look.families, look.theme, look.scale, clock)
