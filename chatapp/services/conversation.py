"""Ask a model and record its answer as it arrives.

The user's message is durable before the request goes out. A reply belongs to its
session: no view is needed for it to arrive, and no view can misroute it. However a
reply ends, what had arrived is kept and marked with how it ended; nothing is ever
put into the model's mouth.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from chatapp.domain.changes import (
    BranchLeft,
    ErrorNoted,
    MessageReplaced,
    MessagesRemoved,
)
from chatapp.domain.errors import ChatAppError, ProviderError, SessionNotFound, StorageError
from chatapp.domain.ids import session_key
from chatapp.domain.message import UNFINISHED, Message, Role, Status, new_message
from chatapp.domain.stream import StreamEvent
from chatapp.kit.clock import Clock, SystemClock, timestamp
from chatapp.kit.signal import Signal
from chatapp.providers.base import ChatRequest, Provider
from chatapp.services.context import SURELY_READ_TOKENS, Context, fit
from chatapp.services.reply import Reply
from chatapp.services.titles import title_from
from chatapp.services.versions import changes_to
from chatapp.sessions.live import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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

    async def context_length(self, name: str) -> int | None:
        """How many tokens a model reads; None if nobody tells."""
        ...


@dataclass(slots=True)
class _Turn:
    """From the user's word to the end of the reply, in one session.

    Attributes:
        asking: Takes what the provider says.
        receiving: Waits for `asking` and marks how the reply ended.
        is_stopped: Whether Stop was pressed, perhaps before there was anything to stop.
        ended: Set at the end.
    """

    session: Session
    asking: asyncio.Task[None] | None = None
    receiving: asyncio.Task[Message] | None = None
    is_stopped: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> bool:
        """Ask for nothing more; False if that was said already."""
        if self.is_stopped:
            return False
        self.is_stopped = True
        if self.asking is not None:
            self.asking.cancel()
        return True


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
        self._turns: dict[str, _Turn] = {}
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
        with self._turn(await self._session_to_ask(session_id)) as turn:
            return await self._say(turn, text, model)

    async def retry(self, session_id: str, *, model: str | None = None) -> Message:
        """Ask again for the last reply; the old one stays as another branch if it says anything."""
        with self._turn(await self._existing(session_id)) as turn:
            messages = turn.session.messages
            reply = messages[-1] if messages and messages[-1].role == Role.ASSISTANT else None
            question = messages[-2:-1] if reply else messages[-1:]
            if not question:
                raise ChatAppError("There is nothing to answer yet.", "Write a message first.")
            await self._make_durable(question[0], turn.session)
            if reply is not None:
                self._set_aside(turn.session, reply)
            return await self._ask(turn, model)

    async def edit(self, session_id: str, message_id: MessageId, text: str) -> Message:
        """Say something else in place of an own message, and ask again from there.

        The old message and what followed stay as another branch.
        """
        with self._turn(await self._existing(session_id)) as turn:
            session = turn.session
            row = session.row(message_id)
            if row is None or session.messages[row].role != Role.USER:
                raise ChatAppError("That message is not in view any more.")
            before = session.messages[row - 1].id if row else None
            self._manager.change(session.id, BranchLeft(before, self._now()))
            return await self._say(turn, text, None)

    async def show_version(self, session_id: str, message_id: MessageId, step: int) -> None:
        """Bring the next version of a message (`step` 1) or the one before (-1) into view.

        Raises:
            StorageError: The change is in memory only; it is written with the next save.
        """
        with self._turn(await self._existing(session_id)) as turn:
            session = turn.session
            changes = changes_to(session, message_id, step, self._now())
            recordings = [self._manager.change(session.id, change) for change in changes]
        for recording in recordings:
            await written(recording)

    async def resume(self, session_id: str, *, model: str | None = None) -> Message:
        """Let the last reply go on where it broke off."""
        session = await self._existing(session_id)
        last = session.messages[-1] if session.messages else None
        if last is None or last.role != Role.ASSISTANT or last.status not in UNFINISHED:
            raise ChatAppError("There is no reply to continue.")
        if not last.content:
            return await self.retry(session_id, model=model)
        with self._turn(session) as turn:
            return await self._ask(turn, model, into=last)

    def stop(self, session_id: str) -> bool:
        """End the reply of a session where it is; False if none is arriving."""
        turn = self._turns.get(session_key(session_id))
        return turn is not None and turn.stop()

    def is_streaming(self, session_id: str) -> bool:
        """Whether a reply is arriving in a session."""
        turn = self._turns.get(session_key(session_id))
        return turn is not None and turn.receiving is not None

    async def close(self) -> None:
        """End every reply and mark it as interrupted, so that it can be continued later."""
        self._closing = True
        turns = tuple(self._turns.values())
        for turn in turns:
            turn.stop()
        for turn in turns:
            await turn.ended.wait()

    # ---- whose turn it is

    @contextlib.contextmanager
    def _turn(self, session: Session) -> Iterator[_Turn]:
        """One question at a time in a session, which stays in memory meanwhile."""
        key = session_key(session.id)
        if self._closing:
            raise ChatAppError("The program is about to end.")
        if key in self._turns:
            raise ChatAppError("A reply is still arriving in this chat.", "Stop it first.")
        turn = self._turns[key] = _Turn(session)
        self._manager.hold(session.id)
        try:
            yield turn
        finally:
            if turn.receiving is None:  # else the turn ends with the reply, whoever waits for it
                self._end(turn)

    def _end(self, turn: _Turn) -> None:
        del self._turns[session_key(turn.session.id)]
        self._manager.release(turn.session.id)
        turn.ended.set()

    # ---- the reply

    async def _say(self, turn: _Turn, text: str, model: str | None) -> Message:
        session = turn.session
        message = await self._manager.add_message(Role.USER, text, session_id=session.id)
        if session.title is None and (title := title_from(text)):
            await self._manager.update_session(session.id, title=title)
        await self._make_durable(message, session)
        return await self._ask(turn, model)

    async def _make_durable(self, message: Message, session: Session) -> None:
        """Wait until a question is on the disk; one that was refused gets another chance.

        Raises:
            StorageError: It is not; nothing must be sent.
        """
        try:
            await self._manager.acknowledged(message)
        except StorageError:
            if not await self._manager.save_session(session.id):
                raise

    async def _ask(self, turn: _Turn, model: str | None, into: Message | None = None) -> Message:
        session = turn.session
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
        reply = Reply(into.id)
        asking = self._stream(session, reply, name, asked)
        turn.asking = self._tasks.start(asking, name=f"ask in {session.id}")
        if turn.is_stopped:
            turn.asking.cancel()
        turn.receiving = self._tasks.start(
            self._receive(turn, turn.asking, reply), name=f"reply in {session.id}"
        )
        self.reply_started.emit(session.id)
        # A view that goes away stops waiting; the reply goes on arriving.
        return await asyncio.shield(turn.receiving)

    async def _receive(self, turn: _Turn, asking: asyncio.Task[None], reply: Reply) -> Message:
        """Wait for the end of a reply; Stop ends `asking`, and never this."""
        begun = time.monotonic()
        await asyncio.wait([asking])
        if asking.cancelled():
            reply.break_off(Status.INTERRUPTED if self._closing else Status.CANCELLED)
        elif asking.exception() is not None:  # a fault of the program, reported by the task
            reply.break_off(Status.FAILED, ChatAppError("The reply broke off.", "Try again."))
        try:
            milliseconds = round((time.monotonic() - begun) * 1000)
            message = await self._finish(turn.session, reply, milliseconds)
        finally:
            self._end(turn)
        self.reply_ended.emit(turn.session.id, message)
        return message

    async def _stream(
        self, session: Session, reply: Reply, name: str, asked: Sequence[Message]
    ) -> None:
        stored = session.metadata.get("parameters")
        parameters = stored if isinstance(stored, dict) else {}
        try:
            provider, model = self._models.resolve(name)
            context = await self._fitting(name, asked, parameters)
            reply.take_context(context)
            request = ChatRequest(model, context.messages, parameters=parameters)
            async for event in provider.stream(request):
                self._take(session, reply, event)
        except ChatAppError as error:
            reply.break_off(Status.FAILED, error)

    async def _fitting(
        self, name: str, asked: Sequence[Message], parameters: dict[str, Any]
    ) -> Context:
        """What of the conversation the model can read; of a short one nobody needs to ask."""
        whole = fit(asked, limit=None)
        if whole.tokens < SURELY_READ_TOKENS:
            return whole
        limit = parameters.get("num_ctx")
        if not isinstance(limit, int):
            limit = await self._models.context_length(name)
        return fit(asked, limit=limit, parameters=parameters)

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

    async def _session_to_ask(self, session_id: str | None) -> Session:
        chosen = session_id or self._manager.current_id or await self._manager.start_new_session()
        return await self._manager.get_or_create_session(chosen)

    async def _existing(self, session_id: str) -> Session:
        session = await self._manager.get_session(session_id)
        if session is None:
            raise SessionNotFound("There is no chat with this id.")
        return session

    def _now(self) -> str:
        return timestamp(self._clock.now())


def _model_of(session: Session) -> str:
    """The model chosen for this session, as provider/model, or an empty text."""
    model, provider = session.metadata.get("model"), session.metadata.get("provider")
    if not isinstance(model, str):
        return ""
    return f"{provider}/{model}" if isinstance(provider, str) and "/" not in model else model


def _worth_sending(messages: Sequence[Message]) -> list[Message]:
    """All but replies that failed before their first word."""
    return [
        message
        for message in messages
        if message.content or message.role != Role.ASSISTANT or message.metadata.get("tool_calls")
    ]
