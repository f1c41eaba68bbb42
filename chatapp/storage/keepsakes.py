"""Copies kept before bytes are replaced: damaged ones for good, sound ones for a while.

The quarantine stands beside the sessions and is never emptied by the program. The
backups of a run stand in the state folder: one copy of each session, made before
the first overwrite, the newest three of each kept.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from chatapp.domain.ids import session_key
from chatapp.storage import codec
from chatapp.storage.documents import read_version

if TYPE_CHECKING:
    from pathlib import Path

    from chatapp.domain.session import Session
    from chatapp.storage.files import Files
    from chatapp.storage.places import Places

KEPT_BACKUPS = 3
_PIECE = 1 << 20


class Keepsakes:
    """Makes the copies and finds them again."""

    def __init__(self, files: Files, places: Places, backups: Path) -> None:
        self._files = files
        self._places = places
        self._backups = backups
        self._saved: set[str] = set()  # paths backed up in this run

    def quarantine(self, path: Path) -> Path:
        """Copy damaged bytes aside, durably.

        Raises:
            OSError: The copy could not be made; do not replace the file then.
        """
        target = self._places.keep_name(self._places.quarantine, path)
        self._files.make_folder(target.parent)
        self._copy(path, target, durable=True)
        self._files.sync_folder(target.parent)
        return target

    def back_up_once(self, path: Path) -> None:
        """Keep the file as it is now, unless this run has kept one already.

        A backup that cannot be made is no reason not to save.
        """
        if str(path) in self._saved:
            return
        target = self._places.keep_name(self._backups, path)
        with contextlib.suppress(OSError):
            self._files.make_folder(target.parent)
            self._copy(path, target, durable=False)
            self._saved.add(str(path))
            for old in self._of(path.stem)[:-KEPT_BACKUPS]:
                self._files.remove(old)

    def newest_backup(self, session_id: str) -> Session | None:
        """The newest backup that can be read."""
        for path in reversed(self._of(session_key(session_id))):
            with contextlib.suppress(OSError, codec.DamagedFile):
                return read_version(self._files, path, file_id=session_key(session_id)).session
        return None

    def forget(self, session_id: str) -> None:
        """Remove every backup of a session.

        Raises:
            OSError: One is still there.
        """
        for path in self._of(session_key(session_id)):
            self._files.remove(path)
            self._files.sync_folder(path.parent)

    def _of(self, key: str) -> list[Path]:
        kept = [one for one in self._places.kept(self._backups) if one.key == key]
        return [one.path for one in sorted(kept, key=lambda one: one.at)]

    def _copy(self, source: Path, target: Path, *, durable: bool) -> None:
        handle = self._files.create(target)
        try:
            start = 0
            while piece := self._files.read(source, start, _PIECE):
                self._files.write(handle, piece)
                start += len(piece)
            if durable:
                self._files.sync(handle)
        finally:
            self._files.close(handle)
