"""Swap two files in one step, so that a save that landed meanwhile is never lost.

Linux has `renameat2(RENAME_EXCHANGE)` (rename(2)), macOS `renamex_np(RENAME_SWAP)`.
Elsewhere, and on file systems that do not know it, `ExchangeUnsupportedError` says so.
"""

from __future__ import annotations

import errno
import functools
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # linux/fs.h
_RENAME_SWAP = 2  # sys/stdio.h of macOS
_NOT_HERE = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM})


class ExchangeUnsupportedError(OSError):
    """This file system cannot swap two names."""


def exchange(first: Path, second: Path) -> None:
    """Swap two files of one folder; each has the other's name afterwards.

    Raises:
        ExchangeUnsupportedError: This file system cannot.
        OSError: It could, but one of them is gone or the disk refuses.
    """
    call = _system_call()
    if call is None:
        raise ExchangeUnsupportedError(errno.ENOSYS, "no call swaps two names here")
    code = call(os.fsencode(first), os.fsencode(second))
    if code in _NOT_HERE:
        raise ExchangeUnsupportedError(code, os.strerror(code), str(second))
    if code:
        raise OSError(code, os.strerror(code), str(second))


@functools.cache
def _system_call() -> Callable[[bytes, bytes], int] | None:
    """A function that swaps two paths and gives the error number, 0 for none."""
    import ctypes

    library: Any
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            swap = library.renamex_np
            return lambda a, b: ctypes.get_errno() if swap(a, b, _RENAME_SWAP) else 0
        rename = library.renameat2
    except (AttributeError, OSError, TypeError):
        return None
    return lambda a, b: (
        ctypes.get_errno() if rename(_AT_FDCWD, a, _AT_FDCWD, b, _RENAME_EXCHANGE) else 0
    )
