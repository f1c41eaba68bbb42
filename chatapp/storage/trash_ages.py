"""How long each deleted file has lain in the trash, counted by looking at it.

A clock can be wrong by years, and must not empty the trash because of it. So besides
the moment of the deletion, the days between two looks are counted for each file, at
most some days for each pair: a clock that jumps forward costs that much and no more,
one that jumps back costs nothing. Without this count (its file is lost, or cannot be
written) files only stay longer.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from chatapp.kit.clock import parse_timestamp, timestamp

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from chatapp.kit.clock import Clock
    from chatapp.storage.files import Files

_DAY = dt.timedelta(days=1)


@dataclass(slots=True)
class Looks:
    """What is remembered from one look to the next.

    Attributes:
        looked_at: When the last look was, as a timestamp; empty if there was none.
        days: Name of a file -> the days it was seen to lie in the trash.
        index_owed: Files were removed for good, but the index may still hold their words.
    """

    looked_at: str = ""
    days: dict[str, float] = field(default_factory=dict)
    index_owed: bool = False


class TrashAges:
    """The count, in a small file of the state folder. Lives on the store thread."""

    def __init__(self, files: Files, path: Path, clock: Clock) -> None:
        self._files = files
        self._path = path
        self._clock = clock

    def count(self, names: Collection[str], longest_step: float) -> dict[str, float]:
        """Look at the files of these names and give the days of each.

        Args:
            names: All that lie in the trash.
            longest_step: The most days that may be counted since the last look.
        """
        looks, now = self.read(), self._clock.now()
        if not (names or looks.days):
            return {}
        step = 0.0
        if looks.looked_at:
            step = (now - parse_timestamp(looks.looked_at)) / _DAY
        step = min(max(step, 0.0), longest_step)
        looks.days = {
            name: looks.days[name] + step if name in looks.days else 0.0 for name in names
        }
        looks.looked_at = timestamp(now)
        with contextlib.suppress(OSError):
            self._write(looks)
        return looks.days

    def owe_index(self, *, owed: bool) -> None:
        """Note that the index has to be made anew, or that it was.

        Raises:
            OSError: It cannot be noted.
        """
        looks = self.read()
        if looks.index_owed != owed:
            looks.index_owed = owed
            self._write(looks)

    def read(self) -> Looks:
        """What is remembered; nothing, where that cannot be read."""
        try:
            found = orjson.loads(self._files.read(self._path))
            days: dict[str, Any] = found["days"]
            return Looks(
                str(found["looked_at"]),
                {str(name): max(0.0, float(count)) for name, count in days.items()},
                bool(found["index_owed"]),
            )
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return Looks()

    def _write(self, looks: Looks) -> None:
        text = orjson.dumps(
            {"looked_at": looks.looked_at, "index_owed": looks.index_owed, "days": looks.days},
            option=orjson.OPT_INDENT_2,
        )
        self._files.make_folder(self._path.parent)
        fresh = self._path.with_name(f"~{self._path.stem}.tmp")
        self._files.remove(fresh)
        handle = self._files.create(fresh)
        try:
            self._files.write(handle, text + b"\n")
            self._files.sync(handle)
        finally:
            self._files.close(handle)
        self._files.replace(fresh, self._path)
        self._files.sync_folder(self._path.parent)
