"""The window: it is built and painted from what is remembered, then handed the core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget

from chatapp.domain.errors import ChatAppError
from chatapp.kit.signal import Signal
from chatapp.ui import fonts, icons, placement, style
from chatapp.ui.actions import Actions
from chatapp.ui.browser.marks import Marks
from chatapp.ui.browser.pane import BrowserPane
from chatapp.ui.chat.pane import ChatPane
from chatapp.ui.look import Look, theme_for
from chatapp.ui.trace import Trace
from chatapp.ui.two_panes import START_WIDTH, TwoPanes

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QCloseEvent, QKeyEvent, QPaintEvent
    from PySide6.QtWidgets import QWidget

    from chatapp.domain.ids import SessionId
    from chatapp.services.core import Core
    from chatapp.settings.schema import Value
    from chatapp.ui.theme import Theme

MINIMUM_SIZE = QSize(360, 420)
REFRESH_MILLISECONDS = 60_000
SETTLED_SECONDS = 0.4


class SettingsBook(Protocol):
    """The settings, as far as the window needs them."""

    changed: Signal[str]

    def get(self, name: str) -> Any:  # noqa: ANN401 - the type its row declares
        """The value of a declared setting."""
        ...

    async def set(self, name: str, value: Value) -> None:
        """Use and keep another value."""
        ...


class StateBook(Protocol):
    """Small values that are remembered between runs."""

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - any JSON value
        """The value of `key`, or `default`."""
        ...

    def set(self, key: str, value: Any) -> None:  # noqa: ANN401 - any JSON value
        """Remember `value`; None forgets it."""
        ...


class MainWindow(QMainWindow):
    """Two panes, or a page over them; what they do arrives with `attach`.

    Attributes:
        closed: The user closed the window; whoever listens saves and ends the program.
    """

    def __init__(self, settings: SettingsBook, state: StateBook) -> None:
        super().__init__()
        self.closed: Signal[()] = Signal()
        self._settings, self._state = settings, state
        self._core: Core | None = None
        self.trace = Trace(self)
        self.look = Look(fonts.choose(), *self._wanted_look())
        self._show_look()
        self.look.changed.connect(self._show_look)  # before the views, so that they measure it
        self.setWindowTitle("ChatApp")
        self.setWindowIcon(icons.application_icon())
        self.setMinimumSize(MINIMUM_SIZE)
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
        self._restore()
        settings.changed.connect(self._on_setting_changed)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        self._apply_behaviour()

    # ---- the core arrives

    def attach(self, core: Core) -> None:
        """Show the sessions of `core`, and let everything be done to them."""
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
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        theme = theme_for(self._settings.get("theme"), system_dark=dark)
        return theme, self._settings.get("text_percent") / 100

    def _show_look(self) -> None:
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

    def _restore(self) -> None:
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        self.setGeometry(placement.place(self._state.get("geometry"), screens))
        if self._state.get("maximized"):
            self.setWindowState(Qt.WindowState.WindowMaximized)
        width = self._state.get("browser_width", START_WIDTH)
        self.panes.restore(
            width if isinstance(width, int) else START_WIDTH,
            folded=bool(self._state.get("browser_folded")),
        )
        self._on_list_shown(self.panes.left_shown)

    def remember(self) -> None:
        """Note where the window is and how it is divided."""
        rect = self.normalGeometry()
        self._state.set("geometry", [rect.x(), rect.y(), rect.width(), rect.height()])
        self._state.set("maximized", self.isMaximized() or None)
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

    def paintEvent(self, event: QPaintEvent) -> None:
        """The first one is what a start is measured by."""
        super().paintEvent(event)
        self.trace.pass_milestone("painted")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc takes one layer away: the page, the list over the chat, the reply that arrives."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.pages.currentWidget() is not self.chat:
            self.show_chat()
        elif self.panes.narrow and self.panes.left_shown:
            self.panes.put_away()
        else:
            self.chat.composer.escape()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask whoever made the window to end the program; it hides the window then."""
        self.remember()
        if self._core is None:
            event.accept()
        else:
            event.ignore()
        self.closed.emit()
