"""The thread that answers questions about all sessions, and keeps its index true.

Work is done in the order it was asked for, in pieces of some milliseconds, so a
search does not wait for a rebuild of the index.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from chatapp.domain.errors import StorageError
from chatapp.domain.ids import session_key
from chatapp.storage.disk import storage_error
from chatapp.storage.index import Index
from chatapp.storage.librarian import Librarian
from chatapp.storage.search import SearchPage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator
    from pathlib import Path

    from chatapp.domain.ids import SessionId
    from chatapp.domain.session import SessionSummary
    from chatapp.storage.documents import Version
    from chatapp.storage.files import Files
    from chatapp.storage.librarian import Changes
    from chatapp.storage.places import Places
    from chatapp.storage.search import SearchQuery

T = TypeVar("T")

_ROOM = "Free some space; the chats themselves are safe in their files."


class Desk:
    """Asks the librarian, on the librarian's own thread.

    Args:
        files: The file system.
        places: Where the sessions lie; not shared with another thread.
        cache: The folder of the index.
        adopt: Brings a file with a foreign name where it belongs.
    """

    def __init__(
        self,
        files: Files,
        places: Places,
        cache: Path,
        adopt: Callable[[Path], Awaitable[SessionId | None]],
    ) -> None:
        self._librarian = Librarian(files, places, Index(cache))
        self._adopt = adopt
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="chatapp-index")
        self._checking = asyncio.Lock()

    async def open(self) -> None:
        """Open the index, or begin a new one."""
        await self._run(self._librarian.index.open)

    async def close(self) -> None:
        """Close the index."""
        await self._run(self._librarian.index.close)
        self._thread.shutdown()

    # ---- answering

    async def summaries(self) -> list[SessionSummary]:
        """Every session, as the files are now, newest activity first."""
        await self.check()
        return await self._run(self._librarian.index.summaries)

    async def first_page(self, limit: int) -> list[SessionSummary]:
        """The newest sessions as the index knows them, without a look at the files."""
        return await self._run(lambda: self._librarian.index.summaries(limit))

    async def summary(self, session_id: SessionId) -> SessionSummary | None:
        """The summary of one session, or None."""
        return await self._run(lambda: self._librarian.index.summary(session_key(session_id)))

    async def search(
        self, query: SearchQuery, limit: int, following: int | None = None
    ) -> SearchPage:
        """One page of hits; nothing, if a newer search came in between."""
        self._librarian.index.interrupt()
        try:
            return await self._run(lambda: self._librarian.search(query, limit, following))
        except sqlite3.OperationalError:
            return SearchPage([])

    # ---- keeping up

    async def took(self, path: Path, before: Version | None, after: Version) -> None:
        """A session file was written by this program."""
        with contextlib.suppress(sqlite3.Error, StorageError):  # the next check makes up for it
            await self._run(lambda: self._librarian.took(path, before, after))

    async def gone(self, path: Path) -> None:
        """A session file was moved away by this program."""
        with contextlib.suppress(sqlite3.Error, StorageError):
            await self._run(lambda: self._librarian.gone(path))

    async def check(self, days: Iterable[str] | None = None) -> set[SessionId]:
        """Compare the folder with the index; gives the sessions that changed.

        A damaged index is thrown away and made anew.

        Raises:
            StorageError: The folder cannot be read, or there can be no index.
        """
        try:
            return await self._take_in(self._librarian.check(days))
        except sqlite3.DatabaseError:
            await self._throw_away()
        try:
            return await self._take_in(self._librarian.check())
        except sqlite3.DatabaseError as error:
            raise StorageError("The list of the chats cannot be kept.", _ROOM) from error

    async def check_changed_folders(self, also: Iterable[str] = ()) -> set[SessionId]:
        """The same for days whose folders changed, and those in `also`."""
        try:
            return await self._take_in(self._librarian.check_changed_folders(also))
        except sqlite3.DatabaseError:
            return await self.check()

    async def rebuild(self) -> None:
        """Throw the index away and make it anew from the files."""
        await self._throw_away()
        await self.check()

    async def rebuild_if_worn(self) -> bool:
        """Make it anew if too much of it is out of date."""
        worn = await self._run(lambda: self._librarian.index.is_worn)
        if worn:
            await self.rebuild()
        return worn

    async def _throw_away(self) -> None:
        async with self._checking:
            await self._run(self._librarian.index.throw_away)
            await self._run(self._librarian.index.open)

    async def _take_in(self, slices: Iterator[Changes]) -> set[SessionId]:
        async with self._checking:
            changed, strays = await self._drain(slices)
            days = {path.parent.name for path in strays}
            for path in strays:
                session_id = await self._adopt(path)
                if session_id is not None:
                    changed.add(session_id)
                    days |= await self._run(functools.partial(self._days_of, session_id))
            if days:  # what was renamed or merged
                changed |= (await self._drain(self._librarian.check(days)))[0]
        return changed

    async def _drain(self, slices: Iterator[Changes]) -> tuple[set[SessionId], list[Path]]:
        changed: set[SessionId] = set()
        strays: list[Path] = []
        while (changes := await self._run(lambda: next(slices, None))) is not None:
            changed |= changes.sessions
            strays += changes.strays
        return changed, strays

    def _days_of(self, session_id: SessionId) -> set[str]:
        place = self._librarian.index.place_of(session_key(session_id))
        return set() if place is None else {place[0]}

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except OSError as error:
            raise storage_error(error) from error
