"""The store of the program: durable at once, readable JSON files within seconds.

A front for the storage engine: the engine lives on one thread, this lives on the
event loop, and only values and snapshots cross.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from typing import TYPE_CHECKING, TypeVar

from chatapp.domain.errors import StorageError
from chatapp.domain.ids import SessionId, session_key
from chatapp.kit.clock import SystemClock
from chatapp.kit.signal import Signal
from chatapp.kit.tasks import Tasks
from chatapp.storage import codec
from chatapp.storage.disk import storage_error
from chatapp.storage.engine import Engine
from chatapp.storage.entries import Began, Changed
from chatapp.storage.files import RealFiles
from chatapp.storage.places import Places
from chatapp.storage.session_files import UnsettledError
from chatapp.storage.store import Restored, Taken, TrashedSession
from chatapp.storage.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from chatapp.domain.changes import Change
    from chatapp.domain.session import Session, SessionSummary
    from chatapp.kit.clock import Clock
    from chatapp.storage.backup import Backup
    from chatapp.storage.desk import Desk
    from chatapp.storage.doctor import Finding
    from chatapp.storage.documents import Version
    from chatapp.storage.files import Files
    from chatapp.storage.search import SearchPage, SearchQuery

T = TypeVar("T")

TICK_SECONDS = 5.0
SETTLING_SECONDS = 2.0  # an editor that empties a file, then writes it, is given this long
STREAMED_TEXT_SECONDS = 0.7  # with the quarter the manager waits, streamed text is safe in one


class JournaledStore:
    """Sessions in dated JSON files behind a journal.

    Attributes:
        changed_outside: Another program changed, added or removed these sessions' files.
        mended: A session's file was damaged; what could be saved of it was, and a copy kept.
    """

    def __init__(
        self,
        sessions: Path,
        state: Path,
        cache: Path,
        *,
        clock: Clock | None = None,
        files: Files | None = None,
        tick_seconds: float = TICK_SECONDS,
    ) -> None:
        self.changed_outside: Signal[frozenset[SessionId]] = Signal()
        self.mended: Signal[SessionId] = Signal()
        clock, files = clock or SystemClock(), files or RealFiles()
        self._files, self._clock = files, clock
        self._engine = Engine(files, sessions, state, clock)
        self._desk_needs = (files, Places(files, sessions, clock), cache, self._adopt)
        self._desk: Desk | None = None
        self._tasks = Tasks()
        self._tick_seconds = tick_seconds
        self._begun: set[str] = set()  # sessions whose beginning the journal or a file holds
        self._sync_soon: asyncio.TimerHandle | None = None
        self._thread: Worker | None = None

    # ---- life

    async def open(self) -> None:
        """Recover what an earlier run left, and begin to look after the files; twice is fine."""
        if self._thread is not None:
            return
        self._thread = Worker("chatapp-store", self._engine.append)
        await self._run(self._engine.open)
        from chatapp.storage.desk import Desk  # sqlite3 is on nobody's way to the first picture

        self._desk = Desk(*self._desk_needs)
        await self._desk.open()
        self._tasks.start(self._tick_for_ever(), name="look after the session files")

    async def close(self) -> None:
        """Let go of the folder; what is saved leaves no journal behind."""
        if self._thread is None:
            return
        await self._tasks.close()
        if self._sync_soon is not None:
            self._sync_soon.cancel()
        if self._desk is not None:
            await self._desk.close()
            self._desk = None
        await self._run(self._engine.close)
        self._worker.stop()
        self._thread = None

    # ---- the protocol

    async def record(
        self, session: Session, changes: Sequence[Change], *, durable: bool = True
    ) -> None:
        """Write changes to the journal; durable ones return when they are safe."""
        entries: list[Began | Changed] = [
            Changed(session.id, session.day, change) for change in changes
        ]
        key = session_key(session.id)
        if key not in self._begun:
            self._begun.add(key)
            entries.insert(0, Began(session.id, session.day, codec.encode(session)))
        try:
            await self._worker.append(entries, durable=durable)
        except OSError as error:
            self._begun.discard(key)  # the journal may lack its beginning; say it again next time
            raise storage_error(error) from error
        self._sync_later(wanted=not durable)

    async def save(self, snapshot: Session, *, now: bool = False) -> Session | None:
        """Bring the file up to date; None if that is put off for a large one."""
        key = session_key(snapshot.id)

        def work() -> tuple[Session | None, Path, Version | None, Version | None]:
            versions = self._engine.session_files.versions
            before = versions.get(key)
            kept = self._engine.save(snapshot, now=now)
            path = self._engine.places.home(snapshot.id, snapshot.day)
            return kept, path, before, versions.get(key)

        try:
            kept, path, before, after = await self._run(work)
        finally:
            self._tell_mended()
        if after is not None and after is not before:
            await self._answering.took(path, before, after)
        return kept

    async def read(self, session_id: SessionId) -> Session | None:
        """The session in the file; a damaged one is given time, then mended."""
        try:
            try:
                session = await self._run(lambda: self._engine.read(session_id))
            except UnsettledError:
                await asyncio.sleep(SETTLING_SECONDS)
                session = await self._run(lambda: self._engine.read(session_id, patient=False))
        finally:
            self._tell_mended()
        if session is not None:
            self._begun.add(session_key(session_id))
        return session

    async def summaries(self) -> list[SessionSummary]:
        """One summary for each file, damaged ones with their reason."""
        return await self._answering.summaries()

    async def first_page(self, limit: int) -> list[SessionSummary]:
        """The newest sessions as the index last knew them, at once."""
        return await self._answering.first_page(limit)

    async def summary(self, session_id: SessionId) -> SessionSummary | None:
        """The summary of one session, or None."""
        return await self._answering.summary(session_id)

    async def search(
        self, query: SearchQuery, limit: int = 50, following: int | None = None
    ) -> SearchPage:
        """The messages that match, the newest first."""
        return await self._answering.search(query, limit, following)

    async def delete(self, session_id: SessionId) -> bool:
        """Move the session to the trash; False if there is none."""
        self._begun.discard(session_key(session_id))
        path = await self._run(lambda: self._engine.delete(session_id))
        if path is not None:
            await self._answering.gone(path)
        return path is not None

    async def restore(self, session_id: SessionId) -> bool:
        """Bring the newest trashed session of this id back, byte for byte."""
        path = await self._run(lambda: self._engine.restore(session_id))
        if path is not None:
            await self._answering.check([path.parent.name])
        return path is not None

    async def trash(self) -> list[TrashedSession]:
        """What can be restored, newest first."""
        return await self._run(self._engine.trashed)

    async def examine(self) -> list[Finding]:
        """Look at every file and mend what can be mended without loss."""
        from chatapp.storage.doctor import Doctor

        doctor = Doctor(self._files, self._engine)
        findings = await self._run(lambda: list(doctor.examine()))
        await self._answering.rebuild()
        return findings

    async def back_up(self, target: Path, extra: Mapping[str, bytes] | None = None) -> Backup:
        """Write every session into a zip at `target`, and verify it."""
        from chatapp.storage import backup

        places = Places(self._files, self._engine.places.root, self._clock)
        stop = threading.Event()
        try:
            return await asyncio.to_thread(backup.make, self._files, places, target, extra, stop)
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            remedy = "Free some space, or choose another place for it."
            raise StorageError(f"The backup was not written ({reason}).", remedy) from error
        finally:
            stop.set()  # whoever waited may have been cancelled

    async def restore_backup(self, source: Path, *, dry_run: bool = False) -> Restored:
        """Merge the sessions of a backup in, if all of it can be trusted."""
        from chatapp.storage import backup_reader

        await asyncio.to_thread(backup_reader.check, source)
        restored = Restored()
        reading = backup_reader.sessions_in(source)
        while (read := await asyncio.to_thread(next, reading, None)) is not None:
            taken = await self._take(read.session, dry_run=dry_run)
            restored.new += taken is Taken.NEW
            restored.merged += taken is Taken.MERGED
            restored.same += taken is Taken.SAME
            if taken is None:
                restored.unreadable.append(read.member)
        if not dry_run:
            self._tell_changed(await self._answering.check())
        return restored

    async def _take(self, session: Session | None, *, dry_run: bool) -> Taken | None:
        """Merge in one session of a backup; None if it is none, or its file must not be touched."""
        if session is None:
            return None
        work = functools.partial(self._engine.merge_in, session, dry_run=dry_run)
        try:
            return await self._worker.run(work)
        except codec.DamagedFile:
            return None
        except OSError as error:
            raise storage_error(error) from error

    async def empty_trash(self, days: float | None = None) -> list[SessionId]:
        """Remove for good what lies in the trash longer than `days`; without it, everything.

        The words of what went stay in the index until it is made anew, which is done here;
        until that is done, a search finds what is taken in so far.
        """
        emptying = self._engine.emptying
        gone = await self._run(lambda: emptying.run(days))
        if await self._run(lambda: emptying.ages.read().index_owed):
            await self._answering.rebuild()
            await self._run(lambda: emptying.ages.owe_index(owed=False))
        return gone

    # ---- inside

    @property
    def _answering(self) -> Desk:
        if self._desk is None:
            raise StorageError("The chats are closed.", "Start the program again.")
        return self._desk

    @property
    def _worker(self) -> Worker:
        if self._thread is None:
            raise StorageError("The chats are closed.", "Start the program again.")
        return self._thread

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await self._worker.run(work)
        except UnsettledError:
            raise
        except codec.DamagedFile as damage:
            raise StorageError(f"This chat cannot be opened. {damage}") from damage
        except OSError as error:
            raise storage_error(error) from error

    def _sync_later(self, *, wanted: bool) -> None:
        """Streamed text is synced within a second, unless something else does it first."""
        if wanted and self._sync_soon is None:
            loop = asyncio.get_running_loop()
            self._sync_soon = loop.call_later(STREAMED_TEXT_SECONDS, self._sync)
        elif not wanted and self._sync_soon is not None:
            self._sync_soon.cancel()
            self._sync_soon = None

    def _sync(self) -> None:
        self._sync_soon = None
        self._tasks.start(self._worker.append([], durable=True), name="sync streamed text")

    async def look_around(self) -> None:
        """Look at every file now, as when the window comes back after a while."""
        self._tell_changed(await self._answering.check())

    async def _tick_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._tick_seconds)
            try:
                late = await self._run(self._engine.tick)
                edited = await self._run(self._engine.edited_outside)
                days = [path.parent.name for path in await self._run(self._paths_of(edited))]
                found = await self._answering.check_changed_folders(days)
                self._tell_changed({session.id for session in late} | edited | found)
            except StorageError:
                continue  # whoever saves is told; this is tried again

    def _paths_of(self, session_ids: set[SessionId]) -> Callable[[], list[Path]]:
        find = self._engine.places.find
        return lambda: [path for one in session_ids if (path := find(one)) is not None]

    def _tell_changed(self, session_ids: set[SessionId]) -> None:
        if session_ids:
            self.changed_outside.emit(frozenset(session_ids))

    async def _adopt(self, path: Path) -> SessionId | None:
        try:
            return await self._run(lambda: self._engine.adopt(path))
        except StorageError:
            return None  # it stays where it is and is looked at again

    def _tell_mended(self) -> None:
        for session_id in self._engine.take_notices():
            self.mended.emit(session_id)
