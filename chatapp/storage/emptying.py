"""Emptying the trash: what was deleted long ago goes for good, with all that was kept of it.

Besides the file these are the backups made of it before saves. The index holds its
words until it is made anew, and the journal lets go of it by itself; drafts belong
to the front ends. The quarantine is not touched: it holds what could not be read.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from chatapp.domain.ids import SessionId, session_key
from chatapp.kit.clock import timestamp
from chatapp.storage.trash import deleted_at
from chatapp.storage.trash_ages import TrashAges

if TYPE_CHECKING:
    from pathlib import Path

    from chatapp.kit.clock import Clock
    from chatapp.storage.files import Files
    from chatapp.storage.keepsakes import Keepsakes
    from chatapp.storage.places import Kept, Places
    from chatapp.storage.trash import Trash

LONGEST_STEP_DAYS = 7.0  # counted between two looks, however far the clock moved


class Emptying:
    """Removes from the trash what is due. Lives on the store thread.

    Attributes:
        ages: How long each file was seen to lie there.
    """

    def __init__(
        self,
        files: Files,
        places: Places,
        trash: Trash,
        keepsakes: Keepsakes,
        state: Path,
        clock: Clock,
    ) -> None:
        self.ages = TrashAges(files, state / "trash.json", clock)
        self._files = files
        self._places = places
        self._trash = trash
        self._keepsakes = keepsakes
        self._clock = clock

    def run(self, days: float | None = None) -> list[SessionId]:
        """Remove what lies there longer than `days`; without it, everything.

        A file is due when it was deleted that long ago by the clock, and was seen to lie
        there for as many days.

        Returns:
            Sessions of which nothing is left.

        Raises:
            OSError: The disk refuses; the next call goes on.
        """
        listing = self._trash.listing()
        due = listing if days is None else self._due(listing, days)
        if not due:
            return []
        self.ages.owe_index(owed=True)  # before they go: it is owed even if this is cut short
        going = set(due)
        staying = {session_key(kept.key) for kept in listing if kept not in going}
        gone = []
        for kept in due:
            key = session_key(kept.key)
            if key not in staying and self._places.find(key) is None:
                self._keepsakes.forget(key)
                gone.append(SessionId(key))
            self._files.remove(kept.path)
            self._files.sync_folder(kept.path.parent)
        return gone

    def _due(self, listing: list[Kept], days: float) -> list[Kept]:
        # Never in one step, so that no single jump of the clock is enough.
        step = min(LONGEST_STEP_DAYS, days / 2)
        seen = self.ages.count([name_of(kept) for kept in listing], step)
        limit = timestamp(self._clock.now() - dt.timedelta(days=days))
        return [
            kept
            for kept in listing
            if deleted_at(kept) <= limit and seen.get(name_of(kept), 0.0) >= days
        ]


def name_of(kept: Kept) -> str:
    """What a file of the trash is called in the count."""
    return f"{kept.day}/{kept.path.name}"
