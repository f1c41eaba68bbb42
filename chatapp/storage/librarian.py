"""Keeps the index true to the folder, and answers from it.

The files are the truth: whoever changed them, the librarian finds out by comparing
signatures, reads what changed and takes it in, a few files at a time so that
questions are answered in between. Lives on the index thread.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from chatapp.domain.ids import SessionId
from chatapp.domain.session import SessionSummary, damaged_summary, summarise
from chatapp.kit.clock import sortable
from chatapp.storage import codec, fulltext, layout
from chatapp.storage.disk import storage_error
from chatapp.storage.documents import read_version
from chatapp.storage.index import BRANCHES
from chatapp.storage.index_search import Found, find, find_titles
from chatapp.storage.places import DAY
from chatapp.storage.search import SearchHit, SearchPage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from chatapp.domain.message import Message
    from chatapp.domain.session import Session
    from chatapp.storage.documents import Version
    from chatapp.storage.files import Files, Signature
    from chatapp.storage.index import Index
    from chatapp.storage.places import Places
    from chatapp.storage.search import SearchQuery

_SLICE_FILES = 64
_SLICE_BYTES = 4 << 20
_COARSE_NS = 2_000_000_000  # file systems that keep whole seconds, or every second one
_FINE_NS = 20_000_000  # the others step with the kernel's tick


class Changes(NamedTuple):
    """What a check found in one slice of work.

    Attributes:
        sessions: Ids of sessions that were added, changed or removed.
        strays: Files whose session belongs to another file.
    """

    sessions: frozenset[SessionId]
    strays: tuple[Path, ...] = ()


class Librarian:
    """Compares, takes in, and answers."""

    def __init__(self, files: Files, places: Places, index: Index) -> None:
        self.index = index
        self._files = files
        self._places = places
        self._folders: dict[str, int] = {}  # day -> `mtime_ns` at the last check

    # ---- keeping up

    def took(self, path: Path, before: Version | None, after: Version) -> None:
        """A session file was written by this program.

        Args:
            path: Which.
            before: What it held before, if that is known.
            after: What it holds now.
        """
        place = (path.parent.name, path.name)
        known = self.index.signature_at(*place)
        is_known = before is not None and known is not None and known[:4] == before.signature
        with self.index.transaction():
            self.index.put(
                place,
                after.signature,
                time.time_ns(),
                after.session,
                before.session if is_known and before is not None else None,
            )

    def gone(self, path: Path) -> None:
        """A session file was moved away by this program."""
        with self.index.transaction():
            self.index.remove((path.parent.name, path.name))

    def check(self, days: Iterable[str] | None = None) -> Iterator[Changes]:
        """Compare the folder with the index and take in what changed, slice by slice.

        Args:
            days: Only these; without it, all.
        """
        folders = self._day_folders()
        wanted = sorted({*folders, *self.index.days()} if days is None else set(days))
        is_news = False
        for day in wanted:  # the oldest first, so that numbers rise with time
            for batch in self._batches(self._differences(day)):
                with self.index.transaction():
                    changes = self._take_in(day, batch)
                is_news = True
                yield changes
            self._folders[day] = folders.get(day, 0)
        if is_news or days is None:
            # All of them: another program may have taken one in, and ended before it acted.
            strays = (self._places.root / day / name for day, name in self.index.strays())
            yield Changes(frozenset(), tuple(strays))

    def check_changed_folders(self, also: Iterable[str] = ()) -> Iterator[Changes]:
        """Check the days whose folders changed, and those in `also`. Cheap: one stat a folder."""
        folders = self._day_folders()
        changed = {
            day for day in {*folders, *self._folders} if folders.get(day) != self._folders.get(day)
        }
        yield from self.check({*changed, *also})

    def _day_folders(self) -> dict[str, int]:
        found = self._files.folders(self._places.root)
        return {day: at for day, at in found.items() if DAY.fullmatch(day)}

    def _differences(self, day: str) -> list[tuple[str, Signature | None]]:
        """Names whose signature is news; None for those that are gone."""
        known = self.index.signatures(day)
        news: list[tuple[str, Signature | None]] = []
        for name, signature in self._places.session_files(day):
            was = known.pop(name, None)
            if was is None or was[:4] != signature or _is_racy(signature, was[4]):
                news.append((name, signature))
        # A listing may miss a name that is being exchanged just now.
        folder = self._places.root / day
        return news + [
            (name, None) for name in known if self._files.signature(folder / name) is None
        ]

    def _batches(
        self, news: list[tuple[str, Signature | None]]
    ) -> Iterator[list[tuple[str, Signature | None]]]:
        batch: list[tuple[str, Signature | None]] = []
        size = 0
        for one in news:
            batch.append(one)
            size += one[1].size if one[1] is not None else 0
            if len(batch) == _SLICE_FILES or size > _SLICE_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _take_in(self, day: str, batch: list[tuple[str, Signature | None]]) -> Changes:
        changed: set[SessionId] = set()
        for name, signature in batch:
            path = self._places.root / day / name
            before = self.index.summary_at(day, name)
            after = None if signature is None else self._read(path, signature, before)
            if signature is None:
                self.index.remove((day, name))
            changed |= {one.session_id for one in (before, after) if one and before != after}
        return Changes(frozenset(changed))

    def _read(
        self, path: Path, signature: Signature, before: SessionSummary | None
    ) -> SessionSummary:
        """Take in one file, which was known as `before`; gives its summary."""
        seen = time.time_ns()
        place = (path.parent.name, path.name)
        session: Session | SessionSummary
        try:
            version = read_version(self._files, path)
            session, signature = version.session, version.signature
            after = summarise(session)
        except codec.DamagedFile as damage:
            after = session = damaged_summary(SessionId(path.stem), place[0], str(damage))
        except OSError as error:
            reason = storage_error(error).sentence
            after = session = damaged_summary(SessionId(path.stem), place[0], reason)
        known = None if before != after else self.index.signature_at(*place)
        if known is not None and known[:4] == signature:
            self.index.touch(place, seen)
        else:
            self.index.put(place, signature, seen, session)
        return after

    # ---- answering

    def search(self, query: SearchQuery, limit: int, below: int | None = None) -> SearchPage:
        """One page of hits, with the text around them read from the files."""
        found = find(self.index, query, limit, below)
        titles = find_titles(self.index, query, limit) if below is None else []
        hits = [
            SearchHit(SessionId(one.session_id), one.title, None, "", one.last_updated, one.title)
            for one in titles
        ]
        messages = [hit for one in found if (hit := self._hit(one, query)) is not None]
        if not query.best_first:
            messages.sort(key=lambda hit: sortable(hit.timestamp), reverse=True)
        more = len(found) == limit and not query.best_first
        return SearchPage(hits + messages, found[-1].number if more else None)

    def _hit(self, found: Found, query: SearchQuery) -> SearchHit | None:
        path = self._places.root / found.day / found.name
        try:
            message = self._message(path, found)
        except (OSError, ValueError):  # it changed since; the next check takes it in
            return None
        if message is None:
            return None
        summary = self.index.summary_at(found.day, found.name)
        return SearchHit(
            session_id=SessionId(path.stem) if summary is None else summary.session_id,
            title=found.title,
            message_id=message.id,
            role=message.role,
            timestamp=message.timestamp,
            snippet=fulltext.snippet(message.content, query.sought),
            row=None if found.is_branch else found.place,
        )

    def _message(self, path: Path, found: Found) -> Message | None:
        """One message of a file, without decoding the others where the layout allows."""
        raw = self._files.read(path)
        region = None if found.is_branch else layout.find_region(raw)
        if region is None:
            session = codec.decode(raw, file_id=path.stem, day=path.parent.name)
            messages = session.branches if found.is_branch else session.messages
            place = found.place % BRANCHES
            return messages[place] if place < len(messages) else None
        for place, border in enumerate(layout.borders(raw, region)):
            if place == found.place:
                return codec.decode_message(layout.objects(raw, [border])[0])
        return None


def _is_racy(signature: Signature, seen_ns: int) -> bool:
    """Whether the file was taken in so soon after a write that another may have the same time."""
    step = _FINE_NS if signature.mtime_ns % 1_000_000_000 else _COARSE_NS
    return abs(seen_ns - signature.mtime_ns) < step
