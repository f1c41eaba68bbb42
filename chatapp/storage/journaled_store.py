"""The store of the program: durable at once, readable JSON files within seconds.

A front for the storage engine: the engine lives on one thread, this lives on the
event loop, and only values and snapshots cross.
"""

from __future__ import annotations

import asyncio
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
from chatapp.storage.session_files import UnsettledError
from chatapp.storage.store import TrashedSession
from chatapp.storage.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from chatapp.domain.changes import Change
    from chatapp.domain.session import Session, SessionSummary
    from chatapp.kit.clock import Clock
    from chatapp.storage.files import Files

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
        *,
        clock: Clock | None = None,
        files: Files | None = None,
        tick_seconds: float = TICK_SECONDS,
    ) -> None:
        self.changed_outside: Signal[frozenset[SessionId]] = Signal()
        self.mended: Signal[SessionId] = Signal()
        self._engine = Engine(files or RealFiles(), sessions, state, clock or SystemClock())
        self._tasks = Tasks()
        self._tick_seconds = tick_seconds
        self._begun: set[str] = set()  # sessions whose beginning the journal or a file holds
        self._sync_soon: asyncio.TimerHandle | None = None
        self._thread: Worker | None = None

    # ---- life

    async def open(self) -> None:
        """Recover what an earlier run left, and begin to look after the files."""
        self._thread = Worker("chatapp-store", self._engine.append)
        await self._run(self._engine.open)
        self._tasks.start(self._tick_for_ever(), name="look after the session files")

    async def close(self) -> None:
        """Let go of the folder; what is saved leaves no journal behind."""
        if self._thread is None:
            return
        await self._tasks.close()
        if self._sync_soon is not None:
            self._sync_soon.cancel()
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
        try:
            return await self._run(lambda: self._engine.save(snapshot, now=now))
        finally:
            self._tell_mended()

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
        return await self._run(self._engine.summaries)

    async def delete(self, session_id: SessionId) -> bool:
        """Move the session to the trash; False if there is none."""
        self._begun.discard(session_key(session_id))
        return await self._run(lambda: self._engine.delete(session_id))

    async def restore(self, session_id: SessionId) -> bool:
        """Bring the newest trashed session of this id back, byte for byte."""
        return await self._run(lambda: self._engine.restore(session_id))

    async def trash(self) -> list[TrashedSession]:
        """What can be restored, newest first."""
        return await self._run(self._engine.trashed)

    # ---- inside

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

    async def _tick_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._tick_seconds)
            try:
                late = await self._run(self._engine.tick)
            except StorageError:
                continue  # whoever saves is told; this is tried again
            if late:
                self.changed_outside.emit(frozenset(session.id for session in late))

    def _tell_mended(self) -> None:
        for session_id in self._engine.take_notices():
            self.mended.emit(session_id)
