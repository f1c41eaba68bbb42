"""Looks at the whole library and changes nothing, while other windows go on.

`Doctor` mends what can be mended without loss; this says what there is to mend, and
what only a person can decide.
"""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from chatapp.domain.ids import session_key
from chatapp.domain.session import summarise
from chatapp.storage import codec
from chatapp.storage.doctor import Finding, foreign_folders, troubles
from chatapp.storage.documents import LeftAloneError, read_version
from chatapp.storage.index import Index
from chatapp.storage.journal import SEGMENT
from chatapp.storage.places import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chatapp.storage.documents import Version
    from chatapp.storage.files import Files, Signature
    from chatapp.storage.places import Places

_REPAIR = "“chatapp doctor --repair” {}; nothing is lost by it."
_SALVAGE = _REPAIR.format("keeps its bytes aside and saves every whole message")
_RECOUNT = _REPAIR.format("writes it anew")
_BRING_HOME = _REPAIR.format("merges it and moves the copy to the trash")
_RENAME = _REPAIR.format("gives it the name it should have")
_SWEEP = _REPAIR.format("brings it into the files")
_REBUILD = _REPAIR.format("makes it anew from the files")


class Checkup:
    """One look at everything. May run on any thread; its `places` are its own.

    Attributes:
        chats: How many session files were read.
    """

    def __init__(self, files: Files, places: Places, state: Path, cache: Path) -> None:
        self.chats = 0
        self._files = files
        self._places = places
        self._journals = state / "journal"
        self._index = Index(cache).path
        self._homes: dict[str, list[str]] = defaultdict(list)  # session key -> its files
        self._told: dict[tuple[str, str], tuple[Signature, int, str]] = {}

    def findings(self) -> Iterator[Finding]:
        """Everything that is not as it should be."""
        yield from foreign_folders(self._files, self._places)
        for day in self._places.days():
            names = [name for name, _ in self._places.session_files(day)]
            for name in sorted(names):
                yield from self._file(self._places.root / day / name)
            yield from _twins(day, names)
        yield from self._homeless()
        yield from self._left_overs()
        yield from self._compare_index()

    def kept(self, below: Path) -> int:
        """How many files lie in the trash or in the quarantine."""
        return sum(1 for _ in self._places.kept(below))

    # ---- the files

    def _file(self, path: Path) -> Iterator[Finding]:
        label = f"{path.parent.name}/{path.name}"
        self.chats += 1
        try:
            version = read_version(self._files, path)
            raw = self._files.read(path)
        except FileNotFoundError:  # moved since it was listed
            self.chats -= 1
        except LeftAloneError as reason:
            yield _finding(label, str(reason), "It is left as it is.")
        except codec.DamagedFile as damage:
            yield _finding(label, str(damage), _SALVAGE)
        except OSError as error:
            why = (error.strerror or "unknown reason").lower()
            yield _finding(label, f"It cannot be read ({why}).", "Check its permissions.")
        else:
            yield from self._content(path, label, raw, version)

    def _content(self, path: Path, label: str, raw: bytes, version: Version) -> Iterator[Finding]:
        session = version.session
        self._homes[session_key(session.id)].append(label)
        summary = summarise(session)
        place = (path.parent.name, path.name)
        self._told[place] = (version.signature, summary.total_messages, summary.title)
        if zlib.crc32(raw) == version.checksum:  # else it was saved just now
            for trouble in troubles(raw, version):
                yield _finding(label, trouble, _RECOUNT)

    def _homeless(self) -> Iterator[Finding]:
        for key, labels in self._homes.items():
            home, *copies = sorted(labels, key=lambda label: _name(label) != f"{key}{SUFFIX}")
            if _name(home) != f"{key}{SUFFIX}":
                yield _finding(home, "Its name is not that of the chat in it.", _RENAME)
            for copy in copies:
                what = f"It holds the same chat as {home}, as after a conflict between machines."
                yield _finding(copy, what, _BRING_HOME)

    # ---- what was left

    def _left_overs(self) -> Iterator[Finding]:
        segments: Counter[str] = Counter()
        with contextlib.suppress(OSError):
            for name, _ in self._files.entries(self._journals):
                if match := SEGMENT.fullmatch(name):
                    segments[match["instance"]] += 1
        for instance in segments:
            if not self._is_alive(instance):
                what = "A start of the program that ended early left words in its journal."
                yield _finding(f"journal {instance}", what, _SWEEP)
        for left in self._places.temporaries():
            if not self._is_alive(left.instance):
                what = "A save that was cut short left this temporary file."
                yield _finding(f"{left.day}/{left.path.name}", what, _SWEEP)

    def _is_alive(self, instance: str) -> bool:
        path = self._journals / f"{instance}.lock"
        if self._files.signature(path) is None:
            return False
        try:
            lock = self._files.lock(path)
        except OSError:  # nobody can tell here
            return True
        if lock is not None:
            lock.release()
        return lock is None

    # ---- the index

    def _compare_index(self) -> Iterator[Finding]:
        if self._files.signature(self._index) is None:
            return  # the next start makes it
        try:
            wrong = self._wrong_rows()
        except sqlite3.OperationalError:  # held, or in a place that cannot be written to
            return
        except sqlite3.DatabaseError:
            yield _finding("index", "The index of the search is damaged.", _REBUILD)
            return
        if wrong:
            what = f"The index says something else of {wrong} chats than their files do."
            yield _finding("index", what, _REBUILD)

    def _wrong_rows(self) -> int:
        """How many rows are of a file as it is now, and yet not true."""
        with contextlib.closing(
            sqlite3.connect(f"{self._index.as_uri()}?mode=ro", uri=True)
        ) as index:
            if index.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("damaged")
            rows = index.execute(
                "SELECT day, name, mtime_ns, ctime_ns, size, inode, total, title FROM session"
                " WHERE damage = ''"
            )
            wrong = 0
            for day, name, *rest in rows:
                told = self._told.get((day, name))
                is_current = told is not None and tuple(told[0]) == tuple(rest[:4])
                wrong += is_current and told is not None and told[1:] != tuple(rest[4:])
        return wrong


def _twins(day: str, names: list[str]) -> Iterator[Finding]:
    spellings: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        spellings[name.lower()].append(name)
    for twins in spellings.values():
        if len(twins) > 1:
            what = f"Only capital letters tell its name from {twins[0]}; other systems cannot."
            for name in twins[1:]:
                yield _finding(f"{day}/{name}", what, _BRING_HOME)


def _name(label: str) -> str:
    return label.rpartition("/")[2]


def _finding(file: str, what: str, remedy: str) -> Finding:
    return Finding(file, what, remedy, repaired=False)
