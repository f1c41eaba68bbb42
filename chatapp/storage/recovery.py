"""Bring what dead instances left in their journals into the session files.

It runs before the list is shown and may be killed anywhere: what is written is
written as any fold is, and segments go only after the files hold everything. What
an instance left counts as folded if its own words or the bytes of the file say so:
a `folded` entry, or a `folding` entry whose checksum is that of the file. Such
entries are not applied again, so a message removed by hand after its fold does not
come back; only if the file itself was damaged they are.
"""

from __future__ import annotations

import contextlib
import re
import zlib
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chatapp.domain.changes import MessageReplaced
from chatapp.domain.ids import SessionId, session_key
from chatapp.domain.message import Status
from chatapp.domain.session import Session
from chatapp.storage import codec, records
from chatapp.storage.documents import LeftAloneError, read_version
from chatapp.storage.entries import Began, Changed, Entry, Folded, Folding, Trashed, load
from chatapp.storage.journal import SEGMENT
from chatapp.storage.merge import merge

if TYPE_CHECKING:
    from pathlib import Path

    from chatapp.storage.files import Files
    from chatapp.storage.locks import Lock
    from chatapp.storage.places import Places
    from chatapp.storage.session_files import Say, SessionFiles

_LOCK = re.compile(r"(?P<instance>[0-9a-z]+)\.lock")


@dataclass(slots=True)
class _Told:
    """What one dead instance said of one session, in order, with sequence numbers."""

    day: str = ""
    entries: list[tuple[int, Began | Changed]] = field(default_factory=list)
    folds: list[Folding | Folded] = field(default_factory=list)

    @property
    def last(self) -> int:
        return self.entries[-1][0] if self.entries else 0


@dataclass(slots=True)
class DeadInstance:
    """An instance that ended without folding everything."""

    instance: str
    lock: Lock
    segments: list[Path]
    sessions: dict[str, _Told] = field(default_factory=lambda: defaultdict(_Told))


@dataclass(slots=True)
class Recovered:
    """What a recovery did.

    Attributes:
        sessions: Whose files now hold what was left in a journal.
        owed: Sessions that could not be written, as they should be, each with what it covers.
        damaged: Journal segments with whole records after broken ones; copies are kept.
    """

    sessions: list[SessionId] = field(default_factory=list)
    owed: list[tuple[Session, dict[str, int]]] = field(default_factory=list)
    damaged: list[Path] = field(default_factory=list)


