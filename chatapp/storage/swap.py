"""Put a new file in place without losing a save that lands at the same moment.

Looking, then replacing, loses whatever another program saves in between. Here the
two files are exchanged and what came out is inspected: if it is not the file that
was expected, it is still there to be merged. Where no call exchanges names, the
old file gets a second name first, which leaves a window of microseconds; where
there are not even hard links, the look before must do.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from chatapp.storage.exchange import ExchangeUnsupportedError

if TYPE_CHECKING:
    from pathlib import Path

    from chatapp.storage.files import Files


def place_new(files: Files, fresh: Path, target: Path) -> None:
    """Give `fresh` the name `target`, which must be free.

    Where there are hard links, `fresh` keeps its own name too, for the caller to remove:
    whether that fails is no question of whether the file is in its place.

    Raises:
        FileExistsError: Somebody else was faster; `fresh` is untouched.
        OSError: The disk refuses; `fresh` is untouched.
    """
    try:
        files.link(fresh, target)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # a file system without hard links
        if files.signature(target) is not None:
            raise FileExistsError(errno.EEXIST, "the name is taken", str(target)) from None
        files.replace(fresh, target)


def place_over(files: Files, fresh: Path, target: Path, spare: Path) -> Path | None:
    """Put `fresh` in the place of `target`.

    Args:
        files: The file system.
        fresh: The new file; its name is free afterwards, or holds the old file.
        target: The file to displace.
        spare: A free name, for file systems that cannot exchange.

    Returns:
        Where the displaced file is now, or None where the system cannot keep it.

    Raises:
        OSError: The disk refuses, or `target` is gone; it is as it was.
    """
    try:
        files.exchange(fresh, target)
    except ExchangeUnsupportedError:
        return _replace_keeping(files, fresh, target, spare)
    return fresh


def _replace_keeping(files: Files, fresh: Path, target: Path, spare: Path) -> Path | None:
    try:
        files.link(target, spare)
    except (OSError, NotImplementedError):
        files.replace(fresh, target)
        return None
    files.replace(fresh, target)
    return spare
