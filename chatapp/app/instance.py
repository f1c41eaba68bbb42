"""One window for each profile: who is the first.

A lock decides, because it goes with its holder however that dies. It is asked before
the first paint, so nothing is imported here that is slow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatapp.kit.atomic import make_folder

if TYPE_CHECKING:
    from pathlib import Path

    from chatapp.storage.locks import Lock

LOCK_NAME = "app.lock"


@dataclass(frozen=True, slots=True)
class Place:
    """Whether this start is the first on its profile.

    Attributes:
        lock: Held for the life of the process; None for a later one, or where nothing locks.
        is_first: No other window is open on the profile, as far as can be told.
    """

    lock: Lock | None
    is_first: bool


def claim(state: Path) -> Place:
    """Take the place of the first window on the profile with this state folder, if it is free.

    A folder that cannot be written and a file system without locks keep no window from
    opening: what is wrong with them is said when the chats are read.
    """
    from chatapp.storage.locks import take

    try:
        make_folder(state)
        lock = take(state / LOCK_NAME)
    except OSError:
        return Place(None, is_first=True)
    return Place(lock, is_first=lock is not None)
