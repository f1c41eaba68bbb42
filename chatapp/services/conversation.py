"""Ask a model and record its answer as it arrives.

The user's message is durable before the request goes out. A reply belongs to its
session: no view is needed for it to arrive, and no view can misroute it. However a
reply ends, what had arrived is kept and marked with how it ended; nothing is ever
put into the model's mouth.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

from chatapp.domain.changes import (
    BranchLeft,
    ErrorNoted,
    MessageReplaced,
    MessagesRemoved,
)
from chatapp.domain.errors import ChatAppError, ProviderError
from chatapp.domain.ids import session_key
from chatapp.domain.message import UNFINISHED, Message, Role, Status, new_message
from chatapp.domain.stream import End, StreamEvent
from chatapp.kit.clock import Clock, SystemClock, timestamp
from chatapp.kit.signal import Signal
from chatapp.providers.base import ChatRequest, Provider
from chatapp.services.reply import Reply
from chatapp.services.titles import title_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatapp.domain.ids import MessageId, SessionId
    from chatapp.domain.session import Session
    from chatapp.kit.tasks import Tasks
    from chatapp.sessions import SessionManager
    from chatapp.settings.config import Settings

CONTINUE = "Continue exactly where you stopped. Do not repeat anything and do not comment."


class Models(Protocol):
    """Finds the provider of a model."""

    def resolve(self, name: str) -> tuple[Provider, str]:
        """The provider and the model's own name for `provider/model`.

        Raises:
            ChatAppError: No provider offers it.
        """
        ...


class Conversation:
    """Sends, stops, retries and continues.

    Attributes:
        reply_started: A reply began to arrive in a session.
        reply_ended: It ended, with the message as it was kept.
    """

    def __init__(
        self,
        manager: SessionManager,
        models: Models,
        settings: Settings,
        tasks: Tasks,
        clock: Clock | None = None,
    ) -> None:
        self.reply_started: Signal[SessionId] = Signal()
        self.reply_ended: Signal[SessionId, Message] = Signal()
        self._manager = manager
        self._models = models
        self._settings = settings
        self._tasks = tasks
        self._clock = clock or SystemClock()
        self._streams: dict[str, asyncio.Task[Message]] = {}
        self._closing = False
        manager.deleting.connect(self._on_deleting)

    # ---- asking

    async def send(
        self, text: str, *, session_id: str | None = None, model: str | None = None
    ) -> Message:
        """Add the user's message, ask, and give the reply once it has ended.

        Args:
            text: What the user says.
            session_id: The session to say it in: made if unknown; the current or a new one
                without it.
            model: `provider/model`; else the session's own, else the default.

        Raises:
            StorageError: The message could not be made durable, so nothing was sent.
            ChatAppError: A reply is still arriving in this session.
        """
        if session_id is not None:
            self._refuse_while_streaming(session_id)
        elif self._manager.current_id is not None:
            self._refuse_while_streaming(self._manager.current_id)
        message = await self._manager.add_message(Role.USER, text, session_id=session_id)
        session = await self._session(session_id or self._manager.current_id or "")
        if session.title is None and (title := title_from(text)):
            await self._manager.update_session(session.id, title=title)
        await self._manager.acknowledged(message)
        return await self._ask(session, model)

    async def retry(self, session_id: str, *, model: str | None = None) -> Message:
        """Ask again for the last reply; the old one stays as another branch if it says anything."""
        self._refuse_while_streaming(session_id)
        session = await self._session(session_id)
        last = session.messages[-1] if session.messages else None
        if last is not None and last.role == Role.ASSISTANT:
            self._set_aside(session, last)
        if not session.messages:
            raise ChatAppError("There is nothing to answer yet.", "Write a message first.")
        return await self._ask(session, model)

    async def edit(self, session_id: str, message_id: MessageId, text: str) -> Message:
        """Say something else in place of an own message, and ask again from there.

        The old message and what followed stay as another branch.
        """
        self._refuse_while_streaming(session_id)
        session = await self._session(session_id)
        row = session.row(message_id)
        if row is None:
            raise ChatAppError("That message is not in view any more.")
        before = session.messages[row - 1].id if row else None
        self._manager.change(session.id, BranchLeft(before, self._now()))
        return await self.send(text, session_id=session.id)

    async def resume(self, session_id: str, *, model: str | None = None) -> Message:
        """Let the last reply go on where it broke off."""
        self._refuse_while_streaming(session_id)
        session = await self._session(session_id)
        last = session.messages[-1] if session.messages else None
        if last is None or last.role != Role.ASSISTANT or last.status not in UNFINISHED:
            raise ChatAppError("There is no reply to continue.")
        if not last.content:
            return await self.retry(session_id, model=model)
        return await self._ask(session, model, into=last)

    def stop(self, session_id: str) -> bool:
        """End the reply of a session where it is; False if none is arriving."""
        stream = self._streams.get(session_key(session_id))
        return stream is not None and stream.cancel()

    def is_streaming(self, session_id: str) -> bool:
        """Whether a reply is arriving in a session."""
        return session_key(session_id) in self._streams

    async def close(self) -> None:
        """End every reply and mark it as interrupted, so that it can be continued later."""
        self._closing = True
        streams = tuple(self._streams.values())
        for stream in streams:
            stream.cancel()
        await asyncio.gather(*streams, return_exceptions=True)

    # ---- the reply

    async def _ask(
        self, session: Session, model: str | None, into: Message | None = None
    ) -> Message:
        name = model or _model_of(session) or self._settings.get("default_model")
        asked = _worth_sending(session.messages)
        if into is None:
            into = await self._manager.add_message(
                Role.ASSISTANT,
                "",
                {"model": name, "status": Status.STREAMING.value},
                session_id=session.id,
            )
        else:
            asked = [*asked, new_message(Role.USER, CONTINUE, self._now())]
            into = into.with_metadata(
                status=Status.STREAMING.value, has_error=None, error_message=None
            )
            self._manager.change(session.id, MessageReplaced(into, self._now()))
        stream = self._tasks.start(
            self._receive(session, into.id, name, asked), name=f"reply {session.id}"
        )
        self._streams[session_key(session.id)] = stream
        self.reply_started.emit(session.id)
        return await stream

    async def _receive(
        self, session: Session, message_id: MessageId, name: str, asked: Sequence[Message]
    ) -> Message:
        self._manager.hold(session.id)
        reply = Reply(message_id)
        begun = time.monotonic()
        try:
            await self._stream(session, reply, name, asked)
        except asyncio.CancelledError:
            reply.end = End(Status.INTERRUPTED if self._closing else Status.CANCELLED)
        except ChatAppError as error:
            reply.end = End(Status.FAILED, error)
        finally:
            milliseconds = round((time.monotonic() - begun) * 1000)
            finishing = self._tasks.start(
                self._finish(session, reply, milliseconds), name=f"finish {session.id}"
            )
            message = await _in_any_case(finishing)
        return message

    async def _stream(
        self, session: Session, reply: Reply, name: str, asked: Sequence[Message]
    ) -> None:
        provider, model = self._models.resolve(name)
        parameters = session.metadata.get("parameters")
        request = ChatRequest(
            model=model,
            messages=tuple(asked),
            parameters=parameters if isinstance(parameters, dict) else {},
        )
        async for event in provider.stream(request):
            self._take(session, reply, event)

    def _take(self, session: Session, reply: Reply, event: StreamEvent) -> None:
        message = session.message(reply.message_id)
        if message is not None and (growth := reply.take(event, message)) is not None:
            self._manager.grow(session.id, growth)

    async def _finish(self, session: Session, reply: Reply, milliseconds: int) -> Message:
        """Mark the reply with how it ended, durably; a refused disk is said by the manager."""
        message = session.message(reply.message_id)
        if message is None:  # taken out of view while it arrived
            message = new_message(Role.ASSISTANT, "", self._now())
        else:
            message = reply.finished(message, milliseconds)
            recording = self._manager.change(session.id, MessageReplaced(message, self._now()))
            if reply.end.error is not None:
                self._manager.change(session.id, ErrorNoted(self._note(reply.end.error)))
            await recording
        del self._streams[session_key(session.id)]
        self._manager.release(session.id)
        self.reply_ended.emit(session.id, message)
        return message

    def _on_deleting(self, session_id: SessionId) -> None:
        self.stop(session_id)

    # ---- small things

    def _note(self, error: ChatAppError) -> dict[str, str]:
        kind = error.kind.value if isinstance(error, ProviderError) else "settings"
        return {"timestamp": self._now(), "kind": kind, "message": error.sentence}

    def _set_aside(self, session: Session, reply: Message) -> None:
        if not reply.content and not reply.reasoning:
            self._manager.change(session.id, MessagesRemoved((reply.id,), self._now()))
            return
        before = session.messages[-2].id if len(session.messages) > 1 else None
        self._manager.change(session.id, BranchLeft(before, self._now()))

    def _refuse_while_streaming(self, session_id: str) -> None:
        if self.is_streaming(session_id):
            raise ChatAppError("A reply is still arriving in this chat.", "Stop it first.")

    async def _session(self, session_id: str) -> Session:
        return await self._manager.get_or_create_session(session_id)

    def _now(self) -> str:
        return timestamp(self._clock.now())


async def _in_any_case(finishing: asyncio.Task[Message]) -> Message:
    """What `finishing` gives, though Stop may be pressed meanwhile: the reply has ended already."""
    while True:
        try:
            return await asyncio.shield(finishing)
        except asyncio.CancelledError:
            if finishing.cancelled():
                raise


def _model_of(session: Session) -> str:
    """The model chosen for this session, or an empty text."""
    stored = session.metadata.get("model")
    return stored if isinstance(stored, str) else ""


def _worth_sending(messages: Sequence[Message]) -> list[Message]:
    """All but replies that failed before their first word."""
    return [
        message
        for message in messages
        if message.content or message.role != Role.ASSISTANT or message.metadata.get("tool_calls")
    ]
