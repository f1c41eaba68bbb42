"""The narrow seam to the file system: every call the store makes goes through here.

So that power cuts, full disks and foreign writers can be simulated call by call,
the rooms of the store never touch a path themselves. Symbolic links inside the
sessions folder are not followed, and what is no regular file is not opened.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from chatapp.kit import atomic
from chatapp.storage import exchange, locks

if TYPE_CHECKING:
    from collections.abc import Iterator

_BINARY = getattr(os, "O_BINARY", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
# A FIFO named like a session must not hang the reader; a link must not lead it astray.
_READ = os.O_RDONLY | _BINARY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_HELD_BY_ANOTHER = frozenset({5, 32, 33})  # Windows: a virus scanner or sync client reads the file
_PATIENCE_SECONDS = 2.5


class Signature(NamedTuple):
    """What changes when somebody writes a file; equal signatures mean equal bytes.

    A file rewritten within the clock's step and to the same size can keep its
    signature ("racily clean"); whoever relies on one for long re-reads files whose
    `mtime_ns` is close to the moment it was taken.
    """

    mtime_ns: int
    ctime_ns: int
    size: int
    inode: int

    def is_moved(self, other: Signature | None) -> bool:
        """Whether `other` may be this file under another name: renaming sets `ctime_ns` alone."""
        return other is not None and other == self._replace(ctime_ns=other.ctime_ns)


class Entry(NamedTuple):
    """A regular file of a folder."""

    name: str
    signature: Signature


class Files(Protocol):
    """What the store asks of a file system. Every method may raise `OSError`."""

    def create(self, path: Path) -> int:
        """Make a new file, readable by its owner alone, and open it for writing."""
        ...

    def write(self, handle: int, data: bytes) -> None:
        """Write all of `data` at the end."""
        ...

    def sync(self, handle: int) -> None:
        """Return when the bytes written so far survive a power cut."""
        ...

    def close(self, handle: int) -> None:
        """Close an open file."""
        ...

    def read(self, path: Path, start: int = 0, size: int | None = None) -> bytes:
        """Bytes of a regular file; all of it, or `size` from `start`."""
        ...

    def signature(self, path: Path) -> Signature | None:
        """The signature of a regular file, or None if there is none of that name."""
        ...

    def entries(self, folder: Path) -> Iterator[Entry]:
        """The regular files of a folder; none if there is no such folder."""
        ...

    def folders(self, folder: Path) -> dict[str, int]:
        """The real folders inside one, each with its `mtime_ns`."""
        ...

    def is_folder(self, path: Path) -> bool:
        """Whether there is such a folder."""
        ...

    def make_folder(self, folder: Path) -> None:
        """Make a folder and its parents, with durable names."""
        ...

    def sync_folder(self, folder: Path) -> None:
        """Make the names inside a folder durable, where the system can."""
        ...

    def replace(self, source: Path, target: Path) -> None:
        """Give `source` the name `target`; what stood there is gone."""
        ...

    def exchange(self, first: Path, second: Path) -> None:
        """Swap two files in one step.

        Raises:
            ExchangeUnsupportedError: This file system cannot.
        """
        ...

    def link(self, source: Path, target: Path) -> None:
        """Give `source` a second name, which must be free.

        Raises:
            FileExistsError: It is not.
            OSError: Among others, where the file system has no hard links.
        """
        ...

    def remove(self, path: Path) -> None:
        """Remove a file; one that is gone already is fine."""
        ...

    def lock(self, path: Path, *, wait: bool = False) -> locks.Lock | None:
        """Lock a file for this process; None if another holds it."""
        ...


class RealFiles:
    """The file system of this machine."""

    def create(self, path: Path) -> int:
        """Make a new file, readable by its owner alone, and open it for writing."""
        return os.open(path, _CREATE, atomic.FILE_MODE)

    def write(self, handle: int, data: bytes) -> None:
        """Write all of `data` at the end."""
        atomic.write_all(handle, data)

    def sync(self, handle: int) -> None:
        """Return when the bytes written so far survive a power cut."""
        atomic.sync_file(handle)

    def close(self, handle: int) -> None:
        """Close an open file."""
        os.close(handle)

    def read(self, path: Path, start: int = 0, size: int | None = None) -> bytes:
        """Bytes of a regular file; all of it, or `size` from `start`."""
        handle = os.open(path, _READ)
        with os.fdopen(handle, "rb", buffering=0) as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError(errno.EINVAL, "not a regular file", str(path))
            file.seek(start)
            if size is None:
                return file.read()
            return file.read(size) or b""

    def signature(self, path: Path) -> Signature | None:
        """The signature of a regular file, or None if there is none of that name."""
        try:
            found = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return _signature(found) if stat.S_ISREG(found.st_mode) else None

    def entries(self, folder: Path) -> Iterator[Entry]:
        """The regular files of a folder; none if there is no such folder."""
        with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as scan:
            for entry in scan:
                with contextlib.suppress(FileNotFoundError):  # removed since it was listed
                    if entry.is_file(follow_symlinks=False):
                        yield Entry(entry.name, _signature(_status(entry)))

    def folders(self, folder: Path) -> dict[str, int]:
        """The real folders inside one, each with its `mtime_ns`."""
        found = {}
        with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as scan:
            for entry in scan:
                with contextlib.suppress(FileNotFoundError):
                    if entry.is_dir(follow_symlinks=False):
                        found[entry.name] = entry.stat(follow_symlinks=False).st_mtime_ns
        return found

    def is_folder(self, path: Path) -> bool:
        """Whether there is such a folder."""
        return path.is_dir()

    def make_folder(self, folder: Path) -> None:
        """Make a folder and its parents, with durable names."""
        atomic.make_folder(folder)

    def sync_folder(self, folder: Path) -> None:
        """Make the names inside a folder durable, where the system can."""
        atomic.sync_folder(folder)

    def replace(self, source: Path, target: Path) -> None:
        """Give `source` the name `target`; what stood there is gone."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        pause = 0.01
        while True:
            try:
                source.replace(target)
            except OSError as error:
                # A copy over the target would be the disease, not the cure: only wait.
                held = getattr(error, "winerror", None) in _HELD_BY_ANOTHER
                if not held or time.monotonic() + pause > deadline:
                    raise
                time.sleep(pause)
                pause = min(1.0, pause * 2)
            else:
                return

    def exchange(self, first: Path, second: Path) -> None:
        """Swap two files in one step."""
        exchange.exchange(first, second)

    def link(self, source: Path, target: Path) -> None:
        """Give `source` a second name, which must be free."""
        target.hardlink_to(source)

    def remove(self, path: Path) -> None:
        """Remove a file; one that is gone already is fine."""
        path.unlink(missing_ok=True)

    def lock(self, path: Path, *, wait: bool = False) -> locks.Lock | None:
        """Lock a file for this process; None if another holds it."""
        return locks.take(path, wait=wait)


def _status(entry: os.DirEntry[str]) -> os.stat_result:
    # On Windows a listing knows no inodes, which a signature holds.
    if sys.platform == "win32":  # pragma: no cover - Windows only
        return Path(entry.path).lstat()
    return entry.stat(follow_symlinks=False)


def _signature(found: os.stat_result) -> Signature:
    return Signature(found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
