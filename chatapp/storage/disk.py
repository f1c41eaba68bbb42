"""What a disk refused, as a sentence."""

from __future__ import annotations

import errno

from chatapp.domain.errors import StorageError

_KEPT = "What you wrote is kept in memory and saved as soon as that is possible."
_READ_ONLY = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def storage_error(error: OSError) -> StorageError:
    """The error a person can act on; the cause is named without any path."""
    if error.errno in _FULL:
        return StorageError("The disk is full.", f"Free some space. {_KEPT}")
    if error.errno in _READ_ONLY:
        return StorageError(
            "The folder of the chats cannot be written to.", f"Check its permissions. {_KEPT}"
        )
    if error.errno == errno.ENOENT:
        return StorageError(
            "The folder of the chats is gone.", f"Bring it back or choose another. {_KEPT}"
        )
    reason = (error.strerror or "unknown reason").lower()
    return StorageError(f"The disk refused ({reason}).", _KEPT)
