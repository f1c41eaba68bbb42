"""The one owner of sessions: what every front end and script asks for them.

Everything happens on the event-loop thread. A change is in memory and told to the
views at once, `acknowledged` tells when it is durable, and every five seconds each
session that changed is saved to its file. A save that fails says so and is tried
again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from chatapp.domain.changes import (
    Change,
    ErrorNoted,
    HeaderChanged,
    MessageAdded,
    MessageGrew,
    MessageReplaced,
    MessagesRemoved,
)
from chatapp.domain.errors import StorageError
from chatapp.domain.ids import (
    SessionId,
    check_session_id,
    new_session_id,
    session_key,
)
from chatapp.domain.message import Message, new_message, storable
from chatapp.domain.session import Session, summarise
from chatapp.kit.clock import Clock, SystemClock, sortable, timestamp
from chatapp.kit.signal import Signal
from chatapp.kit.tasks import Tasks
from chatapp.sessions.catalogue import SessionFilter
from chatapp.sessions.live import Recording, written
from chatapp.sessions.reader import Exporter, SessionReader

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from chatapp.storage.backup import Backup
    from chatapp.storage.doctor import Finding
    from chatapp.storage.search import SearchPage, SearchQuery
    from chatapp.storage.store import Restored, SessionStore

AUTOSAVE_SECONDS = 5.0


class SessionManager(SessionReader):
    """Owns sessions, tells views what changed, and saves.

    Attributes:
        current_id: The session that messages without an id go to, or None.
        message_added: A message came to the end of a session.
        message_changed: A message of a session has a new value.
        messages_reset: A session's messages changed otherwise: removed, restored, branched.
        error_noted: Something failed in a session, as an entry of its `errors`.
        session_changed: Title, metadata or numbers of a session changed.
        current_changed: Another session became the current one, or none.
        deleting: A session is about to go; whoever holds it must release it.
        saved: A session's file equals the session; with the moment.
        save_failed: A session could not be written; it is tried again.
        mended: A damaged file was read as far as it is whole; its bytes are kept.
    """

    def __init__(
        self,
        store: SessionStore,
        *,
        clock: Clock | None = None,
        tasks: Tasks | None = None,
        autosave_seconds: float = AUTOSAVE_SECONDS,
        exporters: Mapping[str, Exporter] | None = None,
    ) -> None:
        self.message_added: Signal[SessionId, Message] = Signal()
        self.message_changed: Signal[SessionId, Message] = Signal()
        self.messages_reset: Signal[SessionId] = Signal()
        self.error_noted: Signal[SessionId, dict[str, Any]] = Signal()
        self.session_changed: Signal[SessionId] = Signal()
        self.current_changed: Signal[SessionId | None] = Signal()
        self.deleting: Signal[SessionId] = Signal()
        self.saved: Signal[SessionId, dt.datetime] = Signal()
        self.save_failed: Signal[SessionId, StorageError] = Signal()
        self.mended: Signal[SessionId] = Signal()
        self.current_id: SessionId | None = None
        self._tasks = tasks or Tasks()
        self._autosave_seconds = autosave_seconds
        self._autosave: asyncio.Task[None] | None = None
        super().__init__(store, clock or SystemClock(), self._tasks, exporters)
        store.changed_outside.connect(self._on_changed_outside)
        store.mended.connect(self._on_mended)
        self._live.changed.connect(self._on_changed)
        self._live.saved.connect(self._on_saved)
        self._live.save_failed.connect(self._on_save_failed)

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
        await self._live.save_all(now=True)
        self._live.close()
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
        """
        wanted = new_session_id() if session_id is None else check_session_id(session_id)
        fresh = await self._free_id(wanted)
        header = dict(metadata or {})
        if persona is not None:
            header["persona"] = persona
        for key in ("provider", "model", "parameters"):
            if provider_config and key in provider_config:
                header[key] = provider_config[key]
        session = await self._create(fresh, user_name, header, title)
        self._make_current(session.id)
        return session.id

    def begin_session(self, user_name: str = "User") -> Session:
        """Begin a session that is in memory and current when this returns.

        For a front end that must not wait: what is typed next belongs to the new session.
        """
        fresh = new_session_id()
        while self.catalogue.get(fresh) or fresh in self._live:
            fresh = new_session_id()
        session, _ = self._make(fresh, user_name, {})
        self._make_current(session.id)
        return session

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
        session = await self._live.obtain(checked)
        return session or await self._create(checked, user_name, metadata or {})

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
        await written(self.change(session.id, change))

    async def delete_session(self, session_id: str) -> bool:
        """Move the session to the trash; False if there is none (any more).

        Deleting the current session leaves none current.

        Raises:
            StorageError: What is owed could not be saved, or the file not moved; the session stays.
        """
        checked = check_session_id(session_id)
        if checked in self._live:
            self.deleting.emit(checked)
        withdrawn = await self._live.withdraw(checked)
        try:
            deleted = await self._store.delete(checked)
        except StorageError:
            if withdrawn is not None:
                self._live.take_back(withdrawn)
            raise
        self._gone(checked)
        return deleted

    async def restore_session(self, session_id: str) -> bool:
        """Bring a session back from the trash, byte for byte."""
        checked = check_session_id(session_id)
        if not await self._store.restore(checked):
            return False
        try:
            self.catalogue.put(summarise(await self._existing(checked)))
        except StorageError:  # it was damaged when it was deleted, and is listed as such
            self.catalogue.fill(await self._store.summaries())
        return True

    async def examine(self) -> list[Finding]:
        """Look at every file of the library; mend what loses nothing, and say what was wrong."""
        await self.save_all()
        findings = await self._store.examine()
        self.catalogue.fill(await self._store.summaries())
        return findings

    async def back_up(self, target: Path, extra: Mapping[str, bytes] | None = None) -> Backup:
        """Write every session into a zip of plain files, verified after writing.

        Args:
            target: The zip; one that is there is replaced.
            extra: More files for it, by name.
        """
        await self.save_all()
        return await self._store.back_up(target, extra)

    async def restore_backup(self, source: Path, *, dry_run: bool = False) -> Restored:
        """Merge a backup in, or only say what that would do; nothing there is lost.

        Raises:
            StorageError: It is no backup to be trusted, and nothing was used of it; or the
                disk refused, and a second call goes on.
        """
        await self.save_all()
        restored = await self._store.restore_backup(source, dry_run=dry_run)
        self.catalogue.fill(await self._store.summaries())
        return restored

    async def empty_trash(self, days: float | None = None) -> list[SessionId]:
        """Remove for good what lies in the trash longer than `days`; without it, everything.

        Gives the keys of sessions of which nothing is left.
        """
        return await self._store.empty_trash(days)

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
            if sortable(summary.last_updated) < limit and not summary.damage
        ]
        spare = max(0, len(self.catalogue) - keep_minimum)
        moved = [await self.delete_session(session_id) for session_id in old[:spare]]
        return sum(moved)

    async def search(
        self, query: SearchQuery, limit: int = 50, following: int | None = None
    ) -> SearchPage:
        """The messages of all sessions that match; what is owed is saved first.

        Args:
            query: What they must be like.
            limit: How many at most.
            following: The page before's `following`.
        """
        await self.save_all()
        return await self._store.search(query, limit, following)

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
        await self._live.acknowledged(message)

    async def clear_conversation(self, session_id: str) -> tuple[Message, ...]:
        """Remove all messages and keep the session; gives them, for undo."""
        session = await self._existing(session_id)
        removed = tuple(session.messages)
        ids = tuple(message.id for message in removed)
        await written(self.change(session.id, MessagesRemoved(ids, self._now())))
        return removed

    # ---- replies, edits and whatever else changes a session in memory

    def change(self, session_id: SessionId, change: Change) -> Recording:
        """Let `change` happen to a session in memory, and have it made durable.

        The views know when this returns. The recording ends with the reason if the disk
        refused; the change then stays in memory and the auto-save tries again.

        Raises:
            KeyError: The session is not in memory; `hold` keeps it there.
        """
        return self._live.change(session_id, change)

    def grow(self, session_id: SessionId, growth: MessageGrew) -> None:
        """Let a message grow in memory; the text is durable within a second."""
        self._live.grow(session_id, growth)

    def hold(self, session_id: SessionId) -> None:
        """Keep a session in memory while a reply arrives in it."""
        self._live.hold(session_id)

    def release(self, session_id: SessionId) -> None:
        """The reply has ended."""
        self._live.release(session_id)

    # ---- saving

    async def save_session(self, session_id: str | None = None) -> bool:
        """Save one session now (the current one without an id).

        False if that failed or there is no such session; one that is not in memory is saved.
        """
        chosen = session_id or self.current_id
        if chosen is None:
            return False
        checked = check_session_id(chosen)
        if checked not in self._live:
            return self.catalogue.get(checked) is not None
        return await self._live.save(checked)

    async def save_all(self) -> bool:
        """Save every session that changed; False if one could not be written."""
        return await self._live.save_all()

    async def _save_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._autosave_seconds)
            await self.save_all()
            self._live.let_go_of_idle(self.current_id)

    # ---- finding, making, losing

    async def _free_id(self, wanted: SessionId) -> SessionId:
        # A damaged file is listed but cannot be obtained; one made elsewhere may not be listed.
        while self.catalogue.get(wanted) or await self._live.obtain(wanted):
            wanted = new_session_id()
        return wanted

    async def _create(
        self,
        session_id: SessionId,
        user_name: str,
        metadata: dict[str, Any],
        title: str | None = None,
    ) -> Session:
        """A new session; if the disk refuses it, `save_failed` says so and it stays in memory."""
        session, recording = self._make(session_id, user_name, metadata, title)
        await asyncio.shield(recording)
        return session

    def _make(
        self,
        session_id: SessionId,
        user_name: str,
        metadata: dict[str, Any],
        title: str | None = None,
    ) -> tuple[Session, Recording]:
        moment = self._clock.now()
        session = Session(
            id=session_id,
            day=self._clock.local(moment).date().isoformat(),
            user_name=storable(user_name),
            started_at=timestamp(moment),
            last_updated=timestamp(moment),
            title=title and storable(title),
            metadata={"type": "chat", **metadata},
            revision=1,
        )
        self.catalogue.put(summarise(session))
        return session, self._live.add(session)

    def _gone(self, session_id: SessionId) -> None:
        self.catalogue.remove(session_id)
        if self.current_id is not None and session_key(self.current_id) == session_key(session_id):
            self.clear_current_session()

    def _make_current(self, session_id: SessionId | None) -> None:
        if self.current_id != session_id:
            self.current_id = session_id
            self.current_changed.emit(session_id)

    def _now(self) -> str:
        return timestamp(self._clock.now())

    # ---- telling

    def _on_changed(self, session: Session, change: Change) -> None:
        match change:
            case MessageGrew(message_id):
                if (grown := session.message(message_id)) is not None:
                    self.message_changed.emit(session.id, grown)
                return
            case MessageAdded(message):
                self.message_added.emit(session.id, message)
            case MessageReplaced(message):
                self.message_changed.emit(session.id, message)
            case ErrorNoted(error):
                self.error_noted.emit(session.id, error)
            case HeaderChanged():
                pass
            case _:
                self.messages_reset.emit(session.id)
        self.catalogue.put(summarise(session))
        self.session_changed.emit(session.id)

    def _on_changed_outside(self, session_ids: frozenset[SessionId]) -> None:
        for session_id in session_ids:
            self._tasks.start(self._look_again(session_id), name=f"look at {session_id} again")

    async def _look_again(self, session_id: SessionId) -> None:
        """Take in what another program did to a session."""
        summary = await self._store.summary(session_id)
        if summary is None and self._live.forget_unless_owed(session_id):
            self._gone(session_id)
        elif not await self._live.look_again(session_id) and summary is not None:
            self.catalogue.put(summary)

    def _on_mended(self, session_id: SessionId) -> None:
        self.mended.emit(session_id)

    def _on_saved(self, session: Session) -> None:
        self.saved.emit(session.id, self._clock.now())

    def _on_save_failed(self, session: Session, error: StorageError) -> None:
        self.save_failed.emit(session.id, error)
