"""The window as a test uses it: keys go in, what is shown comes out."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from chatapp.ui.main_window import MainWindow
from ui.fakes import make_core, until

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier


class Desk:
    """A window, its core and its scripted model."""

    def __init__(self, folder, **parts) -> None:
        self.folder = folder
        self.core, self.provider = make_core(folder, **parts)
        self.manager = self.core.manager
        self.problems: list[BaseException] = []
        self.core.tasks.failed.connect(self._on_failed)
        self.window = MainWindow(self.core.settings, self.core.window_state)
        self.window.furnish()

    def _on_failed(self, name: str, error: BaseException) -> None:
        self.problems.append(error)

    async def open(self, session_id=None, *, size=(1180, 800)) -> None:
        await self.manager.open()
        self.window.resize(*size)
        self.window.show()
        self.window.activateWindow()
        self.window.attach(self.core)
        await self.window.open_first(session_id)
        await self.settle()

    async def close(self) -> None:
        await self.core.conversation.close()
        await self.core.tasks.close()
        self.window.hide()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    async def settle(self) -> None:
        """Let everything happen that is due; Qt's events come while this sleeps."""
        for _ in range(4):
            await asyncio.sleep(0.005)

    async def quiet(self) -> None:
        """Wait until no reply arrives any more.

        A test ends like this: between its end and the fixture's no loop is running, but Qt's
        events go on, and a reply would trip over that.
        """
        streaming = self.core.conversation.is_streaming
        await self.until(lambda: not any(streaming(s.session_id) for s in self.manager.catalogue))
        await self.settle()

    # ---- hands

    def press(self, key, modifiers=NONE, widget=None) -> None:
        QTest.keyClick(widget or QApplication.focusWidget() or self.window, key, modifiers)

    def type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget(), text)

    async def say(self, text: str) -> None:
        self.composer.setFocus()
        self.type(text)
        self.press(Qt.Key.Key_Return)
        await self.settle()

    async def chat(self, title: str, *texts: str, **metadata) -> str:
        """A session with these messages, made by the manager."""
        self.core.clock.go(seconds=1)  # so that the order of the list is certain
        session_id = await self.manager.start_new_session(title=title, metadata=metadata)
        for number, text in enumerate(texts):
            role = "assistant" if number % 2 else "user"
            await self.manager.add_message(role, text, session_id=session_id)
        await self.until(lambda: self.shown_id == session_id)
        return session_id

    async def until(self, condition) -> None:
        await until(condition)

    # ---- eyes

    @property
    def composer(self):
        return self.window.chat.composer.text_edit

    @property
    def header(self):
        return self.window.chat.header

    @property
    def list(self):
        return self.window.browser.list

    @property
    def rows(self) -> list[str]:
        """The titles in the list."""
        model = self.window.browser.model
        return [model.index(row).data() for row in range(model.rowCount())]

    @property
    def shown_id(self):
        return self.window.wiring.presenter.session_id

    @property
    def notice(self) -> str:
        return self.window.chat.notices.text

    def messages(self, session_id=None) -> list[str]:
        session = self.window.wiring.presenter.session
        return [message.content for message in session.messages] if session else []
