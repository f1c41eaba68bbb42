"""Idle chats leave the list for the archive, if the user wants that; none is deleted."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from chatapp.kit.clock import sortable, timestamp
from chatapp.sessions.catalogue import SessionFilter

if TYPE_CHECKING:
    from chatapp.sessions import SessionManager


async def archive_idle(manager: SessionManager, days: int) -> int:
    """Archive chats without activity for `days` days; gives how many. 0 archives none.

    Pinned chats stay, and so does the one in view.
    """
    if not days:
        return 0
    limit = timestamp(manager.clock.now() - dt.timedelta(days=days))
    idle = [
        summary.session_id
        for summary in manager.catalogue.summaries(SessionFilter(pinned=False))
        if sortable(summary.last_updated) < limit
        and not summary.damage
        and summary.session_id != manager.current_id
    ]
    return sum([await manager.deactivate_session(session_id) for session_id in idle])
