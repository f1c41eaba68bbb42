"""Locks between processes of one machine: gone when their holder is, however it died."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from chatapp.kit import atomic

if TYPE_CHECKING:
    from pathlib import Path


class Lock:
    """A held lock; released by `release` or by the end of the process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Let go; twice is fine."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1

    def __enter__(self) -> Lock:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def take(path: Path, *, wait: bool = False) -> Lock | None:
    """Lock the file at `path`, made if it is missing; None if another process holds it.

    Args:
        path: The lock file; its content means nothing.
        wait: Wait for the other to let go.

    Raises:
        OSError: The file cannot be made, or its file system knows no locks.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, atomic.FILE_MODE)
        try:
            taken = _lock(descriptor, wait=wait)
            stands = taken and _stands(path, descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        if stands:
            return Lock(descriptor)
        os.close(descriptor)
        if not taken:
            return None


def _stands(path: Path, descriptor: int) -> bool:
    """Whether the locked file still has its name; its last holder may have removed it."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


if sys.platform == "win32":  # pragma: no cover - Windows only
    import msvcrt

    def _lock(descriptor: int, *, wait: bool) -> bool:
        mode = msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK  # LK_LOCK gives up after 10 s
        try:
            msvcrt.locking(descriptor, mode, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def _lock(descriptor: int, *, wait: bool) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True
