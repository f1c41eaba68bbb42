"""The storage engine: journal, session files, trash and recovery as one thing.

Plain and synchronous; everything happens on the thread that calls, one call after
the other. `JournaledStore` puts it behind a thread and the `SessionStore` protocol;
the crash tests drive it over a simulated file system.
"""

from __future__ import annotations

import contextlib
import errno
import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from chatapp.domain.changes import MessageAdded, MessageGrew, MessageReplaced
from chatapp.domain.ids import SessionId, session_key
from chatapp.domain.session import SessionSummary, damaged_summary, summarise
from chatapp.storage import codec
from chatapp.storage.disk import storage_error
from chatapp.storage.documents import LeftAloneError, read_version
from chatapp.storage.emptying import Emptying, name_of
from chatapp.storage.entries import Began, Changed, Trashed
from chatapp.storage.journal import Journal
from chatapp.storage.keepsakes import Keepsakes
from chatapp.storage.merge import merge
from chatapp.storage.places import SUFFIX, Kept, Places
from chatapp.storage.recovery import Recovered, Recovery
from chatapp.storage.session_files import SessionFiles
from chatapp.storage.store import Taken, TrashedSession
from chatapp.storage.swap import place_new
from chatapp.storage.trash import Trash, deleted_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from chatapp.domain.session import Session
    from chatapp.kit.clock import Clock
    from chatapp.storage.documents import Version
    from chatapp.storage.entries import Entry
    from chatapp.storage.files import Files
    from chatapp.storage.locks import Lock

LARGE_FILE = 8 << 20  # bytes; larger files are not rewritten for every few words
_WORTH_REWRITING = 16  # a large file is, when a 16th of it is new ...
_WATCHED = 64  # files whose every edit is noticed at once, even one in place
_LONGEST_DEBT_SECONDS = 30.0  # ... or this time has passed


