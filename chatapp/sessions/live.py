"""The sessions that are in memory, and what is owed to their files.

A change is taken in memory at once and handed to the store, which makes it
durable. The debt to a session's file is counted in revisions and cleared only up
to the one that was written, so a change that arrives during a save is not lost
and a save that fails leaves the debt standing.
"""

from __future__ import annotations

import asyncio
import logging
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from chatapp.domain.changes import Change, Merged, MessageAdded, MessageGrew, MessageReplaced
from chatapp.domain.errors import StorageError
from chatapp.domain.ids import MessageId, SessionId, session_key
from chatapp.domain.message import Message, Status
from chatapp.domain.session import Session
from chatapp.kit.signal import Signal
from chatapp.storage.merge import merge

if TYPE_CHECKING:
    from chatapp.kit.tasks import Tasks
    from chatapp.storage.store import SessionStore

log = logging.getLogger(__name__)

STREAMED_TEXT_SECONDS = 0.25  # streamed text goes to the store this often
IDLE_SESSIONS_KEPT = 16  # saved, unwatched sessions that stay in memory

Recording: TypeAlias = asyncio.Task["StorageError | None"]
"""Ends when a change is durable, with the reason if it could not be made so."""


async def written(recording: Recording) -> None:
    """Wait until a recording has ended.

    Raises:
        StorageError: The disk refused.
    """
    if (error := await asyncio.shield(recording)) is not None:
        raise error


@dataclass(slots=True)
class _Live:
    """One session in memory.

    Attributes:
        saved_revision: The revision its file holds.
        holds: Replies that are arriving in it.
        free: Set while there are none.
        recordings: What the store is making durable.
        unacknowledged: Messages that are not known to be durable.
        streamed: Growth not yet handed to the store.
        streaming: The task that will hand it over.
        is_refused: The store could not make a change durable, so only a save will.
        is_foreign: Another program changed its file.
    """

    session: Session
    saved_revision: int
    holds: int = 0
    free: asyncio.Event = field(default_factory=asyncio.Event)
    recordings: set[Recording] = field(default_factory=set)
    unacknowledged: dict[MessageId, Recording] = field(default_factory=dict)
    streamed: list[Change] = field(default_factory=list)
    streaming: asyncio.Task[None] | None = None
    is_refused: bool = False
    is_foreign: bool = False

    def __post_init__(self) -> None:
        self.free.set()

    @property
    def is_owed(self) -> bool:
        return self.saved_revision != self.session.revision

    def stop_streaming(self) -> None:
        """Hand no streamed text to the store any more."""
        if self.streaming is not None:
            self.streaming.cancel()
            self.streaming = None


