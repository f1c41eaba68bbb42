"""Replace a file whole: a reader sees the old bytes or the new ones, never a mixture."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE_MODE = 0o600
FOLDER_MODE = 0o700


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents, readable by the user alone, with durable names.

    Raises:
        OSError: The folder cannot be made.
    """
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):  # two starts at once
        folder.mkdir(mode=FOLDER_MODE)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names inside `folder` durable, where the system can.

    Windows cannot open a folder for this; some network and FUSE file systems
    refuse it. Neither is an error: the bytes themselves were synced.
    """
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sync_file(descriptor: int) -> None:
    """Make the bytes of an open file durable down to the drive itself.

    On macOS `fsync` leaves them in the drive's cache; `F_FULLFSYNC` does not
    (fcntl(2)).
    """
    try:
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # type: ignore[attr-defined, unused-ignore]
    except (ImportError, AttributeError, OSError):
        os.fsync(descriptor)


def replace_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Write `chunks` to a temporary file beside `path`, then swap the names.

    The name of the temporary file begins with `~` and ends with `.tmp`, which
    the common sync clients ignore.

    Raises:
        OSError: The write failed; the file at `path` is as it was.
    """
    # A long name, cut so that what is added does not make it too long for the file system.
    temporary = path.with_name(f"~{path.stem[:40]}-{os.urandom(4).hex()}.tmp")
    descriptor = os.open(
        temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), FILE_MODE
    )
    try:
        try:
            for chunk in chunks:
                write_all(descriptor, chunk)
            sync_file(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # the first reason is the one to tell
            temporary.unlink()
        raise
    sync_folder(path.parent)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte of `data`, however little the system takes at a time."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