class Engine:
    """Keeps sessions durable. Not safe for threads: one thread calls it.

    Attributes:
        places: Where everything lies.
        session_files: The dated files.
        trash: Deleted sessions.
        emptying: Removes them for good.
    """

    def __init__(
        self, files: Files, sessions: Path, state: Path, clock: Clock, instance: str | None = None
    ) -> None:
        self.places = Places(files, sessions, clock)
        self._files = files
        self._journals = state / "journal"
        self._instance = instance or secrets.token_hex(4)
        self._keepsakes = Keepsakes(files, self.places, state / "backup")
        self.session_files = SessionFiles(
            files, self.places, self._keepsakes, self._instance, state / "fold.lock"
        )
        self.trash = Trash(files, self.places)
        self.emptying = Emptying(files, self.places, self.trash, self._keepsakes, state, clock)
        self._journal = Journal(files, self._journals, self._instance, sessions)
        self._lock: Lock | None = None
        self._last: dict[str, int] = {}  # session key -> sequence of its last entry
        self._folded: dict[str, int] = {}  # session key -> the last sequence its file holds
        self._unfolded_bytes: dict[str, int] = {}
        self._folded_at: dict[str, float] = {}
        self._owed: dict[str, tuple[Session, dict[str, int]]] = {}  # recovered, not written yet

    # ---- life

    def open(self) -> Recovered:
        """Take this instance's lock and recover what others left.

        Raises:
            OSError: The journals of others cannot be read.
        """
        for folder in (self._journals, self.places.root):
            with contextlib.suppress(OSError):  # what is read-only can still be read
                self._files.make_folder(folder)
        with contextlib.suppress(OSError), self._starting():
            self._lock = self._files.lock(self._journals / f"{self._instance}.lock")
        return self.recover()

    def recover(self) -> Recovered:
        """Fold what dead instances left in their journals."""
        recovery = Recovery(
            self._files, self.places, self.session_files, self._journals, self._instance
        )
        with self._starting():
            dead = recovery.dead_instances()
        recovered = recovery.run(dead, self._say)
        self._owed = {session_key(one.id): (one, covers) for one, covers in recovered.owed}
        return recovered

    def _starting(self) -> AbstractContextManager[object]:
        """Keeps a start from taking the lock of another that is just being made."""
        try:
            lock = self._files.lock(self._journals / "start.guard", wait=True)
        except OSError:  # a read-only place: nobody makes locks here
            lock = None
        return lock or contextlib.nullcontext()

    def close(self) -> None:
        """Remove what nobody needs any more and let go of the folders."""
        with contextlib.suppress(OSError):
            self.session_files.settle(self._say)
        with contextlib.suppress(OSError):
            self._journal.close(self._folded)
        if self._lock is not None:
            if self._journal.is_empty:
                with contextlib.suppress(OSError):
                    self._files.remove(self._journals / f"{self._instance}.lock")
            self._lock.release()
            self._lock = None

    # ---- what the store is asked

    def append(self, entries: Sequence[Began | Changed], *, durable: bool = True) -> None:
        """Make entries durable.

        Raises:
            OSError: The disk refused; they do not count as written.
        """
        for sequence, entry in enumerate(entries, self._journal.sequence + 1):
            key = session_key(entry.session)
            self._last[key] = sequence  # also if refused: it is written later all the same
            self._unfolded_bytes[key] = self._unfolded_bytes.get(key, 0) + _weight(entry)
        self._journal.append(entries, durable=durable)

    def save(self, snapshot: Session, *, now: bool = False) -> Session | None:
        """Make the session's file hold `snapshot`, and what others saved in it.

        Args:
            snapshot: The session as it should be.
            now: Even if the file is large and little of it is new.

        Returns:
            What the file holds now, or None if the write was put off: the journal has it.

        Raises:
            OSError: The file is as it was.
        """
        key = session_key(snapshot.id)
        if not now and self._is_put_off(key):
            return None
        covers = {self._instance: self._last.get(key, 0)} | self._owed.get(key, (None, {}))[1]
        written = self.session_files.write(snapshot, covers, self._say)
        self._folded[key] = self._last.get(key, 0)
        self._unfolded_bytes.pop(key, None)
        self._folded_at[key] = time.monotonic()
        self._journal.forget_unsafe(key)
        self._owed.pop(key, None)
        return written

    def read(self, session_id: str, *, patient: bool = True) -> Session | None:
        """The session as it is kept, or None."""
        if (owed := self._owed.get(session_key(session_id))) is not None:
            return owed[0].snapshot()
        version = self.session_files.read(session_id, patient=patient)
        if version is None:
            return None
        if version.mended:  # its bytes are kept; from now on the file is whole
            with contextlib.suppress(OSError):
                return self.save(version.session, now=True)
        return version.session

    def delete(self, session_id: str) -> Path | None:
        """Move the session to the trash; gives where it stood, or None if there is none."""
        path, key = self.places.find(session_id), session_key(session_id)
        if path is None:
            if self._last.get(key, 0) > self._folded.get(key, 0):
                # Only the journal has it: nothing could be moved to the trash and restored.
                raise OSError(errno.EIO, "the chat is not saved yet")
            return None
        self.trash.put(path)
        self._journal.append([Trashed(key, path.parent.name)])
        self._folded[key] = self._journal.sequence
        self.places.forget(session_id)
        self.session_files.versions.pop(key, None)
        return path

    def restore(self, session_id: str) -> Path | None:
        """Bring the newest trashed session of this id back; gives where, or None."""
        if self.places.find(session_id) is not None:
            return None
        return self.trash.take_back(session_id)

    def adopt(self, path: Path) -> SessionId | None:
        """Bring a file whose session belongs in another place where it belongs.

        A conflict copy, whatever a sync client called it, is merged into its session and
        moved to the trash; a file under a wrong name is renamed. Gives the session, or
        None if nothing was to be done.
        """
        try:
            version = read_version(self._files, path)
        except (OSError, codec.DamagedFile):
            return None
        session = version.session
        home = self.places.find(session.id)
        if home is None or home == path:
            self._rename(path, path.with_name(f"{session_key(session.id)}{SUFFIX}"), session.id)
            return session.id
        self.session_files.merge_in(session, self._say)
        moved = self.trash.put(path)
        if not version.signature.is_moved(self._files.signature(moved)):
            # A sync client put another copy under the same name in between.
            self._adopt_moved(moved, session.id)
        return session.id

    def _adopt_moved(self, path: Path, session_id: SessionId) -> None:
        with contextlib.suppress(codec.DamagedFile):  # it stays in the trash
            again = read_version(self._files, path, file_id=session_id).session
            if session_key(again.id) == session_key(session_id):
                self.session_files.merge_in(again, self._say)

    def _rename(self, path: Path, target: Path, session_id: SessionId) -> None:
        try:
            place_new(self._files, path, target)
            self._files.remove(path)
        except OSError:
            self.places.note(session_id, path)

    def rewrite(self, version: Version) -> None:
        """Write a file anew as it should be: each message once, the numbers recounted."""
        session = merge(version.session, version.session)
        key = session_key(session.id)
        before = self.session_files.versions.get(key)
        self._keepsakes.back_up_once(self.places.home(session.id, session.day))
        # Else it would not be written: what its numbers are is no difference between sessions.
        self.session_files.versions[key] = replace(version, mended=True)
        try:
            self.session_files.write(session, {}, self._say, patient=False, in_hand=False)
        finally:
            self.session_files.go_back_to(key, before)

    def merge_in(self, session: Session, *, dry_run: bool = False) -> Taken:
        """Add what another version of a session has; with `dry_run` only say what that does.

        Raises:
            DamagedFile: The file of the session must not be touched.
            OSError: The file is as it was.
        """
        taken = self._would_take(session)
        if taken is not Taken.SAME and not dry_run:
            self.session_files.merge_in(session, self._say)
        return taken

    def _would_take(self, session: Session) -> Taken:
        path = self.places.find(session.id)
        if path is None:
            return Taken.NEW
        try:
            kept = read_version(self._files, path)
        except LeftAloneError:
            raise
        except codec.DamagedFile:
            return Taken.MERGED  # it is mended on the way
        known = replace(kept.session, revision=0)
        other = replace(session, id=known.id, day=known.day, revision=0)
        return Taken.SAME if merge(known, other) == known else Taken.MERGED

    def mend(self, session_id: str) -> Session | None:
        """Salvage a damaged file, whoever has its session in memory.

        Raises:
            DamagedFile: Nothing can be salvaged of it.
            OSError: It cannot be read.
        """
        key = session_key(session_id)
        before = self.session_files.versions.get(key)
        try:
            return self.read(session_id, patient=False)
        finally:
            self.session_files.go_back_to(key, before)

    def edited_outside(self) -> set[SessionId]:
        """Sessions read or written here whose files changed since."""
        changed = set()
        for version in list(self.session_files.versions.values())[-_WATCHED:]:
            path = self.places.find(version.session.id)
            if path is None or self._files.signature(path) != version.signature:
                changed.add(version.session.id)
        return changed

    def trashed(self) -> list[TrashedSession]:
        """What can be restored, newest first."""
        days = self.emptying.ages.read().days
        return [self._trashed(kept, days) for kept in self.trash.listing()]

    def _trashed(self, kept: Kept, days: dict[str, float]) -> TrashedSession:
        summary = self._summary(kept.path, kept.key)
        title = summary.title or summary.preview
        seen = days.get(name_of(kept), 0.0)
        return TrashedSession(summary.session_id, kept.day, title, deleted_at(kept), seen)

    def _summary(self, path: Path, file_id: str) -> SessionSummary:
        try:
            return summarise(read_version(self._files, path, file_id=file_id).session)
        except codec.DamagedFile as damage:
            reason = str(damage)
        except OSError as error:
            reason = storage_error(error).sentence
        return damaged_summary(SessionId(file_id), path.parent.name, reason)

    def take_notices(self) -> list[SessionId]:
        """Sessions mended from damaged bytes since the last call."""
        notices, self.session_files.notices = self.session_files.notices, []
        return notices

    def tick(self) -> list[Session]:
        """What is due every few seconds; gives sessions that a late foreign save changed."""
        late = self.session_files.settle(self._say)
        if self._owed:
            self.recover()
        self._journal.roll()
        self._journal.retire(self._folded)
        return late

    # ---- inside

    def _say(self, entries: Sequence[Entry], *, durable: bool) -> None:
        # A journal that cannot be written is no reason to leave the files as they are.
        with contextlib.suppress(OSError):
            self._journal.append(entries, durable=durable)

    def _is_put_off(self, key: str) -> bool:
        version = self.session_files.versions.get(key)
        fresh = self._unfolded_bytes.get(key, 0)
        return (
            version is not None
            and version.signature.size > LARGE_FILE
            and 0 < fresh < version.signature.size // _WORTH_REWRITING
            and time.monotonic() - self._folded_at.get(key, 0.0) < _LONGEST_DEBT_SECONDS
        )


def _weight(entry: Began | Changed) -> int:
    """About how many bytes of the file an entry changes; never nought."""
    if isinstance(entry, Began):
        return len(entry.document)
    match entry.change:
        case MessageAdded(message) | MessageReplaced(message):
            return len(message.content) + 1
        case MessageGrew(text=text):
            return len(text) + 1
        case _:
            return 1
