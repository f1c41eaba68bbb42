"""The one owner of live sessions.

Everything happens on the event-loop thread: a change is taken in memory at once,
told to the views by a signal, and handed to the store, which makes it durable.
`acknowledged` tells when it is. Every five seconds each session that changed is
saved to its file. A save that fails leaves the debt standing and says so; a
change that arrives during a save is not lost, because the debt is counted in
revisions and cleared only up to the one that was written.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from chatapp.domain.changes import (
    Change,
    HeaderChanged,
    MessageAdded,
    MessageGrew,
    MessageReplaced,
    MessagesRemoved,
)
from chatapp.domain.errors import SessionNotFound, StorageError
from chatapp.domain.ids import (
    MessageId,
    SessionId,
    check_session_id,
    new_session_id,
    session_key,
)
from chatapp.domain.message import Message, Role, Status, new_message
from chatapp.domain.session import Session, summarise
from chatapp.kit.clock import Clock, SystemClock, timestamp
from chatapp.kit.signal import Signal
from chatapp.kit.tasks import Tasks
from chatapp.sessions.catalogue import Catalogue, SessionFilter, SessionPage

if TYPE_CHECKING:
    import datetime as dt

    from chatapp.storage.store import SessionStore, TrashedSession

log = logging.getLogger(__name__)

AUTOSAVE_SECONDS = 5.0
IDLE_SESSIONS_KEPT = 16  # saved, unwatched sessions that stay in memory


Recording: TypeAlias = asyncio.Task["StorageError | None"]
"""Ends when a change is durable, with the reason if it could not be made so."""


@dataclass(slots=True)
class _Live:
    """A session in memory and what is owed to its file."""

    session: Session
    saved_revision: int
    holds: int = 0  # streams that write into it
    unacknowledged: dict[MessageId, Recording] = field(default_factory=dict)


class SessionManager:
    """Owns sessions, tells views what changed, and saves.

    Attributes:
        catalogue: All sessions, ordered; what lists draw.
        current_id: The session that messages without an id go to, or None.
        message_added: A message came to the end of a session.
        message_changed: A message of a session has a new value.
        messages_reset: A session's messages changed otherwise: removed, restored, branched.
        session_changed: Title, metadata or numbers of a session changed.
        current_changed: Another session became the current one, or none.
        saved: A session's file equals the session; with the moment.
        save_failed: A session could not be written; it is tried again.
        ticked: The auto-save ran once.
    """

    def __init__(
        self,
        store: SessionStore,
        *,
        clock: Clock | None = None,
        tasks: Tasks | None = None,
        autosave_seconds: float = AUTOSAVE_SECONDS,
    ) -> None:
        self.message_added: Signal[SessionId, Message] = Signal()
        self.message_changed: Signal[SessionId, Message] = Signal()
        self.messages_reset: Signal[SessionId] = Signal()
        self.session_changed: Signal[SessionId] = Signal()
        self.current_changed: Signal[SessionId | None] = Signal()
        self.saved: Signal[SessionId, dt.datetime] = Signal()
        self.save_failed: Signal[SessionId, StorageError] = Signal()
        self.ticked: Signal[()] = Signal()
        self.current_id: SessionId | None = None
        self._store = store
        self._clock = clock or SystemClock()
        self._tasks = tasks or Tasks()
        self._autosave_seconds = autosave_seconds
        self._autosave: asyncio.Task[None] | None = None
        self._live: dict[str, _Live] = {}
        self._loading: dict[str, asyncio.Lock] = {}
        self._saving = asyncio.Lock()
        self.catalogue = Catalogue(self._clock)

    # ---- life of the manager

    async def open(self) -> None:
        """Open the store and read the list of sessions.

        Raises:
            StorageError: The sessions cannot be read.
        """
        await self._store.open()
        self.catalogue.fill(await self._store.summaries())

    def start_auto_save(self) -> None:
        """Save every five seconds from now on; a second call changes nothing."""
        if self._autosave is None:
            self._autosave = self._tasks.start(self._save_for_ever(), name="auto-save")

    def stop_auto_save(self) -> None:
        """Stop saving by the clock; what is owed stays owed."""
        if self._autosave is not None:
            self._autosave.cancel()
            self._autosave = None

    async def close(self) -> None:
        """Stop the auto-save, save what is owed, and let go of the store."""
        self.stop_auto_save()
        await self.save_all()
        await self._store.close()

    # ---- sessions

    async def start_new_session(
        self,
        user_name: str = "User",
        metadata: dict[str, Any] | None = None,
        *,
        session_id: str | None = None,
        title: str | None = None,
        persona: str | None = None,
        provider_config: dict[str, Any] | None = None,
    ) -> SessionId:
        """Begin a session and make it the current one.

        Args:
            user_name: Stored with the session.
            metadata: Open; `type` is "chat" unless it says otherwise.
            session_id: The id to use; one is made if it is missing or taken.
            title: The title, if there is one already.
            persona: Name of the persona, stored in the metadata.
            provider_config: `provider`, `model` and `parameters`; a key or secret is not stored.

        Raises:
            InvalidSessionId: The id is unsafe; nothing was touched.
            StorageError: The session cannot be written.
        """
        wanted = new_session_id() if session_id is None else check_session_id(session_id)
        fresh = await self._free_id(wanted)
        header: dict[str, Any] = {"type": "chat", **(metadata or {})}
        if persona is not None:
            header["persona"] = persona
        for key in ("provider", "model", "parameters"):
            if provider_config and key in provider_config:
                header[key] = provider_config[key]
        session = self._create(fresh, user_name, header, title)
        await self._written(self._record(session, []))
        self._make_current(session.id)
        return session.id

    async def get_session(self, session_id: str) -> Session | None:
        """The session, or None; nothing is created and the current one stays.

        Raises:
            InvalidSessionId: The id is unsafe.
            StorageError: The file is there but cannot be read.
        """
        live = await self._obtain(check_session_id(session_id))
        return live.session if live else None

    async def load_session(self, session_id: str) -> Session:
        """The session, made the current one.

        Raises:
            SessionNotFound: There is none with this id.
        """
        session = await self._existing(session_id)
        self._make_current(session.id)
        return session

    async def ensure_session_exists(self, session_id: str) -> SessionId:
        """The session's id; it is made if it is unknown."""
        return (await self.get_or_create_session(session_id)).id

    async def get_or_create_session(
        self,
        session_id: str,
        user_name: str = "User",
        metadata: dict[str, Any] | None = None,
    ) -> Session:
        """The session with this id, made if it is unknown."""
        checked = check_session_id(session_id)
        live = await self._obtain(checked)
        if live is not None:
            return live.session
        session = self._create(checked, user_name, {"type": "chat", **(metadata or {})})
        await self._written(self._record(session, []))
        return session

    async def update_session(
        self,
        session_id: str,
        *,
        title: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Set the title, or metadata keys (None removes one); an empty title removes it."""
        session = await self._existing(session_id)
        change = HeaderChanged(at=self._now(), title=title, metadata=metadata or {})
        await self._written(self.change(session.id, change))

    async def delete_session(self, session_id: str) -> bool:
        """Move the session to the trash; False if there is none (any more).

        Deleting the current session leaves none current.
        """
        checked = check_session_id(session_id)
        key = session_key(checked)
        live = self._live.get(key)
        if live is not None:
            await self._save(live)
            del self._live[key]
        deleted = await self._store.delete(checked)
        self.catalogue.remove(checked)
        if self.current_id is not None and session_key(self.current_id) == key:
            self.clear_current_session()
        return deleted

    async def restore_session(self, session_id: str) -> bool:
        """Bring a session back from the trash, byte for byte."""
        checked = check_session_id(session_id)
        restored = await self._store.restore(checked)
        if restored and (live := await self._obtain(checked)):
            self.catalogue.put(summarise(live.session))
        return restored

    async def trashed_sessions(self) -> list[TrashedSession]:
        """What can be restored, newest first."""
        return await self._store.trash()

    def clear_current_session(self) -> None:
        """Make no session current; the old one stays as it is."""
        self._make_current(None)

    async def deactivate_session(self, session_id: str) -> bool:
        """Archive the session; False if there is none."""
        if await self.get_session(session_id) is None:
            return False
        await self.update_session(session_id, metadata={"archived": True})
        return True

    async def cleanup_old_sessions(self, days_old: int = 30, keep_minimum: int = 10) -> int:
        """Move archived sessions without activity for `days_old` days to the trash.

        Never leaves fewer than `keep_minimum` sessions. Gives how many were moved.
        """
        import datetime as dt

        limit = timestamp(self._clock.now() - dt.timedelta(days=days_old))
        old = [
            summary.session_id
            for summary in reversed(self.catalogue.summaries(SessionFilter(archived=True)))
            if summary.last_updated < limit and not summary.damage
        ]
        spare = max(0, len(self.catalogue) - keep_minimum)
        moved = [await self.delete_session(session_id) for session_id in old[:spare]]
        return sum(moved)

    async def list_sessions(
        self,
        limit: int = 100,
        offset: int = 0,
        **filters: Any,  # noqa: ANN401 - SessionFilter's
    ) -> SessionPage:
        """One page, newest activity first; `filters` are the fields of `SessionFilter`."""
        return self.catalogue.page(SessionFilter(**filters), limit, offset)

    # ---- messages

    async def add_message(
        self,
        role: str,
        content: str,
        metadata: dict[str, Any] | None = None,
        *,
        session_id: str | None = None,
    ) -> Message:
        """Add a message to the named session, else the current one, else a new one.

        It is in memory and on screen when this returns; `acknowledged` waits until it is
        durable.
        """
        if session_id is not None:
            session = await self.get_or_create_session(session_id)
        elif self.current_id is not None:
            session = await self._existing(self.current_id)
        else:
            session = await self._existing(await self.start_new_session())
        metadata = dict(metadata or {})
        if session.messages:
            metadata.setdefault("parent_id", session.messages[-1].id)
        message = new_message(role, content, self._now(), metadata)
        self.change(session.id, MessageAdded(message))
        return message

    async def acknowledged(self, message: Message) -> None:
        """Wait until `message` survives a crash.

        Raises:
            StorageError: It could not be written; it stays in memory and is tried again.
        """
        for live in self._live.values():
            if (recording := live.unacknowledged.get(message.id)) is not None:
                await self._written(recording)
                return

    async def get_messages(
        self, session_id: str, limit: int | None = None, offset: int = 0, role: str | None = None
    ) -> list[Message]:
        """Messages of the branch in view, oldest first; beyond the end there are none."""
        messages = (await self._existing(session_id)).messages
        chosen = [message for message in messages if role is None or message.role == role]
        return chosen[offset:] if limit is None else chosen[offset : offset + limit]

    async def last_message(self, session_id: str) -> Message | None:
        """The newest message, or None."""
        messages = (await self._existing(session_id)).messages
        return messages[-1] if messages else None

    async def message_count(self, session_id: str) -> int:
        """How many messages the branch in view has."""
        return len((await self._existing(session_id)).messages)

    async def search_messages(self, session_id: str, text: str) -> list[Message]:
        """The messages that contain `text`, whatever its case."""
        wanted = text.casefold()
        messages = (await self._existing(session_id)).messages
        return [message for message in messages if wanted in message.content.casefold()]

    async def conversation_stats(self, session_id: str) -> dict[str, Any]:
        """The session's `stats`, equal to a recount."""
        return (await self._existing(session_id)).stats

    async def clear_conversation(self, session_id: str) -> tuple[Message, ...]:
        """Remove all messages and keep the session; gives them, for undo."""
        session = await self._existing(session_id)
        removed = tuple(session.messages)
        ids = tuple(message.id for message in removed)
        await self._written(self.change(session.id, MessagesRemoved(ids, self._now())))
        return removed

    # ---- changing

    def change(self, session_id: SessionId, change: Change, *, durable: bool = True) -> Recording:
        """Let `change` happen to a session in memory, and have it made durable.

        The views know when this returns. The recording ends with the reason if the disk
        refused; the change then stays in memory and the auto-save tries again.

        Raises:
            KeyError: The session is not in memory; a stream holds it, others load it first.
        """
        live = self._live[session_key(session_id)]
        if live.session.apply(change):
            self._tell(live.session, change)
        recording = self._record(live.session, [change], durable=durable)
        if isinstance(change, MessageAdded):
            live.unacknowledged[change.message.id] = recording
        return recording

    def hold(self, session_id: SessionId) -> None:
        """Keep a session in memory while a stream writes into it."""
        self._live[session_key(session_id)].holds += 1

    def release(self, session_id: SessionId) -> None:
        """The stream is over."""
        if (live := self._live.get(session_key(session_id))) is not None:
            live.holds -= 1

    # ---- saving

    async def save_session(self, session_id: str | None = None) -> bool:
        """Save one session now (the current one without an id); False if that failed."""
        chosen = session_id or self.current_id
        live = None if chosen is None else self._live.get(session_key(check_session_id(chosen)))
        return live is not None and await self._save(live)

    async def save_all(self) -> bool:
        """Save every session that changed; False if one could not be written."""
        saved = [await self._save(live) for live in tuple(self._live.values())]
        self._let_go_of_idle_sessions()
        return all(saved)

    @property
    def unsaved_ids(self) -> list[SessionId]:
        """Sessions whose file is older than what is in memory."""
        return [
            live.session.id
            for live in self._live.values()
            if live.saved_revision != live.session.revision
        ]

    async def _save_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._autosave_seconds)
            await self.save_all()
            self.ticked.emit()

    async def _save(self, live: _Live) -> bool:
        async with self._saving:
            session = live.session
            revision = session.revision
            if live.saved_revision == revision:
                return True
            try:
                await self._store.save(session.snapshot())
            except StorageError as error:
                self.save_failed.emit(session.id, error)
                return False
            live.saved_revision = revision
            if session.revision == revision:
                live.unacknowledged.clear()
            self.saved.emit(session.id, self._clock.now())
            return True

    def _record(
        self, session: Session, changes: list[Change], *, durable: bool = True
    ) -> Recording:
        return self._tasks.start(
            self._record_or_say(session, changes, durable=durable), name=f"record {session.id}"
        )

    async def _record_or_say(
        self, session: Session, changes: list[Change], *, durable: bool
    ) -> StorageError | None:
        try:
            await self._store.record(session, changes, durable=durable)
        except StorageError as error:
            self.save_failed.emit(session.id, error)
            return error
        live = self._live.get(session_key(session.id))
        for change in changes:
            if live is not None and isinstance(change, MessageAdded):
                live.unacknowledged.pop(change.message.id, None)
        return None

    @staticmethod
    async def _written(recording: Recording) -> None:
        if (error := await asyncio.shield(recording)) is not None:
            raise error

    def _let_go_of_idle_sessions(self) -> None:
        idle = [
            key
            for key, live in self._live.items()
            if live.saved_revision == live.session.revision
            and not live.holds
            and live.session.id != self.current_id
        ]
        for key in idle[:-IDLE_SESSIONS_KEPT]:
            del self._live[key]

    # ---- finding and making

    async def _obtain(self, session_id: SessionId) -> _Live | None:
        """The live session, read from the store if need be; two readers get the same one."""
        key = session_key(session_id)
        if key in self._live:
            return self._live[key]
        async with self._loading.setdefault(key, asyncio.Lock()):
            if key not in self._live:
                session = await self._store.read(session_id)
                if session is not None:
                    _mark_interrupted(session)
                    self._live[key] = _Live(session, session.revision)
        self._loading.pop(key, None)
        return self._live.get(key)

    async def _existing(self, session_id: str) -> Session:
        live = await self._obtain(check_session_id(session_id))
        if live is None:
            raise SessionNotFound("There is no chat with this id.")
        return live.session

    async def _free_id(self, wanted: SessionId) -> SessionId:
        while session_key(wanted) in self._live or await self._store.read(wanted) is not None:
            wanted = new_session_id()
        return wanted

    def _create(
        self,
        session_id: SessionId,
        user_name: str,
        metadata: dict[str, Any],
        title: str | None = None,
    ) -> Session:
        moment = self._clock.now()
        session = Session(
            id=session_id,
            day=self._clock.local(moment).date().isoformat(),
            user_name=user_name,
            started_at=timestamp(moment),
            last_updated=timestamp(moment),
            title=title,
            metadata=metadata,
            revision=1,
        )
        self._live[session_key(session_id)] = _Live(session, saved_revision=0)
        self.catalogue.put(summarise(session))
        return session

    def _make_current(self, session_id: SessionId | None) -> None:
        if self.current_id != session_id:
            self.current_id = session_id
            self.current_changed.emit(session_id)

    def _tell(self, session: Session, change: Change) -> None:
        match change:
            case MessageGrew(message_id):
                if (grown := session.message(message_id)) is not None:
                    self.message_changed.emit(session.id, grown)
                return
            case MessageAdded(message):
                self.message_added.emit(session.id, message)
            case MessageReplaced(message):
                self.message_changed.emit(session.id, message)
            case HeaderChanged():
                pass
            case _:
                self.messages_reset.emit(session.id)
        self.catalogue.put(summarise(session))
        self.session_changed.emit(session.id)

    def _now(self) -> str:
        return timestamp(self._clock.now())


def is_empty(session: Session) -> bool:
    """Whether nobody has said anything in it."""
    return not any(message.role in (Role.USER, Role.ASSISTANT) for message in session.messages)


def _mark_interrupted(session: Session) -> None:
    """A reply that was streaming when the program died is no longer streaming.

    It is not a reason to write the file: another copy may be the one that streams.
    """
    for message in [m for m in session.messages if m.status == Status.STREAMING]:
        ended = message.with_metadata(status=Status.INTERRUPTED.value)
        session.apply(MessageReplaced(ended, session.last_updated))
