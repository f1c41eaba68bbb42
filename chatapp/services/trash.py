"""The trash: when a deleted chat goes for good, and what goes with it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from chatapp.domain.ids import session_key
from chatapp.kit.clock import parse_timestamp, timestamp

if TYPE_CHECKING:
    from chatapp.kit.clock import Clock
    from chatapp.services.core import Core
    from chatapp.storage.store import TrashedSession


async def empty_trash(core: Core, days: float | None = None) -> int:
    """Remove deleted chats for good, and what was being written in them.

    Args:
        core: The program.
        days: Only those that lie in the trash longer; without it, all.

    Returns:
        How many chats there is nothing left of.
    """
    gone = set(await core.manager.empty_trash(days))
    drafts = [key for key in core.drafts.keys if session_key(key) in gone]
    for key in drafts:
        core.drafts.set(key, None)
    if drafts:
        await core.drafts.save()
    return len(gone)


def goes_at(entry: TrashedSession, trash_days: int, clock: Clock) -> str | None:
    """When a deleted chat goes for good, as a timestamp; None if it is kept for ever.

    Both have to pass: the days since its deletion, and as many days seen by the program.
    """
    if not trash_days:
        return None
    days = dt.timedelta(days=trash_days)
    seen = dt.timedelta(days=min(entry.days, trash_days))
    try:
        return timestamp(max(parse_timestamp(entry.deleted_at) + days, clock.now() + days - seen))
    except OverflowError:  # deleted in the last days there are
        return None
