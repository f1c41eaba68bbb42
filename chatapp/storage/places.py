"""Where everything lies below the sessions folder.

YYYY-MM-DD/<id>.json             a session; the id in lower case
YYYY-MM-DD/~<id>-<inst>-<n>.tmp  temporary; the common sync clients ignore the name
.trash/YYYY-MM-DD/<id>.<utc>.json
.quarantine/YYYY-MM-DD/<id>.<utc>.json
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chatapp.domain.ids import session_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatapp.kit.clock import Clock
    from chatapp.storage.files import Entry, Files

SUFFIX = ".json"
DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TEMPORARY = re.compile(r"~(?P<key>.+)-(?P<instance>[0-9a-z]+)-\d+\.tmp")
_KEPT = re.compile(r"(?P<key>.+)\.(?P<at>\d{8}T\d{12}Z)\.json")


class Kept(NamedTuple):
    """A file of the trash or the quarantine.

    Attributes:
        at: When it came there, `YYYYMMDDTHHMMSSffffffZ`.
    """

    path: Path
    key: str
    day: str
    at: str


class Temporary(NamedTuple):
    """A left-over of an unfinished write."""

    path: Path
    key: str
    day: str
    instance: str


class Places:
    """Names and paths below one sessions folder; remembers where sessions were seen."""

    def __init__(self, files: Files, root: Path, clock: Clock) -> None:
        self.root = root
        self.trash = root / ".trash"
        self.quarantine = root / ".quarantine"
        self._files = files
        self._clock = clock
        self._seen: dict[str, Path] = {}

    def days(self, below: Path | None = None) -> list[str]:
        """The names of the dated folders, oldest first."""
        return sorted(day for day in self._files.folders(below or self.root) if DAY.fullmatch(day))

    def find(self, session_id: str) -> Path | None:
        """The file of a session: the oldest folder that has one."""
        key = session_key(session_id)
        seen = self._seen.get(key)
        if seen is not None and self._files.signature(seen) is not None:
            return seen
        for day in self.days():
            path = self.root / day / f"{key}{SUFFIX}"
            if self._files.signature(path) is not None:
                self._seen[key] = path
                return path
        return None

    def home(self, session_id: str, day: str) -> Path:
        """Where a session's file is, or would be made."""
        return self.find(session_id) or self.root / day / f"{session_key(session_id)}{SUFFIX}"

    def note(self, session_id: str, path: Path) -> None:
        """A session's file stands under another name than it should."""
        self._seen[session_key(session_id)] = path

    def forget(self, session_id: str) -> None:
        """The session's file was moved away."""
        self._seen.pop(session_key(session_id), None)

    def session_files(self, day: str) -> Iterator[Entry]:
        """The names of the session files of one day, with their signatures."""
        for entry in self._files.entries(self.root / day):
            if entry.name.endswith(SUFFIX) and not entry.name.startswith((".", "~")):
                yield entry

    def temporaries(self) -> Iterator[Temporary]:
        """Every left-over of a write."""
        for day in self.days():
            for name, _ in self._files.entries(self.root / day):
                if match := _TEMPORARY.fullmatch(name):
                    path = self.root / day / name
                    yield Temporary(path, match["key"], day, match["instance"])

    def kept(self, below: Path) -> Iterator[Kept]:
        """What lies in the trash or the quarantine."""
        for day in self.days(below):
            for name, _ in self._files.entries(below / day):
                if match := _KEPT.fullmatch(name):
                    yield Kept(below / day / name, match["key"], day, match["at"])

    def keep_name(self, below: Path, path: Path) -> Path:
        """A free name in the trash or the quarantine for a file of a dated folder."""
        moment = self._clock.now()
        while True:
            name = f"{path.stem}.{moment:%Y%m%dT%H%M%S%f}Z{SUFFIX}"
            target = below / path.parent.name / name
            if self._files.signature(target) is None:
                return target
            moment += dt.timedelta(microseconds=1)