class LiveSessions:
    """Loads, changes and saves sessions; lets go of those nobody uses.

    Attributes:
        changed: A session took a change.
        saved: A session's file equals the session.
        save_failed: A session could not be written; it is tried again.
    """

    def __init__(self, store: SessionStore, tasks: Tasks) -> None:
        self.changed: Signal[Session, Change] = Signal()
        self.saved: Signal[Session] = Signal()
        self.save_failed: Signal[Session, StorageError] = Signal()
        self._store = store
        self._tasks = tasks
        self._live: dict[str, _Live] = {}
        # For whoever loads a session or lets it go; a lock lives as long as somebody uses it.
        self._doors: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()
        self._saving = asyncio.Lock()

    # ---- which there are

    def __contains__(self, session_id: object) -> bool:
        return isinstance(session_id, str) and session_key(session_id) in self._live

    @property
    def unsaved_ids(self) -> list[SessionId]:
        """Sessions whose file is older than what is in memory."""
        return [live.session.id for live in self._live.values() if live.is_owed]

    async def obtain(self, session_id: SessionId) -> Session | None:
        """The session, read from the store if need be; two readers get the same one."""
        key = session_key(session_id)
        if key not in self._live:
            async with self._door(key):
                session = None if key in self._live else await self._store.read(session_id)
                if session is not None:
                    _mark_interrupted(session)
                    self._live[key] = _Live(session, session.revision)
        live = self._live.get(key)
        return live.session if live else None

    def add(self, session: Session) -> Recording:
        """Take a session that was just made, and have it made durable."""
        live = _Live(session, saved_revision=session.revision - 1)
        self._live[session_key(session.id)] = live
        return self._record(live, [])

    async def withdraw(self, session_id: SessionId) -> _Live | None:
        """Let a session go: wait for its replies, save what is owed, forget it.

        Returns:
            What `take_back` needs; None if the session is not in memory.

        Raises:
            StorageError: What is owed could not be saved; the session stays.
        """
        key = session_key(session_id)
        async with self._door(key):  # it may be about to be loaded
            if (live := self._live.get(key)) is None:
                return None
            while live.holds or live.is_owed or live.recordings:
                await live.free.wait()
                if live.recordings:  # one that comes late would bring a deleted session back
                    await asyncio.wait(live.recordings)
                if (error := await self._save(live, now=True)) is not None:
                    raise error
            self._forget(key)
            return live

    def take_back(self, withdrawn: _Live) -> None:
        """Have a session again that was let go a moment ago."""
        self._live.setdefault(session_key(withdrawn.session.id), withdrawn)

    def close(self) -> None:
        """Hand no streamed text to the store any more."""
        for live in self._live.values():
            live.stop_streaming()

    def forget_unless_owed(self, session_id: SessionId) -> bool:
        """Let go of a session whose file is gone; False if something would be lost with it."""
        key = session_key(session_id)
        live = self._live.get(key)
        if live is not None:
            if live.is_owed or live.holds or live.recordings:
                return False
            self._forget(key)
        return True

    def hold(self, session_id: SessionId) -> None:
        """Keep a session in memory while a reply arrives in it."""
        live = self._live[session_key(session_id)]
        live.holds += 1
        live.free.clear()

    def release(self, session_id: SessionId) -> None:
        """The reply has ended."""
        live = self._live[session_key(session_id)]
        live.holds -= 1
        if not live.holds:
            live.free.set()

    # ---- changing

    def change(self, session_id: SessionId, change: Change) -> Recording:
        """Let `change` happen in memory, and have it made durable.

        Raises:
            KeyError: The session is not in memory.
        """
        live = self._happen(session_id, change)
        # Streamed text goes first: the store keeps changes in the order in which they happened.
        changes, live.streamed = [*live.streamed, change], []
        recording = self._record(live, changes)
        if isinstance(change, MessageAdded):
            live.unacknowledged[change.message.id] = recording
        return recording

    def grow(self, session_id: SessionId, growth: MessageGrew) -> None:
        """Let a message grow in memory; the text is handed to the store four times a second."""
        live = self._happen(session_id, growth)
        live.streamed.append(growth)
        if live.streaming is None:
            live.streaming = self._tasks.start(
                self._record_streamed(live), name=f"stream {session_id}"
            )

    async def acknowledged(self, message: Message) -> None:
        """Wait until `message` survives a crash.

        Raises:
            StorageError: It could not be written; it stays in memory and is tried again.
        """
        for live in self._live.values():
            if (recording := live.unacknowledged.get(message.id)) is not None:
                await written(recording)
                return

    def _happen(self, session_id: SessionId, change: Change) -> _Live:
        live = self._live[session_key(session_id)]
        if live.session.apply(change):
            self.changed.emit(live.session, change)
        return live

    # ---- making durable

    def _record(self, live: _Live, changes: list[Change], *, durable: bool = True) -> Recording:
        recording = self._tasks.start(
            self._record_or_say(live, changes, durable=durable), name=f"record {live.session.id}"
        )
        live.recordings.add(recording)
        recording.add_done_callback(live.recordings.discard)
        return recording

    async def _record_streamed(self, live: _Live) -> None:
        await asyncio.sleep(STREAMED_TEXT_SECONDS)
        changes, live.streamed, live.streaming = live.streamed, [], None
        if changes:
            self._record(live, changes, durable=False)

    async def _record_or_say(
        self, live: _Live, changes: list[Change], *, durable: bool
    ) -> StorageError | None:
        try:
            await self._store.record(live.session, changes, durable=durable)
        except StorageError as error:
            live.is_refused = True
            self.save_failed.emit(live.session, error)
            return error
        for change in changes:
            if isinstance(change, MessageAdded):
                live.unacknowledged.pop(change.message.id, None)
        return None

    # ---- saving

    async def save(self, session_id: SessionId) -> bool:
        """Save one session now; False if it is not in memory or the disk refused."""
        live = self._live.get(session_key(session_id))
        return live is not None and await self._save(live, now=True) is None

    async def save_all(self, *, now: bool = False) -> bool:
        """Save every session that changed; False if one could not be written.

        Args:
            now: Also large ones of which little is new.
        """
        errors = [await self._save(live, now=now) for live in tuple(self._live.values())]
        return not any(errors)

    async def look_again(self, session_id: SessionId) -> bool:
        """Take in what another program saved; False if the session is not in memory."""
        live = self._live.get(session_key(session_id))
        if live is None:
            return False
        live.is_foreign = True
        await self._save(live)
        return True

    def let_go_of_idle(self, current: SessionId | None) -> None:
        """Forget sessions that are saved, not current, and in which no reply arrives."""
        idle = [
            key
            for key, live in self._live.items()
            if not live.is_owed and not live.holds and live.session.id != current
        ]
        for key in idle[:-IDLE_SESSIONS_KEPT]:
            self._forget(key)

    async def _save(self, live: _Live, *, now: bool = False) -> StorageError | None:
        # Whoever waits may be cancelled; a save may not: the store would have merged what
        # another program saved, the session would never take it in and write over it.
        saving = self._tasks.start(self._save_wholly(live, now=now), name="save")
        return await asyncio.shield(saving)

    async def _save_wholly(self, live: _Live, *, now: bool) -> StorageError | None:
        async with self._saving:
            if not live.is_owed and not live.is_foreign:
                return None
            if self._live.get(session_key(live.session.id)) is not live:
                # It was let go while this waited, and perhaps read anew: it is out of date.
                return None
            snapshot, covered = live.session.snapshot(), tuple(live.unacknowledged)
            refused, foreign = live.is_refused, live.is_foreign
            live.is_refused = live.is_foreign = False
            try:
                kept = await self._stored(snapshot, now=now or refused)
            except StorageError as error:
                live.is_refused, live.is_foreign = True, foreign or live.is_foreign
                self.save_failed.emit(live.session, error)
                return error
            if kept is not None:  # else a large file; the journal keeps what is new
                self._settle(live, kept, snapshot, covered)
            return None

    async def _stored(self, snapshot: Session, *, now: bool) -> Session | None:
        try:
            return await self._store.save(snapshot, now=now)
        except StorageError:
            raise
        except Exception as error:
            # A fault of the program must not keep the other chats from being saved.
            log.exception("A session could not be written")
            raise StorageError(
                "This chat cannot be saved because of a fault in the program.",
                "Export it, and report the fault.",
            ) from error

    def _settle(
        self, live: _Live, kept: Session, snapshot: Session, covered: tuple[MessageId, ...]
    ) -> None:
        """Nothing of `snapshot` is owed any more; what others saved comes in."""
        live.saved_revision = snapshot.revision
        if kept is not snapshot:
            self._take_in(live, kept, snapshot)
        for message_id in covered:
            live.unacknowledged.pop(message_id, None)
        self.saved.emit(live.session)

    def _take_in(self, live: _Live, kept: Session, snapshot: Session) -> None:
        """Let the session become what its file holds, and what happened since."""
        at_rest = not live.is_owed
        change = Merged(merge(live.session, kept, snapshot))
        if live.session.apply(change):
            live.saved_revision += at_rest  # the file holds this very change
            self.changed.emit(live.session, change)

    # ---- doors

    def _door(self, key: str) -> asyncio.Lock:
        return self._doors.setdefault(key, asyncio.Lock())

    def _forget(self, key: str) -> None:
        """Let go of a session whose file holds everything."""
        self._live.pop(key).stop_streaming()


def _mark_interrupted(session: Session) -> None:
    """A reply that was streaming when the program died is no longer streaming.

    It is not a reason to write the file: another copy may be the one that streams.
    """
    for message in [m for m in session.messages if m.status == Status.STREAMING]:
        ended = message.with_metadata(status=Status.INTERRUPTED.value)
        session.apply(MessageReplaced(ended, session.last_updated))
