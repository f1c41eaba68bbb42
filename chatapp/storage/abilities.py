"""What the file system of a folder can do, found out by trying it."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from typing import TYPE_CHECKING, NamedTuple

from chatapp.kit import atomic
from chatapp.storage import locks
from chatapp.storage.exchange import exchange

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Abilities(NamedTuple):
    """What worked; where something did not, the store has a slower or a weaker way.

    Attributes:
        write: A file can be made.
        exchange: Two names can be swapped in one step, so a save of another program is seen.
        folder_sync: Names can be made to survive a power cut.
        locks: Two starts of the program can keep out of each other's way.
    """

    write: bool
    exchange: bool
    folder_sync: bool
    locks: bool


def try_out(folder: Path) -> Abilities:
    """Try everything in `folder`; what is made for that is removed again."""
    mark = secrets.token_hex(4)
    first, second = (folder / f"~doctor-{mark}-{number}.tmp" for number in (1, 2))
    try:
        can_write = _works(lambda: _make(first)) and _works(lambda: _make(second))
        return Abilities(
            can_write,
            can_write and _works(lambda: exchange(first, second)),
            can_write and _works(lambda: _sync(folder)),
            can_write and _works(lambda: _lock(first)),
        )
    finally:
        for path in (first, second):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def is_open_to_others(folder: Path) -> bool:
    """Whether other users of this machine may look into a folder; never, where that is unknown."""
    if os.name == "nt":
        return False
    try:
        return bool(stat.S_IMODE(folder.stat().st_mode) & 0o077)
    except OSError:
        return False


def free_bytes(folder: Path) -> int | None:
    """The room left on the disk of a folder; None if it does not say."""
    import shutil

    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _works(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def _make(path: Path) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, atomic.FILE_MODE))


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock(path: Path) -> None:
    held = locks.take(path)
    if held is not None:
        held.release()
