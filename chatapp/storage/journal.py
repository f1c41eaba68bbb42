"""The redo journal of one running program: what was said is durable before it is answered.

A journal is a row of segments `<instance>-<number>.wal` in the state folder. The
rules, each of which a crash test removes in turn:

- A segment's name is made durable before its first record counts.
- An error in writing or syncing abandons the segment for good: after a failed sync
  the kernel forgets what was not written (Rebello et al., ATC 2020). The records go
  to a new segment with the same sequence numbers; a second failure refuses them, and
  they go ahead of whatever is written next, so that no record depends on a lost one.
- A segment that was ever recovered is never written again.
- A segment is removed when the files hold everything it says, one generation late.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, TypeAlias

from chatapp.domain.ids import session_key
from chatapp.storage import records
from chatapp.storage.entries import Began, Changed, Entry, Opened, Trashed, dump

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from chatapp.storage.files import Files

Numbered: TypeAlias = tuple[int, Entry]

SEGMENT = re.compile(r"(?P<instance>[0-9a-z]+)-(?P<number>\d{8})\.wal")
_OWED_BY = (Began, Changed, Trashed)  # what the session files do not hold until a fold


class Journal:
    """The journal this process writes. Lives on the store thread.

    Attributes:
        instance: Eight hexadecimal digits, new with each start.
        sequence: The number of the last record; rises by one, never repeats.
    """

    def __init__(self, files: Files, folder: Path, instance: str, sessions: Path) -> None:
        self.instance = instance
        self.sequence = 0
        self._files = files
        self._folder = folder
        self._sessions = sessions
        self._number = 0
        self._handle: int | None = None
        self._unsafe: list[Numbered] = []  # refused, or in a segment that was left unsynced
        self._unsynced: list[Numbered] = []  # in this segment, not forced to the disk yet
        self._owing: dict[int, dict[str, int]] = {}  # segment -> session -> its last sequence
        self._retiring: set[int] = set()  # may go when a later generation also may

    def append(self, entries: Sequence[Entry], *, durable: bool = True) -> list[int]:
        """Write records, and return their sequence numbers when they are safe.

        Args:
            entries: In the order they happened.
            durable: Wait for the disk; without it they survive the end of this
                process, but not a power cut, until a later durable call.

        Raises:
            OSError: The disk refused twice; none of them counts as written.
        """
        if not (entries or self._unsafe or self._unsynced):
            return []
        numbered = list(enumerate(entries, self.sequence + 1))
        self.sequence += len(numbered)
        try:
            self._write(self._unsafe + numbered, durable=durable)
        except OSError:
            self._abandon()
            try:
                self._write(self._unsafe + numbered, durable=durable)
            except OSError:
                self._abandon()
                self._unsafe += numbered
                raise
        return [sequence for sequence, _ in numbered]

    def forget_unsafe(self, session: str) -> None:
        """A file holds what was refused of this session; it need not be said any more."""
        self._unsafe = [
            (sequence, entry)
            for sequence, entry in self._unsafe
            if not isinstance(entry, Began | Changed) or session_key(entry.session) != session
        ]

    def roll(self) -> None:
        """Go on in a new segment, if this one holds anything a file may come to hold."""
        if self._owing.get(self._number):
            self._abandon()

    def retire(self, folded: dict[str, int]) -> None:
        """Remove segments the files no longer need.

        Args:
            folded: Session -> the last sequence number its file holds.
        """
        done = self._done(folded)
        for number in sorted(self._retiring & done):
            self._files.remove(self._path(number))
            # In order, or a later segment's removal could outlive an earlier one's.
            self._files.sync_folder(self._folder)
            del self._owing[number]
            self._retiring.discard(number)
        self._retiring |= done & self._owing.keys()

    def close(self, folded: dict[str, int]) -> None:
        """Let go; remove every segment if the files hold everything."""
        self._abandon()
        self.retire(folded)
        self.retire(folded)

    @property
    def is_empty(self) -> bool:
        """Whether no segment is left on the disk."""
        return not self._owing

    # ---- one segment

    def _write(self, numbered: list[tuple[int, Entry]], *, durable: bool) -> None:
        handle = self._open()
        seed = records.salt(self.instance, self._number)
        lines = [records.frame(dump(entry, sequence), seed) for sequence, entry in numbered]
        self._files.write(handle, b"".join(lines))
        owed = self._owing[self._number]
        for sequence, entry in numbered:
            if isinstance(entry, _OWED_BY):
                owed[session_key(entry.session)] = sequence
        if durable:
            self._files.sync(handle)
        self._unsafe = []
        self._unsynced = [] if durable else self._unsynced + numbered

    def _done(self, folded: dict[str, int]) -> set[int]:
        """The oldest segments, without a gap, of which the files hold everything."""
        done = set()
        for number, owed in self._owing.items():
            if number == self._number and self._handle is not None:
                break
            if any(folded.get(session, 0) < last for session, last in owed.items()):
                break
            done.add(number)
        return done

    def _open(self) -> int:
        if self._handle is not None:
            return self._handle
        self._number += 1
        self._files.make_folder(self._folder)
        handle = self._handle = self._files.create(self._path(self._number))
        self._owing[self._number] = {}
        opened = Opened(self.instance, self._number, str(self._sessions))
        seed = records.salt(self.instance, self._number)
        self._files.write(handle, records.frame(dump(opened, 0), seed))
        self._files.sync(handle)
        self._files.sync_folder(self._folder)
        return handle

    def _abandon(self) -> None:
        handle, self._handle = self._handle, None
        self._unsafe = self._unsynced + self._unsafe
        self._unsynced = []
        if handle is not None:
            with contextlib.suppress(OSError):
                self._files.close(handle)

    def _path(self, number: int) -> Path:
        return self._folder / f"{self.instance}-{number:08d}.wal"
