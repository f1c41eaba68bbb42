"""The window: its panes, its look and its pages; what they do arrives with the core.

The frame is painted first and furnished after, so nothing that a frame can do
without is imported at the top.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatapp.domain.errors import ChatAppError
from chatapp.ui.frame import Frame

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

    from chatapp.domain.ids import SessionId
    from chatapp.services.core import Core
    from chatapp.ui.theme import Theme

REFRESH_MILLISECONDS = 60_000
SETTLED_SECONDS = 0.4


class MainWindow(Frame):
    """Two panes, or a page over them: first `furnish`, then `attach`."""

    def furnish(self) -> None:
        """Put the panes into the frame, looking as the settings say."""
        from PySide6.QtGui import QGuiApplication
        from PySide6.QtWidgets import QStackedWidget

        from chatapp.ui import fonts, icons
        from chatapp.ui.actions import Actions
        from chatapp.ui.browser.marks import Marks
        from chatapp.ui.browser.pane import BrowserPane
        from chatapp.ui.chat.pane import ChatPane
        from chatapp.ui.look import Look
        from chatapp.ui.two_panes import TwoPanes

        self._core: Core | None = None
        self.look = Look(fonts.choose(), *self._wanted_look())
        self._show_look()
        self.look.changed.connect(self._show_look)  # before the views, so that they measure it
        self.setWindowIcon(icons.application_icon())
        self.marks = Marks()
        self.browser = BrowserPane(self.look)
        self.browser.list.trace = self.trace
        self.chat = ChatPane(self.look)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.chat)
        self.panes = TwoPanes(self.look, self.browser, self.pages)
        self.panes.shown_changed.connect(self._on_list_shown)
        self.setCentralWidget(self.panes)
        self.actions_ = Actions(self)
        self.panes.restore(self.list_width, folded=bool(self._state.get("browser_folded")))
        self._on_list_shown(self.panes.left_shown)
        self._settings.changed.connect(self._on_setting_changed)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        self._apply_behaviour()
        self.is_furnished = True

    # ---- the core arrives

    def attach(self, core: Core) -> None:
        """Show the sessions of `core`, and let everything be done to them."""
        from PySide6.QtCore import QTimer

        from chatapp.sessions.catalogue import CatalogueView
        from chatapp.ui.wiring import Wiring

        self._core = core
        view = CatalogueView(core.manager.catalogue)
        self.browser.show_catalogue(core.manager.catalogue, view, self.marks, core.clock)
        self.wiring = Wiring(self, core)
        core.tasks.failed.connect(self._on_task_failed)
        self._refresh = QTimer(self)
        self._refresh.timeout.connect(self.browser.refresh_times)
        self._refresh.start(REFRESH_MILLISECONDS)

    async def open_first(self, session_id: str | None) -> None:
        """Show the session that was asked for (made if unknown), else the last one."""
        await self.wiring.open_first(session_id)

    def come_forward(self, session_id: SessionId | None) -> None:
        """Stand before the other windows, with this chat in view (made if unknown)."""
        from PySide6.QtCore import Qt

        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        if session_id is not None and self._core is not None:
            self._core.tasks.start(self.wiring.open_asked(session_id), name=f"open {session_id}")

    def show_problem(self, error: ChatAppError) -> None:
        """Say above the conversation what is wrong with the whole program."""
        self.chat.banner.say(str(error), "Hide", self.chat.banner.clear)

    async def save_screenshot(self, path: Path) -> None:
        """Save a picture of the window once nothing moves in it any more.

        Raises:
            ExportError: The picture cannot be written.
        """
        import asyncio

        from chatapp.domain.errors import ExportError

        await asyncio.sleep(SETTLED_SECONDS)
        image = self.grab().toImage()
        if not await asyncio.to_thread(image.save, str(path)):
            raise ExportError("The picture was not written.", "Is the folder there?")

    # ---- how it looks

    def _wanted_look(self) -> tuple[Theme, float]:
        from PySide6.QtCore import Qt
        from PySide6.QtGui import QGuiApplication

        from chatapp.ui.look import theme_for

        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        theme = theme_for(self._settings.get("theme"), system_dark=dark)
        return theme, self._settings.get("text_percent") / 100

    def _show_look(self) -> None:
        from PySide6.QtWidgets import QApplication

        from chatapp.ui import style

        application = QApplication.instance()
        assert isinstance(application, QApplication)
        style.apply(application, self.look)

    def _apply_behaviour(self) -> None:
        calm = bool(self._settings.get("reduce_motion"))
        self.panes.reduce_motion = calm
        self.chat.notices.reduce_motion = calm
        self.chat.composer.set_send_key(self._settings.get("send_key"))

    def _on_setting_changed(self, name: str) -> None:
        del name
        self.look.set(*self._wanted_look())
        self._apply_behaviour()

    def _on_system_changed(self) -> None:
        self.look.set(*self._wanted_look())

    # ---- where it is

    def remember(self) -> None:
        """Note where the window is and how it is divided."""
        super().remember()
        if self.is_furnished:
            self._state.set("browser_width", self.panes.left_width)
            self._state.set("browser_folded", self.panes.folded or None)

    def _on_list_shown(self, shown: bool) -> None:
        self.chat.header.show_unfold(shown=not shown)

    # ---- pages

    def show_page(self, page: QWidget) -> None:
        """Show `page` in place of the conversation."""
        if self.pages.indexOf(page) < 0:
            self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        self.panes.put_away()

    def show_chat(self) -> None:
        """Go back to the conversation."""
        self.pages.setCurrentWidget(self.chat)

    def show_title(self, session_id: SessionId | None) -> None:
        """Name the window after the chat in view."""
        summary = (
            self._core.manager.catalogue.get(session_id) if self._core and session_id else None
        )
        title = summary.title[:80] if summary else ""
        self.setWindowTitle(f"{title} – ChatApp" if title else "ChatApp")

    # ---- what happens

    def _on_task_failed(self, name: str, error: BaseException) -> None:
        del name
        if isinstance(error, ChatAppError):
            self.chat.notices.say(str(error))
        else:
            self.chat.notices.say("Something went wrong. The log has the details.")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc takes one layer away: the page, the list over the chat, the reply that arrives."""
        from PySide6.QtCore import Qt

        if not self.is_furnished or event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.pages.currentWidget() is not self.chat:
            self.show_chat()
        elif self.panes.narrow and self.panes.left_shown:
            self.panes.put_away()
        else:
            self.chat.composer.escape()
