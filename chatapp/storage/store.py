"""The door between the session manager and whatever keeps its sessions."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from chatapp.domain.changes import Change
    from chatapp.domain.ids import SessionId
    from chatapp.domain.session import Session, SessionSummary
    from chatapp.kit.signal import Signal
    from chatapp.storage.backup import Backup
    from chatapp.storage.doctor import Finding
    from chatapp.storage.search import SearchPage, SearchQuery


@dataclass(frozen=True, slots=True)
class TrashedSession:
    """A deleted session that can still be restored.

    Attributes:
        deleted_at: When it was deleted, as a timestamp.
        days: How many days it was seen to lie in the trash, as of the last look.
    """

    session_id: SessionId
    day: str
    title: str
    deleted_at: str
    days: float = 0.0


class Taken(enum.StrEnum):
    """What became of a session of a backup."""

    NEW = "new"
    MERGED = "merged"
    SAME = "same"


@dataclass(slots=True)
class Restored:
    """What a backup brought.

    Attributes:
        new: Sessions that were not there.
        merged: Sessions that had something added.
        same: Sessions that had it all.
        unreadable: Names of members that are no chats, or whose chat cannot be merged.
    """

    new: int = 0
    merged: int = 0
    same: int = 0
    unreadable: list[str] = field(default_factory=list)


class SessionStore(Protocol):
    """Keeps sessions. Every method is called on the event-loop thread and never blocks it.

    Attributes:
        changed_outside: Another program changed, added or removed these sessions' files.
        mended: A session's file was damaged; what could be saved of it was, and a copy kept.

    Raises:
        StorageError: From every method, where the disk refuses; nothing is half done then.
    """

    changed_outside: Signal[frozenset[SessionId]]
    mended: Signal[SessionId]

    async def open(self) -> None:
        """Make ready, and recover what an earlier run left unfinished."""
        ...

    async def record(
        self, session: Session, changes: Sequence[Change], *, durable: bool = True
    ) -> None:
        """Keep changes that `session` has already taken.

        Returns when they survive a crash of the machine. With `durable=False` (streamed
        text) it may return at once and make them durable within a second.
        """
        ...

    async def save(self, snapshot: Session, *, now: bool = False) -> Session | None:
        """Make the session's own file equal to `snapshot`, and to what others saved in it.

        Args:
            snapshot: The session as it should be.
            now: Even if the file is large and little of it is new.

        Returns:
            What the file holds: `snapshot` itself, or that merged with what another
            program had saved. None if the write was put off; the journal keeps it.
        """
        ...

    async def read(self, session_id: SessionId) -> Session | None:
        """The session as it is kept, or None if there is none."""
        ...

    async def summaries(self) -> list[SessionSummary]:
        """Every session, in no particular order; a damaged one says so in its summary."""
        ...

    async def summary(self, session_id: SessionId) -> SessionSummary | None:
        """The summary of one session, or None if there is none."""
        ...

    async def search(
        self, query: SearchQuery, limit: int = 50, following: int | None = None
    ) -> SearchPage:
        """The messages that match. A new search ends one that still runs.

        Args:
            query: What they must be like.
            limit: How many at most.
            following: The page before's `following`.
        """
        ...

    async def delete(self, session_id: SessionId) -> bool:
        """Move the session to the trash; False if there is none."""
        ...

    async def restore(self, session_id: SessionId) -> bool:
        """Bring the newest trashed session of this id back, byte for byte."""
        ...

    async def trash(self) -> list[TrashedSession]:
        """What can be restored, newest first."""
        ...

    async def examine(self) -> list[Finding]:
        """Look at every session, mend what loses nothing, and say what was wrong."""
        ...

    async def back_up(self, target: Path, extra: Mapping[str, bytes] | None = None) -> Backup:
        """Write every session into one file, verified; `extra` adds files by name."""
        ...

    async def restore_backup(self, source: Path, *, dry_run: bool = False) -> Restored:
        """Merge a backup in, or only say what that would do."""
        ...

    async def empty_trash(self, days: float | None = None) -> list[SessionId]:
        """Remove for good what lies in the trash longer than `days`; without it, everything.

        Returns:
            Keys of the sessions of which nothing is left.
        """
        ...

    async def close(self) -> None:
        """Write what is still owed and let go of the folder."""
        ...
