"""What is done for the library while the window is open: expiry, the old trash, backups.

Each task runs in the background and can be cut short at any moment. One that fails is
noted in the error log and tried again at the next round; it keeps no other from
being done.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
from typing import TYPE_CHECKING

from chatapp.domain.errors import ChatAppError
from chatapp.domain.ids import SessionId
from chatapp.kit.clock import timestamp
from chatapp.services.expiry import archive_idle
from chatapp.services.trash import empty_trash
from chatapp.settings.config import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from chatapp.services.core import Core
    from chatapp.storage.backup import Backup

SETTLING_SECONDS = 5.0  # a start has more urgent things to do
ROUND_SECONDS = 3_600.0  # what is due once a day is found within the hour
ERROR_KIND = "upkeep"


async def look_after(core: Core) -> None:
    """Do what is due, soon after the start and then every hour, until cancelled."""
    for pause in itertools.chain([SETTLING_SECONDS], itertools.repeat(ROUND_SECONDS)):
        await asyncio.sleep(pause)
        await do_what_is_due(core)


async def do_what_is_due(core: Core) -> None:
    """Do now what is due."""
    for task in _TASKS:
        try:
            await task(core)
        except ChatAppError as error:
            at = timestamp(core.clock.now())
            entry = {"timestamp": at, "kind": ERROR_KIND, "message": error.sentence}
            core.error_log.note(SessionId(""), entry)


async def back_up(core: Core, target: Path | None = None) -> Backup:
    """Back up all chats, and the settings without keys.

    Args:
        core: The program.
        target: The zip, or a folder for it; without it, it goes among the others, and the
            oldest of these beyond the setting are removed.

    Raises:
        StorageError: The disk refuses; the older backups are as they were.
    """
    from chatapp.storage.backup import name_at, prune

    folder, name = core.paths.backups, name_at(core.clock.now())
    if target is None:
        target = folder / name
    elif await asyncio.to_thread(target.is_dir):
        target /= name
    extra = await asyncio.to_thread(_settings_file, core)
    made = await core.manager.back_up(target, extra)
    if made.path.parent == folder:
        keep = core.settings.get("backups_kept")
        await asyncio.to_thread(prune, folder, keep, made.path)
    return made


def _settings_file(core: Core) -> dict[str, bytes]:
    from chatapp.settings.without_keys import without_keys

    try:
        text = without_keys((core.paths.config / FILE_NAME).read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        text = None
    return {} if text is None else {FILE_NAME: text.encode()}


async def _archive_idle(core: Core) -> None:
    await archive_idle(core.manager, core.settings.get("archive_after_days"))


async def _empty_trash(core: Core) -> None:
    if days := core.settings.get("trash_days"):
        await empty_trash(core, days)


async def _back_up(core: Core) -> None:
    days = core.settings.get("backup_days")
    if days and await asyncio.to_thread(_is_due, core, days):
        await back_up(core)


def _is_due(core: Core, days: int) -> bool:
    from chatapp.storage.backup import kept_in, made_at

    now = core.clock.now()
    # One made while the clock ran ahead says nothing of when the last one was.
    moments = [at for path in kept_in(core.paths.backups) if (at := made_at(path)) <= now]
    return not moments or now - max(moments) >= dt.timedelta(days=days)


_TASKS: tuple[Callable[[Core], Awaitable[None]], ...] = (_archive_idle, _empty_trash, _back_up)
