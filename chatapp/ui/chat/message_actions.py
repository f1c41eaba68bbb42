"""What can be done to one message, and to a link in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from chatapp.domain.changes import MessagesRemoved, MessagesRestored
from chatapp.kit.clock import timestamp
from chatapp.services.versions import place
from chatapp.ui import dialogs
from chatapp.ui.chat.transcript.safety import openable, shown_target

if TYPE_CHECKING:
    from chatapp.domain.ids import MessageId
    from chatapp.domain.message import Message
    from chatapp.domain.session import Session
    from chatapp.services.core import Core
    from chatapp.ui.chat.pane import ChatPane
    from chatapp.ui.chat.presenter import ChatPresenter
    from chatapp.ui.chat.transcript_view import TranscriptView

OWN_ACTIONS = ("copy", "edit", "quote", "delete")
REPLY_ACTIONS = ("copy", "regenerate", "quote", "delete")
ADDRESS_LENGTH = 300


class MessageActions:
    """Runs what the transcript asks for, on the session in view."""

    def __init__(
        self, core: Core, pane: ChatPane, transcript: TranscriptView, presenter: ChatPresenter
    ) -> None:
        self._core = core
        self._pane = pane
        self._presenter = presenter
        transcript.set_actions(OWN_ACTIONS, REPLY_ACTIONS)
        transcript.set_versions(self._version)
        transcript.action_requested.connect(self._on_action_requested)
        transcript.link_activated.connect(self._on_link_activated)

    def copy(self, message: Message) -> None:
        """Put the message's text on the clipboard."""
        QGuiApplication.clipboard().setText(message.content)
        self._pane.notices.say("Copied")

    def _on_action_requested(self, action: str, message_id: MessageId) -> None:
        session = self._presenter.session
        message = session.message(message_id) if session else None
        if session is None or message is None:
            return
        match action:
            case "edit":
                self._presenter.edit(message)
            case "retry" | "regenerate":
                self._presenter.regenerate()
            case "continue":
                resume = self._core.conversation.resume(session.id)
                self._core.tasks.start(resume, name="continue")
            case "previous_version" | "next_version":
                step = 1 if action == "next_version" else -1
                showing = self._core.conversation.show_version(session.id, message_id, step)
                self._core.tasks.start(showing, name="show version")
            case "quote":
                self._quote(message)
            case "delete":
                self._delete(session, message)

    def _version(self, message_id: MessageId) -> tuple[int, int]:
        session = self._presenter.session
        return place(session, message_id) if session else (1, 1)

    def _quote(self, message: Message) -> None:
        """Put the message into the composer as a quotation."""
        composer = self._pane.composer
        quoted = "\n".join(f"> {line}".rstrip() for line in message.content.splitlines())
        before = f"{composer.text}\n\n" if composer.text else ""
        composer.set_text(f"{before}{quoted}\n\n")
        composer.text_edit.setFocus()

    def _delete(self, session: Session, message: Message) -> None:
        """Take the message out of the conversation, and offer Undo."""
        row = session.row(message.id) or 0
        now = timestamp(self._core.clock.now())
        self._core.manager.change(session.id, MessagesRemoved((message.id,), now))

        def undo() -> None:
            self._core.tasks.start(restore(), name="undo")

        async def restore() -> None:
            if await self._core.manager.get_session(session.id) is not None:
                self._core.manager.change(session.id, MessagesRestored(((row, message),), now))

        self._pane.notices.say("Deleted the message", "Undo", undo)

    def _on_link_activated(self, address: str) -> None:
        self._core.tasks.start(self._open_link(address), name="open link")

    async def _open_link(self, address: str) -> None:
        """Open a web or mail address once the user has seen where it really leads."""
        shown = shown_target(address)[:ADDRESS_LENGTH]
        if not openable(address):
            self._pane.notices.say(f"Only web and mail addresses are opened, not {shown}")
        elif await dialogs.confirm(self._pane, "Open this address?", shown, "Open"):
            QDesktopServices.openUrl(QUrl(address))
