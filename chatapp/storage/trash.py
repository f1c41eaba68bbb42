"""Deleted sessions: their files, byte for byte, until the trash is emptied.

`.trash` stands inside the sessions folder, so that a delete is a rename, which
needs no space and cannot be half done.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from chatapp.domain.ids import session_key
from chatapp.kit.clock import EPOCH, timestamp
from chatapp.storage.places import SUFFIX

if TYPE_CHECKING:
    from pathlib import Path

    from chatapp.storage.files import Files
    from chatapp.storage.places import Kept, Places


class Trash:
    """Moves session files out of sight and back."""

    def __init__(self, files: Files, places: Places) -> None:
        self._files = files
        self._places = places

    def put(self, path: Path) -> Path:
        """Move a session's file to the trash.

        Raises:
            OSError: It stands where it stood.
        """
        target = self._places.keep_name(self._places.trash, path)
        self._files.make_folder(target.parent)
        self._files.replace(path, target)
        self._files.sync_folder(target.parent)
        self._files.sync_folder(path.parent)
        return target

    def take_back(self, session_id: str) -> Path | None:
        """Move the newest trashed file of a session back; None if there is none."""
        key = session_key(session_id)
        mine = [kept for kept in self.listing() if session_key(kept.key) == key]
        if not mine:
            return None
        kept = mine[0]
        target = self._places.root / kept.day / f"{kept.key}{SUFFIX}"
        self._files.make_folder(target.parent)
        self._files.replace(kept.path, target)
        self._files.sync_folder(target.parent)
        self._files.sync_folder(kept.path.parent)
        return target

    def listing(self) -> list[Kept]:
        """What lies in the trash, newest first."""
        return sorted(self._places.kept(self._places.trash), key=lambda kept: kept.at, reverse=True)


def deleted_at(kept: Kept) -> str:
    """When a file came to the trash, as a timestamp; the epoch if its name tells no moment."""
    try:
        return timestamp(dt.datetime.strptime(kept.at, "%Y%m%dT%H%M%S%f%z"))
    except ValueError:  # somebody named it by hand
        return timestamp(EPOCH)
