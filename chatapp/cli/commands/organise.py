"""Put chats in order: `rename`, `tag`, `archive`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatapp.cli.command import DONE, FAILED, Command, add_session_id, add_session_ids
from chatapp.cli.output import note, plain_line, write_line

if TYPE_CHECKING:
    import argparse

    from chatapp.services.core import Core


def _add_rename_arguments(parser: argparse.ArgumentParser) -> None:
    add_session_id(parser)
    parser.add_argument("title", metavar="TITLE", help="its new name; an empty text removes it")


async def _rename(core: Core, arguments: argparse.Namespace) -> int:
    await core.manager.update_session(arguments.id, title=arguments.title.strip())
    return DONE


def _add_tag_arguments(parser: argparse.ArgumentParser) -> None:
    add_session_id(parser)
    parser.add_argument("tags", metavar="TAG", nargs="*", help="tags to add; without, shows them")
    parser.add_argument("--remove", action="append", default=[], metavar="TAG", help="take away")


async def _tag(core: Core, arguments: argparse.Namespace) -> int:
    from chatapp.domain.errors import SessionNotFound

    session = await core.manager.get_session(arguments.id)
    if session is None:
        raise SessionNotFound("There is no chat with this id.")
    stored = session.metadata.get("tags")
    tags = list(map(str, stored)) if isinstance(stored, list) else []
    if not arguments.tags and not arguments.remove:
        if tags:
            write_line("\n".join(tags))
        return DONE
    wanted = [tag.strip() for tag in arguments.tags if tag.strip()]
    kept = [tag for tag in dict.fromkeys(tags + wanted) if tag not in arguments.remove]
    await core.manager.update_session(arguments.id, metadata={"tags": kept or None})
    return DONE


def _add_archive_arguments(parser: argparse.ArgumentParser) -> None:
    add_session_ids(parser)
    parser.add_argument("--undo", action="store_true", help="bring them back into the list")


async def _archive(core: Core, arguments: argparse.Namespace) -> int:
    from chatapp.domain.errors import ChatAppError

    status = DONE
    archived = None if arguments.undo else True
    for session_id in arguments.ids:
        try:
            await core.manager.update_session(session_id, metadata={"archived": archived})
        except ChatAppError as error:
            note(plain_line(f"{session_id}: {error}"))
            status = FAILED
    return status


RENAME = Command("rename", "give a chat a title", _add_rename_arguments, _rename)
TAG = Command("tag", "show, add or remove the tags of a chat", _add_tag_arguments, _tag)
ARCHIVE = Command("archive", "take chats out of the list", _add_archive_arguments, _archive)
