"""The session files: read whole, replaced whole, never at the cost of a foreign save.

Other programs write here too: an editor, git, a sync client, a second copy of this
program, on this machine or another. So before a file is replaced it is compared
with the version last seen; what changed is merged; and the file that a replacement
displaces is inspected, since a save can land between the look and the swap. The
displaced file is kept until the next tick and inspected once more, for a writer
that still had it open.
"""

from __future__ import annotations

import zlib
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from chatapp.domain.ids import SessionId, session_key
from chatapp.storage import codec, swap
from chatapp.storage.documents import LeftAloneError, Version, read_version, salvage_version
from chatapp.storage.entries import Folded, Folding
from chatapp.storage.merge import common_version, merge
from chatapp.storage.splice import file_chunks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from chatapp.domain.session import Session
    from chatapp.storage.entries import Entry
    from chatapp.storage.files import Files, Signature
    from chatapp.storage.keepsakes import Keepsakes
    from chatapp.storage.places import Places

_CONTENT = (
    *("user_name", "started_at", "last_updated", "title", "messages", "branches"),
    *("metadata", "errors", "extra", "extra_stats"),
)
_ATTEMPTS = 20  # against a program that saves again and again while this one does


class Say(Protocol):
    """Writes entries to the journal."""

    def __call__(self, entries: Sequence[Entry], *, durable: bool) -> object:
        """Returns when they are written, or durable if that was asked."""
        ...


class UnsettledError(OSError):
    """The file is no session now, perhaps because somebody is writing it; look again later."""


