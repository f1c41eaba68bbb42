"""Delete chats and bring them back: `delete`, `restore`, `trash`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from chatapp.cli.command import DONE, FAILED, Command, add_json, add_session_ids, count
from chatapp.cli.output import note, plain_line, write_json, write_line

if TYPE_CHECKING:
    import argparse

    from chatapp.services.core import Core


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
    parser.add_argument(
        "--empty", type=count, metavar="DAYS", help="remove for good what lay there so long"
    )


async def _trash(core: Core, arguments: argparse.Namespace) -> int:
    from chatapp.cli.transcript import local_time

    if arguments.empty is not None:
        gone = await core.manager.empty_trash(arguments.empty)
        note(f"{gone} deleted chats were removed for good.")
        return DONE
    entries = await core.manager.trashed_sessions()
    if arguments.json:
        write_json([asdict(entry) for entry in entries])
    elif entries:
        width = max(len(entry.session_id) for entry in entries)
        write_line(
            "\n".join(
                f"{entry.session_id:{width}}  {local_time(entry.deleted_at, core.clock)}"
                f"  {plain_line(entry.title)}"
                for entry in entries
            )
        )
    else:
        note("The trash is empty.")
    return DONE


DELETE = Command("delete", "move chats to the trash", add_session_ids, _delete)
RESTORE = Command("restore", "bring chats back from the trash", add_session_ids, _restore)
TRASH = Command("trash", "what can be restored, newest first", _add_trash_arguments, _trash)