class Recovery:
    """Recovers once; make a new one to try again."""

    def __init__(
        self, files: Files, places: Places, session_files: SessionFiles, journal: Path, own: str
    ) -> None:
        self._files = files
        self._places = places
        self._session_files = session_files
        self._folder = journal
        self._own = own
        self._result = Recovered()

    def run(self, found: list[DeadInstance], say: Say) -> Recovered:
        """Fold what every dead instance left, then remove its journal.

        Args:
            found: The dead instances; their locks are released in the end.
            say: Writes to the own journal.
        """
        dead = [one for one in found if self._read(one)]
        try:
            keys = sorted({key for one in dead for key in one.sessions})
            unwritten = {key for key in keys if not self._recover(key, dead, say)}
            with contextlib.suppress(OSError):  # what stays is looked at by the next start
                self._sweep(dead, say)
                for one in dead:
                    if not unwritten & one.sessions.keys():
                        self._forget(one)
        finally:
            for one in dead:
                one.lock.release()
        return self._result

    def dead_instances(self) -> list[DeadInstance]:
        """Lock every instance whose process has ended.

        Raises:
            OSError: The journals cannot be listed.
        """
        segments: dict[str, list[Path]] = defaultdict(list)
        for name, _ in self._files.entries(self._folder):
            if match := SEGMENT.fullmatch(name):
                segments[match["instance"]].append(self._folder / name)
            elif match := _LOCK.fullmatch(name):
                segments[match["instance"]] += []
        segments.pop(self._own, None)
        dead = []
        for instance, paths in sorted(segments.items()):
            try:
                lock = self._files.lock(self._folder / f"{instance}.lock")
            except PermissionError:  # read-only: the next start that may write recovers it
                continue
            if lock is not None:
                dead.append(DeadInstance(instance, lock, sorted(paths)))
        return dead

    def _read(self, dead: DeadInstance) -> bool:
        """Take in what an instance said; False, and its lock let go, if it cannot be read."""
        for path in dead.segments:
            number = int(path.stem.rpartition("-")[2])
            try:
                raw = self._files.read(path)
            except OSError:
                dead.lock.release()
                return False
            found = records.scan(raw, records.salt(dead.instance, number))
            if found.damaged:
                self._result.damaged.append(path)
            for payload in found.payloads:
                if (loaded := load(payload)) is not None:
                    _take(dead.sessions, *loaded)
        return True

    # ---- one session

    def _recover(self, key: str, dead: list[DeadInstance], say: Say) -> bool:
        """Write one session; False if that has to be tried again."""
        told = {one.instance: one.sessions[key] for one in dead if key in one.sessions}
        try:
            version = self._session_files.read(key, patient=False, even_empty=True)
        except (LeftAloneError, OSError):
            return False
        checksum = None if version is None or version.mended else version.checksum
        # A recovery that was cut short spoke of the instances it recovered.
        folds = [fold for one in told.values() for fold in one.folds]
        upto = _held(folds, checksum, whole=version is not None)
        owed = {
            instance: [entry for number, entry in one.entries if number > upto.get(instance, 0)]
            for instance, one in told.items()
        }
        session = None if version is None else version.session
        changed = version is not None and version.mended
        for instance, entries in owed.items():
            if entries and session is None:
                entries = [entry for _, entry in told[instance].entries]
            for entry in entries:
                session, happened = _applied(session, entry)
                changed |= happened
        if session is None:
            return True
        changed |= _end_streams(session)
        if not changed:
            return True
        return self._write(session, {name: one.last for name, one in told.items()}, say)

    def _write(self, session: Session, covers: dict[str, int], say: Say) -> bool:
        try:
            self._session_files.write(session, covers, say, patient=False, in_hand=False)
        except OSError:
            self._result.owed.append((session, covers))
            return False
        self._result.sessions.append(session.id)
        return True

    # ---- afterwards

    def _sweep(self, dead: list[DeadInstance], say: Say) -> None:
        """Remove temporary files of dead instances; a foreign save among them is merged."""
        instances = {one.instance for one in dead}
        ours = {
            checksum
            for one in dead
            for told in one.sessions.values()
            for fold in told.folds
            if isinstance(fold, Folding)
            for checksum in (fold.before, fold.after)
        }
        folders = set()
        for left in list(self._places.temporaries()):
            if left.instance in instances:
                if zlib.crc32(self._files.read(left.path)) not in ours:
                    self._merge_left_over(left.path, left.key, say)
            elif left.instance == self._own or self._is_there(left.instance):
                continue
            self._files.remove(left.path)
            folders.add(left.path.parent)
        for folder in folders:  # or one could outlive the journal that explains it
            self._files.sync_folder(folder)

    def _is_there(self, instance: str) -> bool:
        """Whether an instance has a lock, and so may be alive."""
        return self._files.signature(self._folder / f"{instance}.lock") is not None

    def _merge_left_over(self, path: Path, key: str, say: Say) -> None:
        try:
            found = read_version(self._files, path, file_id=key)
        except codec.DamagedFile:
            return  # a write that was cut short; the journal had it all
        self._session_files.merge_in(replace(found.session, id=SessionId(key)), say)

    def _forget(self, dead: DeadInstance) -> None:
        for path in dead.segments:
            if path in self._result.damaged:
                self._keep_damaged(path)
            self._files.remove(path)
            # In order, or a later segment's removal could outlive an earlier one's.
            self._files.sync_folder(self._folder)
        self._files.remove(self._folder / f"{dead.instance}.lock")

    def _keep_damaged(self, path: Path) -> None:
        target = self._places.quarantine / path.name
        if self._files.signature(target) is not None:
            return
        self._files.make_folder(target.parent)
        handle = self._files.create(target)
        try:
            self._files.write(handle, self._files.read(path))
            self._files.sync(handle)
        finally:
            self._files.close(handle)
        self._files.sync_folder(target.parent)


def _take(sessions: dict[str, _Told], sequence: int, entry: Entry) -> None:
    """Note what an entry says. The same one may stand in two segments after an error."""
    match entry:
        case Began() | Changed():
            told = sessions[session_key(entry.session)]
            if sequence > told.last:
                told.day = told.day or entry.day
                told.entries.append((sequence, entry))
        case Folding() | Folded():
            sessions[session_key(entry.session)].folds.append(entry)
        case Trashed():
            sessions[session_key(entry.session)].entries.clear()
        case _:
            return


def _held(folds: list[Folding | Folded], checksum: int | None, *, whole: bool) -> dict[str, int]:
    """Instance -> the last sequence number the file holds.

    Args:
        folds: What was said of folds of the session.
        checksum: Of the file; None if it is missing or damaged.
        whole: Whether there is a file.
    """
    upto: dict[str, int] = {}
    if whole and checksum is None:
        return upto
    for fold in folds:
        if isinstance(fold, Folded) or fold.after == checksum:
            for instance, sequence in fold.covers.items():
                upto[instance] = max(upto.get(instance, 0), sequence)
    return upto


def _applied(session: Session | None, entry: Began | Changed) -> tuple[Session, bool]:
    if isinstance(entry, Began):
        begun = codec.decode(entry.document, file_id=entry.session, day=entry.day)
        if session is None:
            return begun, True
        both = merge(session, begun)
        return both, both != session
    session = session or _stub(entry)
    return session, session.apply(entry.change)


def _stub(entry: Changed) -> Session:
    """A session of which only changes are left: its file is gone, its beginning was folded."""
    at = f"{entry.day}T00:00:00.000000Z"
    return Session(SessionId(entry.session), entry.day, "User", at, at, metadata={"type": "chat"})


def _end_streams(session: Session) -> bool:
    """A reply that was streaming when its instance died is interrupted."""
    streaming = [one for one in session.messages if one.status == Status.STREAMING]
    for message in streaming:
        ended = message.with_metadata(status=Status.INTERRUPTED.value)
        session.apply(MessageReplaced(ended, session.last_updated))
    return bool(streaming)
