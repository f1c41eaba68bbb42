"""What is done for the library now and then: a backup each day, and the old trash emptied."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from typing import TYPE_CHECKING

from chatapp.domain.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from chatapp.sessions import SessionManager

BACKUP_HOURS = 24
KEPT_BACKUPS = 14
FIRST_LOOK_SECONDS = 300.0  # a start has better things to do
LOOK_SECONDS = 3_600.0

log = logging.getLogger(__name__)


async def look_after(manager: SessionManager, backups: Path) -> None:
    """Do what is due, again and again, until cancelled."""
    await asyncio.sleep(FIRST_LOOK_SECONDS)
    while True:
        try:
            await do_what_is_due(manager, backups)
        except StorageError as error:  # the next look tries again
            log.info("The library was not looked after: %s", error.sentence)
        await asyncio.sleep(LOOK_SECONDS)


async def do_what_is_due(manager: SessionManager, backups: Path) -> None:
    """Make a backup if the newest is a day old, and empty what lay in the trash too long.

    Raises:
        StorageError: The disk refuses.
    """
    from chatapp.storage.backup import kept_in, made_at

    kept = await asyncio.to_thread(kept_in, backups)
    age = dt.timedelta(hours=BACKUP_HOURS)
    if not kept or manager.clock.now() - made_at(kept[-1]) >= age:
        await back_up(manager, backups)
    await manager.empty_trash()


async def back_up(manager: SessionManager, backups: Path) -> tuple[Path, int]:
    """Make a backup among the others, and remove the oldest; gives it, and how many chats it has.

    Raises:
        StorageError: The disk refuses; the older backups are as they were.
    """
    from chatapp.storage.backup import name_at, prune

    made = await manager.back_up(backups / name_at(manager.clock.now()))
    await asyncio.to_thread(prune, backups, KEPT_BACKUPS)
    return made.path, made.sessions
