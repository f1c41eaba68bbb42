"""Dated JSON files, `sessions/YYYY-MM-DD/<id>.json`: the only truth.

Every file is written whole and swapped in, so a reader sees the old session or
the new one. All files are touched on one thread, in the order asked; only
snapshots and bytes cross to it. A damaged file is listed with its reason and is
never written over.
"""

from __future__ import annotations

import asyncio
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from chatapp.domain.errors import StorageError
from chatapp.domain.ids import SessionId, session_key
from chatapp.domain.session import SessionSummary, summarise
from chatapp.kit.atomic import make_folder, replace_file, sync_folder
from chatapp.kit.clock import SystemClock, timestamp
from chatapp.storage import codec
from chatapp.storage.disk import storage_error
from chatapp.storage.store import TrashedSession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chatapp.domain.changes import Change
    from chatapp.domain.session import Session
    from chatapp.kit.clock import Clock

T = TypeVar("T")

STREAMED_TEXT_SECONDS = 1.0  # streamed text is written at most this often
TRASH = ".trash"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TRASHED = re.compile(r"(?P<id>[^.]+)\.(?P<at>\d{8}T\d{12}Z)\.json")


class JsonFileStore:
    """Sessions as readable files below one folder."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._folder = folder
        self._clock = clock or SystemClock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="chatapp-store")
        self._days: dict[str, str] = {}  # session key -> the name of its folder
        self._written: dict[str, tuple[int, float]] = {}  # key -> (revision, monotonic seconds)

    async def open(self) -> None:
        """See which sessions there are."""
        await self._run(self._look)

    async def record(
        self, session: Session, changes: Sequence[Change], *, durable: bool = True
    ) -> None:
        """Write the whole session; streamed text at most once a second."""
        _, at = self._written.get(session_key(session.id), (0, 0.0))
        if durable or time.monotonic() - at >= STREAMED_TEXT_SECONDS:
            await self.save(session.snapshot())

    async def save(self, snapshot: Session) -> None:
        """Replace the session's file, unless it holds this revision already."""
        await self._run(lambda: self._write(snapshot))

    async def read(self, session_id: SessionId) -> Session | None:
        """The session in the file, or None."""
        return await self._run(lambda: self._read(session_id))

    async def summaries(self) -> list[SessionSummary]:
        """One summary for each file, damaged ones with their reason."""
        return await self._run(self._summaries)

    async def delete(self, session_id: SessionId) -> bool:
        """Move the file to `.trash`."""
        return await self._run(lambda: self._delete(session_id))

    async def restore(self, session_id: SessionId) -> bool:
        """Move the newest trashed file of this id back."""
        return await self._run(lambda: self._restore(session_id))

    async def trash(self) -> list[TrashedSession]:
        """What lies in `.trash`, newest first."""
        return await self._run(self._list_trash)

    async def close(self) -> None:
        """Wait for the last write."""
        await self._run(lambda: None)
        self._thread.shutdown()

    # ---- on the store thread

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except OSError as error:
            raise storage_error(error) from error

    def _look(self) -> None:
        make_folder(self._folder)
        for day in self._day_folders(self._folder):
            for path in day.glob("*.json"):
                self._days.setdefault(session_key(path.stem), day.name)

    def _path(self, session_id: str) -> Path | None:
        key = session_key(session_id)
        day = self._days.get(key)
        if day is None:  # perhaps another program made it since
            self._look()
            day = self._days.get(key)
        if day is None:
            return None
        # A file made by hand may keep its capitals; ours are in lower case.
        exact = self._folder / day / f"{session_id}.json"
        return exact if exact.exists() else self._folder / day / f"{key}.json"

    def _write(self, snapshot: Session) -> None:
        key = session_key(snapshot.id)
        if self._written.get(key, (-1, 0.0))[0] == snapshot.revision:
            return
        day = self._days.setdefault(key, snapshot.day)
        exact = self._folder / day / f"{snapshot.id}.json"
        path = exact if exact.exists() else self._folder / day / f"{key}.json"
        make_folder(path.parent)
        replace_file(path, codec.encode_chunks(snapshot))
        self._written[key] = (snapshot.revision, time.monotonic())

    def _read(self, session_id: SessionId) -> Session | None:
        path = self._path(session_id)
        if path is None or not path.exists():
            return None
        try:
            session = codec.decode(path.read_bytes(), file_id=path.stem, day=path.parent.name)
        except codec.DamagedFile as damage:
            raise StorageError(f"This chat cannot be opened. {damage}") from damage
        self._written.pop(session_key(session_id), None)
        return session

    def _summaries(self) -> list[SessionSummary]:
        return [
            _summary(path)
            for day in self._day_folders(self._folder)
            for path in sorted(day.glob("*.json"))
        ]

    def _delete(self, session_id: SessionId) -> bool:
        path = self._path(session_id)
        if path is None or not path.exists():
            return False
        folder = self._folder / TRASH / path.parent.name
        make_folder(folder)
        path.rename(folder / f"{path.stem}.{self._clock.now():%Y%m%dT%H%M%S%f}Z.json")
        sync_folder(folder)
        sync_folder(path.parent)
        self._days.pop(session_key(session_id), None)
        self._written.pop(session_key(session_id), None)
        return True

    def _restore(self, session_id: SessionId) -> bool:
        key = session_key(session_id)
        if (living := self._path(session_id)) is not None and living.exists():
            return False
        trashed = [path for path in self._trashed_files() if _trashed_key(path) == key]
        if not trashed:
            return False
        newest = max(trashed, key=lambda path: path.name)
        folder = self._folder / newest.parent.name
        make_folder(folder)
        newest.rename(folder / f"{newest.name.split('.')[0]}.json")
        sync_folder(folder)
        sync_folder(newest.parent)
        self._days[key] = folder.name
        return True

    def _list_trash(self) -> list[TrashedSession]:
        entries = []
        for path in self._trashed_files():
            summary = _summary(path, file_id=path.name.split(".")[0])
            at = _TRASHED.fullmatch(path.name)
            entries.append(
                TrashedSession(
                    session_id=summary.session_id,
                    day=path.parent.name,
                    title=summary.title or summary.preview,
                    deleted_at=_written_moment(at["at"]) if at else "",
                )
            )
        return sorted(entries, key=lambda entry: entry.deleted_at, reverse=True)

    def _trashed_files(self) -> Iterator[Path]:
        for day in self._day_folders(self._folder / TRASH):
            yield from day.glob("*.json")

    @staticmethod
    def _day_folders(folder: Path) -> list[Path]:
        if not folder.is_dir():
            return []
        return sorted(day for day in folder.iterdir() if _DAY.fullmatch(day.name) and day.is_dir())


def _summary(path: Path, file_id: str | None = None) -> SessionSummary:
    file_id, day = file_id or path.stem, path.parent.name
    try:
        return summarise(codec.decode(path.read_bytes(), file_id=file_id, day=day))
    except codec.DamagedFile as damage:
        reason = str(damage)
    except OSError as error:
        reason = storage_error(error).sentence
    return SessionSummary(
        session_id=SessionId(file_id),
        day=day,
        title="",
        user_name="",
        started_at=f"{day}T00:00:00.000000Z",
        last_updated=f"{day}T00:00:00.000000Z",
        type="chat",
        total_messages=0,
        user_messages=0,
        assistant_messages=0,
        errors=0,
        preview="",
        damage=reason,
    )


def _trashed_key(path: Path) -> str:
    return session_key(path.name.split(".")[0])


def _written_moment(compact: str) -> str:
    import datetime as dt

    moment = dt.datetime.strptime(compact, "%Y%m%dT%H%M%S%fZ").replace(tzinfo=dt.UTC)
    return timestamp(moment)