@dataclass(frozen=True, slots=True)
class _Displaced:
    """A file that a replacement took out of its place."""

    path: Path
    signature: Signature
    key: str


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A file written and synced under a temporary name."""

    path: Path
    signature: Signature
    checksum: int


class SessionFiles:
    """Reads and replaces session files. Lives on the store thread.

    Attributes:
        versions: Session key -> the version of its file last read or written here.
        notices: What a person should be told: sessions mended from damaged bytes.
    """

    def __init__(
        self,
        files: Files,
        places: Places,
        keepsakes: Keepsakes,
        instance: str,
        fold_lock: Path,
    ) -> None:
        self.versions: dict[str, Version] = {}
        self.notices: list[SessionId] = []
        self._files = files
        self._places = places
        self._keepsakes = keepsakes
        self._instance = instance
        self._fold_lock = fold_lock
        self._temporaries = 0
        self._displaced: list[_Displaced] = []
        self._litter: list[Path] = []  # temporary files that could not be removed yet
        self._unsettled: dict[str, Signature | None] = {}

    # ---- reading

    def read(
        self, session_id: str, *, patient: bool = True, even_empty: bool = False
    ) -> Version | None:
        """The session's file as it is now, or None.

        Args:
            session_id: Which.
            patient: Raise for a damaged file that may be in the middle of being
                written; otherwise salvage what it holds.
            even_empty: Also where nothing can be salvaged.

        Raises:
            UnsettledError: It is no whole session now.
            DamagedFile: It must not be touched, or nothing can be salvaged of it.
            OSError: It cannot be read.
        """
        path = self._places.find(session_id)
        if path is None:
            return None
        version = self._take(path, patient=patient, even_empty=even_empty)
        if session_key(version.session.id) != session_key(session_id):
            return None  # a copy of another session under this name
        self._remember(version)
        return version

    def _take(self, path: Path, *, patient: bool, even_empty: bool = True) -> Version:
        """The file at `path`; of damaged bytes, kept aside, whatever is whole."""
        try:
            version = read_version(self._files, path)
        except LeftAloneError:
            raise
        except codec.DamagedFile:
            if patient and self._is_news(path):
                raise UnsettledError(11, "the file is not whole now") from None
            version = salvage_version(self._files, path)
            version = replace(version, session=self._with_backup(version.session))
            if not (version.session.messages or version.session.branches or even_empty):
                raise
        self._unsettled.pop(str(path), None)
        if version.mended:
            self._keepsakes.quarantine(path)
            self.notices.append(version.session.id)
        return version

    def _is_news(self, path: Path) -> bool:
        """Whether the file was not seen damaged in just this state before."""
        signature = self._files.signature(path)
        news = self._unsettled.get(str(path), ...) != signature
        self._unsettled[str(path)] = signature
        return news

    def _with_backup(self, salvaged: Session) -> Session:
        backup = self._keepsakes.newest_backup(salvaged.id)
        return salvaged if backup is None else merge(salvaged, backup)

    def _remember(self, version: Version) -> None:
        # The caller goes on changing its session; what the file held must stay known.
        key = session_key(version.session.id)
        self.versions.pop(key, None)  # the newest stands last
        self.versions[key] = replace(version, session=version.session.snapshot())

    # ---- replacing

    def write(
        self,
        session: Session,
        covers: dict[str, int],
        say: Say,
        *,
        patient: bool = True,
        in_hand: bool = True,
    ) -> Session:
        """Make the session's file hold `session` and whatever others saved in it.

        Args:
            session: A snapshot.
            covers: Instance -> the last sequence number the snapshot holds.
            say: Writes to the journal.
            patient: As in `read`.
            in_hand: Whether whoever changes the session goes on from what is written.
                Otherwise the version last seen stays the common one, and what is
                written now is merged like any foreign save at the next write.

        Returns:
            What the file holds now: `session` itself if nobody else wrote it.

        Raises:
            OSError: The file is as it was.
        """
        key = session_key(session.id)
        before = self.versions.get(key)
        written = None
        try:
            with self._exclusive():
                written = self._write(session, covers, say, patient=patient)
        finally:
            # Also after an error: what was merged then never came to whoever has the session.
            if not in_hand or written is None:
                self.go_back_to(key, before)
        return written

    def go_back_to(self, key: str, version: Version | None) -> None:
        """Take `version` for what whoever has the session in memory goes on from."""
        self.versions.pop(key, None)
        if version is not None:
            self.versions[key] = version

    def _write(
        self, session: Session, covers: dict[str, int], say: Say, *, patient: bool
    ) -> Session:
        target = self._places.home(session.id, session.day)
        key, day = session_key(session.id), target.parent.name
        self._make_day_folder(target.parent)
        strangers: list[Path] = []  # displaced files that were not the expected ones
        for _ in range(_ATTEMPTS):
            current = self._current(target, patient=patient)
            if current is not None and current is not self.versions.get(key):
                session = self._with_foreign(session, current)
            if current is not None and _holds(current, session):
                self._remember(current)
                self._files.sync_folder(target.parent)  # it may have failed the last time
                say([Folded(key, day, covers)], durable=False)
                return session
            fresh = self._prepare(session, target, current)
            before = None if current is None else current.checksum
            say([Folding(key, day, before, fresh.checksum, covers)], durable=True)
            stranger = self._place(fresh, target, current)
            if stranger is None:
                self._note(session, fresh, target)
                self._files.sync_folder(target.parent)
                say([Folded(key, day, covers)], durable=False)
                for path in strangers:
                    self._discard(path)
                return session
            strangers.append(stranger)
            merged = self._with_foreign(session, self._take(stranger, patient=False))
            self._note(session, fresh, target)
            session = merged
        raise BlockingIOError(11, "another program keeps writing it")

    def _current(self, target: Path, *, patient: bool) -> Version | None:
        """The version that stands at `target` now: the one known, or a foreign one."""
        found = self._files.signature(target)
        known = self.versions.get(session_key(target.stem))
        if found is None:
            return None
        if known is None or known.signature != found:
            known = self._take(target, patient=patient)
        if not known.mended:
            self._keepsakes.back_up_once(target)
        return known

    def _with_foreign(self, session: Session, foreign: Version) -> Session:
        """`session` with what another program saved."""
        theirs = replace(foreign.session, id=session.id)
        known = self.versions.get(session_key(session.id))
        if known is None or foreign.mended:
            return merge(session, theirs)
        return merge(session, theirs, common_version(known.session, session, theirs))

    def _prepare(self, session: Session, target: Path, current: Version | None) -> _Fresh:
        path = self._temporary(target)
        handle = self._files.create(path)
        checksum = 0
        try:
            try:
                for chunk in file_chunks(self._files, session, target, current):
                    self._files.write(handle, chunk)
                    checksum = zlib.crc32(chunk, checksum)
                self._files.sync(handle)
            finally:
                self._files.close(handle)
            signature = self._files.signature(path)
            assert signature is not None  # it was just written
        except BaseException:
            self._discard(path)
            raise
        return _Fresh(path, signature, checksum)

    def _place(self, fresh: _Fresh, target: Path, current: Version | None) -> Path | None:
        """Put the fresh file in place; gives the displaced one if it was not `current`."""
        try:
            if current is None:
                swap.place_new(self._files, fresh.path, target)
                self._discard(fresh.path)
                return None
        except FileExistsError:  # somebody was faster; whatever it is, it is to be merged
            pass
        except OSError:
            self._discard(fresh.path)
            raise
        try:
            displaced = swap.place_over(self._files, fresh.path, target, self._temporary(target))
        except FileNotFoundError:  # it went away just now
            swap.place_new(self._files, fresh.path, target)
            self._discard(fresh.path)
            return None
        except OSError:
            self._discard(fresh.path)
            raise
        if displaced is None:
            return None
        signature = self._files.signature(displaced)
        if current is None or signature is None or not current.signature.is_moved(signature):
            return displaced
        self._displaced.append(_Displaced(displaced, signature, session_key(target.stem)))
        return None

    def _note(self, session: Session, fresh: _Fresh, target: Path) -> None:
        """Remember what was written; if somebody wrote after that, it will be noticed."""
        now = self._files.signature(target)
        ours = now if now is not None and fresh.signature.is_moved(now) else fresh.signature
        self._remember(Version(session, ours, fresh.checksum))

    # ---- every few seconds

    def settle(self, say: Say) -> list[Session]:
        """Look at displaced files once more, then remove them.

        Returns:
            Sessions into which a late save was merged, as their files hold them now.

        Raises:
            OSError: The disk refuses; what is not settled stays for the next time.
        """
        litter, self._litter = self._litter, []
        for path in litter:
            self._discard(path)
        late, folders = [], set()
        for displaced in list(self._displaced):  # what a merge displaces waits for the next time
            if self._files.signature(displaced.path) not in (displaced.signature, None):
                late.append(self._merge_late(displaced, say))
            self._files.remove(displaced.path)
            folders.add(displaced.path.parent)
            self._displaced.remove(displaced)
        for folder in folders:  # or one could outlive the journal that explains it
            self._files.sync_folder(folder)
        return late

    def _merge_late(self, displaced: _Displaced, say: Say) -> Session:
        late = self._take(displaced.path, patient=False)
        return self.merge_in(replace(late.session, id=SessionId(displaced.key)), say)

    def merge_in(self, stranger: Session, say: Say) -> Session:
        """Add to a session's file what another version of it has; gives the file's content.

        Raises:
            OSError: The file is as it was.
        """
        path = self._places.find(stranger.id)
        if path is not None:
            current = self._take(path, patient=False).session
            stranger = merge(current, replace(stranger, id=current.id))
        return self.write(stranger, {}, say, patient=False, in_hand=False)

    # ---- small things

    def _exclusive(self) -> AbstractContextManager[object]:
        """Keeps other copies of this program on this machine away from the files."""
        try:
            lock = self._files.lock(self._fold_lock, wait=True)
        except OSError:  # no locks here, or no such folder: the exchange still sees foreign saves
            lock = None
        return lock or nullcontext()

    def _make_day_folder(self, folder: Path) -> None:
        root = self._places.root
        if not self._files.is_folder(root) and not self._files.is_folder(root.parent):
            # An unplugged drive must not be replaced by a folder on the drive below.
            raise FileNotFoundError(2, "the folder of the sessions is gone", str(root))
        self._files.make_folder(folder)

    def _temporary(self, target: Path) -> Path:
        self._temporaries += 1
        return target.with_name(f"~{target.stem}-{self._instance}-{self._temporaries}.tmp")

    def _discard(self, path: Path) -> None:
        try:
            self._files.remove(path)
        except OSError:
            self._litter.append(path)


def _holds(version: Version, session: Session) -> bool:
    """Whether a file says just what a session does; then it is not written again."""
    held = version.session
    return not version.mended and all(
        getattr(held, name) == getattr(session, name) for name in _CONTENT
    )
