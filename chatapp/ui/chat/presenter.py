"""Ties the chat pane to one session after another.

The pane shows a session; the session does not know. A reply goes on arriving in a
session that is not shown, and whoever comes back to it sees it as it is by then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QGuiApplication

from chatapp.domain.errors import ChatAppError
from chatapp.domain.ids import session_key
from chatapp.domain.message import Message, Role, Status
from chatapp.kit.signal import Signal
from chatapp.ui.announce import announce
from chatapp.ui.browser.marks import Mark, Marks
from chatapp.ui.browser.model import UNTITLED
from chatapp.ui.browser.session_verbs import same
from chatapp.ui.chat.message_actions import MessageActions

if TYPE_CHECKING:
    import asyncio
    import datetime as dt
    from collections.abc import Coroutine

    from chatapp.domain.errors import StorageError
    from chatapp.domain.ids import MessageId, SessionId
    from chatapp.domain.session import Session
    from chatapp.services.core import Core
    from chatapp.ui.browser.session_verbs import SessionVerbs
    from chatapp.ui.chat.pane import ChatPane
    from chatapp.ui.chat.transcript_view import TranscriptView


class ChatPresenter:
    """Shows sessions in the chat pane and sends what is written there.

    Attributes:
        opened: This session is in view now, or none.
    """

    def __init__(
        self,
        core: Core,
        pane: ChatPane,
        transcript: TranscriptView,
        verbs: SessionVerbs,
        marks: Marks,
    ) -> None:
        self.opened: Signal[SessionId | None] = Signal()
        self._core = core
        self._pane = pane
        self._transcript = transcript
        self._verbs = verbs
        self._marks = marks
        self._session: Session | None = None
        self._opening: asyncio.Task[None] | None = None
        pane.set_transcript(transcript)
        self._actions = MessageActions(core, pane, transcript, self)
        self._connect_core()
        self._connect_pane()

    def _connect_core(self) -> None:
        manager, conversation = self._core.manager, self._core.conversation
        manager.current_changed.connect(self._on_current_changed)
        manager.message_added.connect(self._on_message_added)
        manager.message_changed.connect(self._on_message_changed)
        manager.messages_reset.connect(self._on_messages_reset)
        manager.session_changed.connect(self._on_session_changed)
        manager.saved.connect(self._on_saved)
        manager.save_failed.connect(self._on_save_failed)
        conversation.reply_started.connect(self._on_reply_started)
        conversation.reply_ended.connect(self._on_reply_ended)

    def _connect_pane(self) -> None:
        pane = self._pane
        pane.composer.sent.connect(self._on_sent)
        pane.composer.edited.connect(self._on_edited)
        pane.composer.stop_requested.connect(self.stop)
        pane.composer.edit_requested.connect(self.edit_last)
        pane.composer.changed.connect(self._on_draft_changed)
        pane.header.title.renamed.connect(self._on_renamed)
        pane.header.model_chosen.connect(self._on_model_chosen)
        pane.header.find_requested.connect(self.find)
        pane.status.copy_requested.connect(self._on_copy_requested)
        pane.empty.asked.connect(self._on_sent)

    # ---- which session

    @property
    def session_id(self) -> SessionId | None:
        """The session in view, or None."""
        return self._session.id if self._session else None

    @property
    def session(self) -> Session | None:
        """What is in view."""
        return self._session

    def open(
        self, session_id: SessionId, message_id: MessageId | None = None, *, focus: bool = True
    ) -> None:
        """Bring a session into view, at its end or at a message.

        A later call wins over one that still loads. With `focus` the composer is ready to write
        in; else, and at a message, the focus stays where it is.
        """
        if message_id is not None and same(session_id, self.session_id):
            self._leave_opening()
            self._go_to(message_id)
            return
        if focus and same(session_id, self.session_id):
            self._pane.composer.text_edit.setFocus()
            return
        self._leave_opening()
        opening = self._open(session_id, message_id, focus=focus and message_id is None)
        self._opening = self._core.tasks.start(opening, name=f"open {session_id}")

    def new(self) -> None:
        """Begin a chat; an empty one that is in view already is taken for it."""
        if self._session is None or self._session.messages:
            self._leave_opening()
            self._show(self._core.manager.begin_session(self._core.settings.get("user_name")))
        self._pane.composer.text_edit.setFocus()

    def close(self) -> None:
        """No session is in view."""
        self._leave_opening()
        self._show(None)

    def _go_to(self, message_id: MessageId) -> None:
        self._transcript.go_to_message(message_id)
        if self._session is not None:
            self.opened.emit(self.session_id)

    async def _open(
        self, session_id: SessionId, message_id: MessageId | None, *, focus: bool
    ) -> None:
        try:
            session = await self._core.manager.load_session(session_id)
        except ChatAppError as error:
            self._show_unreadable(session_id, error)
            return
        self._show(session)
        if message_id is not None:
            self._transcript.go_to_message(message_id)
        if focus:
            self._pane.composer.text_edit.setFocus()

    def _leave_opening(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None

    def _on_current_changed(self, session_id: SessionId | None) -> None:
        if session_id is None:
            self._show(None)
        elif not same(session_id, self.session_id):
            self._start(self._follow(session_id), f"follow {session_id}")

    async def _follow(self, session_id: SessionId) -> None:
        session = await self._core.manager.get_session(session_id)
        if session is not None and same(session_id, self._core.manager.current_id):
            self._show(session)

    # ---- showing

    def _show(self, session: Session | None) -> None:
        if session is self._session and session is not None:
            return
        self._session = session
        pane = self._pane
        pane.composer.end_edit()
        pane.composer.set_read_only("")
        pane.composer.set_text(self._draft(session))
        pane.composer.set_streaming(
            session is not None and self._core.conversation.is_streaming(session.id)
        )
        if session is None or session.id in self._core.manager.unsaved_ids:
            pane.status.show_nothing_saved()
        else:
            pane.status.show_saved(None)
        self._show_header()
        self._show_messages()
        if session is not None:
            self._marks.set(session.id, Mark.UNREAD, on=False)
            self._marks.set(session.id, Mark.FAILED, on=False)
        self.opened.emit(self.session_id)

    def _show_unreadable(self, session_id: SessionId, error: ChatAppError) -> None:
        self._show(None)
        pane = self._pane
        pane.header.title.show_title("", "Damaged chat")
        pane.empty.explain(
            "This chat cannot be opened",
            f"{error} Its file is left as it is.",
            "Show file",
            lambda: self._verbs.show_file(session_id),
        )
        pane.composer.set_read_only("This chat cannot be opened.")
        self.opened.emit(session_id)

    def _show_header(self) -> None:
        session = self._session
        title = (session.title or "") if session else ""
        self._pane.header.title.show_title(title, UNTITLED)
        self._pane.header.title.setEnabled(session is not None)
        self._pane.header.show_model(self.model)
        self._pane.status.show_session(session)

    def _show_messages(self) -> None:
        if self._session is None or not self._session.messages:
            first_run = len(self._core.manager.catalogue) <= 1
            self._pane.empty.greet(self.model, first_run=first_run)
            self._pane.show_empty()
            return
        self._transcript.show_messages(tuple(self._session.messages))
        self._pane.show_transcript()

    @property
    def model(self) -> str:
        """The model that answers here, as `provider/model`."""
        chosen = self._session.metadata.get("model") if self._session else None
        return chosen if isinstance(chosen, str) else str(self._core.settings.get("default_model"))

    # ---- writing

    def stop(self) -> None:
        """End the reply that is arriving in the session in view."""
        if self._session is not None:
            self._core.conversation.stop(self._session.id)

    def regenerate(self) -> None:
        """Ask again for the last reply."""
        if self._session is not None:
            self._start(self._core.conversation.retry(self._session.id), "retry")

    def edit_last(self) -> None:
        """Write the last own message anew."""
        for message in reversed(self._session.messages if self._session else []):
            if message.role == Role.USER:
                self.edit(message)
                return

    def copy_last_reply(self) -> None:
        """Put the newest reply on the clipboard."""
        for message in reversed(self._session.messages if self._session else []):
            if message.role == Role.ASSISTANT:
                self._actions.copy(message)
                return

    def _on_sent(self, text: str) -> None:
        send = self._core.conversation.send(text, session_id=self.session_id)
        self._start(send, "send")

    def _on_edited(self, message_id: MessageId, text: str) -> None:
        if self._session is not None:
            edit = self._core.conversation.edit(self._session.id, message_id, text)
            self._start(edit, "edit")

    def edit(self, message: Message) -> None:
        """Write an own message anew, unless a reply is arriving."""
        if self._session is not None and not self._core.conversation.is_streaming(self._session.id):
            self._pane.composer.begin_edit(message.id, message.content)

    def _on_draft_changed(self, text: str) -> None:
        self._core.drafts.set(self._draft_key(self._session), text or None)
        if self._session is not None:
            self._marks.set(self._session.id, Mark.DRAFT, on=bool(text.strip()))

    def _draft(self, session: Session | None) -> str:
        return str(self._core.drafts.get(self._draft_key(session), ""))

    @staticmethod
    def _draft_key(session: Session | None) -> str:
        return session_key(session.id) if session else ""

    def _on_renamed(self, title: str) -> None:
        if self._session is not None:
            self._verbs.rename(self._session.id, title)

    def _on_model_chosen(self, model: str) -> None:
        self._start(self._choose_model(model), "choose model")

    async def _choose_model(self, model: str) -> None:
        if self._session is None:
            await self._core.settings.set("default_model", model)
        else:
            await self._core.manager.update_session(self._session.id, metadata={"model": model})
        self._show_header()
        if self._session is None or not self._session.messages:
            self._show_messages()

    # ---- finding

    def find(self) -> None:
        """Find text in the conversation."""
        if self._session is not None and self._session.messages:
            self._transcript.open_find()

    def find_next(self, change: int = 1) -> None:
        """Go to the next place found, or with -1 to the one before."""
        self._transcript.find_next(change)

    def _on_copy_requested(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._pane.notices.say("Copied the id of this chat")

    # ---- what the core says

    def _shown(self, session_id: SessionId) -> bool:
        return same(session_id, self.session_id)

    def _on_message_added(self, session_id: SessionId, message: Message) -> None:
        if not self._shown(session_id) or self._session is None:
            return
        if len(self._session.messages) == 1:
            self._show_messages()
        else:
            self._transcript.add_message(message)
            if message.role == Role.USER:
                self._transcript.go_to_end()

    def _on_message_changed(self, session_id: SessionId, message: Message) -> None:
        if self._shown(session_id):
            self._transcript.update_message(message)

    def _on_messages_reset(self, session_id: SessionId) -> None:
        if self._shown(session_id):
            self._show_messages()

    def _on_session_changed(self, session_id: SessionId) -> None:
        if self._shown(session_id):
            self._show_header()

    def _on_saved(self, session_id: SessionId, moment: dt.datetime) -> None:
        if self._shown(session_id):
            self._pane.status.show_saved(self._core.clock.local(moment))

    def _on_save_failed(self, session_id: SessionId, error: StorageError) -> None:
        if self._shown(session_id):
            self._pane.status.show_unsaved(f"Not saved yet. {error}")
        self._pane.banner.say(str(error), "Hide", self._pane.banner.clear)

    def _on_reply_started(self, session_id: SessionId) -> None:
        self._marks.set(session_id, Mark.STREAMING, on=True)
        if self._shown(session_id):
            self._pane.composer.set_streaming(streaming=True)
            announce(self._pane, "Reply started")

    def _on_reply_ended(self, session_id: SessionId, message: Message) -> None:
        self._marks.set(session_id, Mark.STREAMING, on=False)
        if self._shown(session_id):
            self._pane.composer.set_streaming(streaming=False)
            self._pane.status.show_session(self._session)
            self._announce_end(message)
            return
        self._marks.set(session_id, Mark.FAILED, on=message.has_error)
        self._marks.set(session_id, Mark.UNREAD, on=message.status != Status.CANCELLED)

    def _announce_end(self, message: Message) -> None:
        if message.has_error:
            reason = message.metadata.get("error_message", "")
            announce(self._pane, f"The reply failed. {reason}", assertive=True)
        else:
            words = len(message.content.split())
            announce(self._pane, f"Reply finished, {words} words")

    def _start(self, coroutine: Coroutine[Any, Any, object], name: str) -> None:
        self._core.tasks.start(coroutine, name=name)
