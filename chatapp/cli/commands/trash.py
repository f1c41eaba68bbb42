"""Delete chats and bring them back: `delete`, `restore`, `trash`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from chatapp.cli.command import DONE, FAILED, Command, add_json, add_session_ids
from chatapp.cli.output import note, plain_line, write_json, write_line

if TYPE_CHECKING:
    import argparse

    from chatapp.services.core import Core
    from chatapp.storage.store import TrashedSession


async def _delete(core: Core, arguments: argparse.Namespace) -> int:
    status = DONE
    for session_id in arguments.ids:
        if await core.manager.delete_session(session_id):
            note(f"Moved to the trash. “chatapp restore {session_id}” brings it back.")
        else:
            note(f"There is no chat {session_id}.")
            status = FAILED
    return status


async def _restore(core: Core, arguments: argparse.Namespace) -> int:
    status = DONE
    for session_id in arguments.ids:
        if not await core.manager.restore_session(session_id):
            note(f"{session_id} was not restored: it is not in the trash, or is in use again.")
            status = FAILED
    return status


def _add_trash_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)
    parser.add_argument("--empty", action="store_true", help="remove all of it for good")
    parser.add_argument("--yes", action="store_true", help="do not ask before that")


async def _trash(core: Core, arguments: argparse.Namespace) -> int:
    from chatapp.services.trash import goes_at

    entries = await core.manager.trashed_sessions()
    if arguments.empty:
        return await _empty(core, len(entries), is_sure=arguments.yes)
    days = core.settings.get("trash_days")
    going = [goes_at(entry, days, core.clock) for entry in entries]
    if arguments.json:
        write_json(
            [asdict(entry) | {"goes_at": at} for entry, at in zip(entries, going, strict=True)]
        )
    elif entries:
        _write_table(core, entries, going)
    else:
        note("The trash is empty.")
    return DONE


def _write_table(core: Core, entries: list[TrashedSession], going: list[str | None]) -> None:
    from chatapp.cli.transcript import local_time

    width = max(len(entry.session_id) for entry in entries)
    for entry, at in zip(entries, going, strict=True):
        end = f"goes on {local_time(at, core.clock)[:10]}" if at else "is kept"
        deleted = local_time(entry.deleted_at, core.clock)
        write_line(f"{entry.session_id:{width}}  {deleted}  {end}  {plain_line(entry.title)}")


async def _empty(core: Core, count: int, *, is_sure: bool) -> int:
    from chatapp.services.trash import empty_trash

    if not count:
        note("The trash is empty.")
        return DONE
    if not (is_sure or _is_confirmed(count)):
        note("Nothing was removed.")
        return FAILED
    await empty_trash(core)
    note("The trash was emptied.")
    return DONE


def _is_confirmed(count: int) -> bool:
    from chatapp.cli.prompt import Prompt

    what = "1 chat" if count == 1 else f"{count} chats"
    answer = Prompt(f"Remove {what} for good? Type yes: ").read()
    return (answer or "").strip().lower() in ("y", "yes")


DELETE = Command("delete", "move chats to the trash", add_session_ids, _delete)
RESTORE = Command("restore", "bring chats back from the trash", add_session_ids, _restore)
TRASH = Command(
    "trash", "what can be restored, newest first; or empty it", _add_trash_arguments, _trash
)
