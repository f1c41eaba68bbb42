"""Sessions in memory only: for tests, and for a chat that must leave no trace."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from chatapp.domain.errors import StorageError
from chatapp.domain.ids import SessionId, session_key
from chatapp.domain.session import summarise
from chatapp.kit.clock import SystemClock, timestamp
from chatapp.kit.signal import Signal
from chatapp.storage.search import SearchHit, SearchPage
from chatapp.storage.store import TrashedSession

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from chatapp.domain.changes import Change
    from chatapp.domain.session import Session, SessionSummary
    from chatapp.kit.clock import Clock
    from chatapp.storage.backup import Backup
    from chatapp.storage.doctor import Finding
    from chatapp.storage.search import SearchQuery
    from chatapp.storage.store import Restored


class MemoryStore:
    """Keeps snapshots, never the living object.

    Attributes:
        changed_outside: Never emitted by itself; a test may.
        mended: Likewise.
        refusal: While set, every write raises it, like a full disk.
        saves: Ids in the order they were saved.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.changed_outside: Signal[frozenset[SessionId]] = Signal()
        self.mended: Signal[SessionId] = Signal()
        self.refusal: StorageError | None = None
        self.saves: list[SessionId] = []
        self._clock = clock or SystemClock()
        self._sessions: dict[str, Session] = {}
        self._trash: list[tuple[str, Session]] = []

    async def open(self) -> None:
        """Nothing to recover."""

    async def record(
        self, session: Session, changes: Sequence[Change], *, durable: bool = True
    ) -> None:
        """Keep the session as it is now."""
        self._refuse()
        self._sessions[session_key(session.id)] = session.snapshot()

    async def save(self, snapshot: Session, *, now: bool = False) -> Session | None:
        """Keep `snapshot`."""
        self._refuse()
        self.saves.append(snapshot.id)
        self._sessions[session_key(snapshot.id)] = snapshot.snapshot()
        return snapshot

    async def read(self, session_id: SessionId) -> Session | None:
        """A copy of what is kept, or None."""
        kept = self._sessions.get(session_key(session_id))
        return kept.snapshot() if kept else None

    async def summaries(self) -> list[SessionSummary]:
        """One for each session kept."""
        return [summarise(session) for session in self._sessions.values()]

    async def summary(self, session_id: SessionId) -> SessionSummary | None:
        """The summary of one session, or None."""
        kept = self._sessions.get(session_key(session_id))
        return summarise(kept) if kept else None

    async def search(
        self, query: SearchQuery, limit: int = 50, following: int | None = None
    ) -> SearchPage:
        """Messages that contain every text sought; filters are not looked at."""
        sought = [text.casefold() for text in query.sought]
        hits = [
            SearchHit(
                *(session.id, session.title or session.preview, message.id, message.role),
                *(message.timestamp, message.content, row),
            )
            for session in self._sessions.values()
            for row, message in enumerate(session.messages)
            if all(text in message.content.casefold() for text in sought)
        ]
        newest = sorted(hits, key=lambda hit: hit.timestamp, reverse=True)
        return SearchPage(newest[:limit])

    async def delete(self, session_id: SessionId) -> bool:
        """Move to the trash list."""
        self._refuse()
        session = self._sessions.pop(session_key(session_id), None)
        if session is not None:
            self._trash.append((timestamp(self._clock.now()), session))
        return session is not None

    async def restore(self, session_id: SessionId) -> bool:
        """Take back from the trash list."""
        key = session_key(session_id)
        for entry in reversed(self._trash):
            if session_key(entry[1].id) == key and key not in self._sessions:
                self._trash.remove(entry)
                self._sessions[key] = entry[1]
                return True
        return False

    async def trash(self) -> list[TrashedSession]:
        """What can be restored, newest first."""
        return [
            TrashedSession(session.id, session.day, session.title or session.preview, at)
            for at, session in reversed(self._trash)
        ]

    async def examine(self) -> list[Finding]:
        """Memory has no files that could be damaged."""
        return []

    async def back_up(self, target: Path, extra: Mapping[str, bytes] | None = None) -> Backup:
        """Memory leaves no trace.

        Raises:
            StorageError: Always.
        """
        raise StorageError("These chats are kept in memory only.")

    async def restore_backup(self, source: Path, *, dry_run: bool = False) -> Restored:
        """As `back_up`.

        Raises:
            StorageError: Always.
        """
        raise StorageError("These chats are kept in memory only.")

    async def empty_trash(self, days: float | None = None) -> list[SessionId]:
        """Forget what was deleted longer than `days` ago; without it, everything."""
        self._refuse()
        limit = timestamp(self._clock.now() - dt.timedelta(days=days or 0))
        due = [entry for entry in self._trash if days is None or entry[0] <= limit]
        self._trash = [entry for entry in self._trash if entry not in due]
        kept = {session_key(session.id) for _, session in self._trash} | self._sessions.keys()
        gone = dict.fromkeys(session_key(session.id) for _, session in due)
        return [SessionId(key) for key in gone if key not in kept]

    async def close(self) -> None:
        """Nothing is owed."""

    def _refuse(self) -> None:
        if self.refusal is not None:
            raise self.refusal
