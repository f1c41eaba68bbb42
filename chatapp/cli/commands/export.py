"""Write chats as files for others: `export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chatapp.cli.command import DONE, FAILED, Command
from chatapp.cli.output import note, plain_line
from chatapp.cli.window_options import session_id

if TYPE_CHECKING:
    import argparse

    from chatapp.services.core import Core


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("ids", type=session_id, metavar="ID", nargs="*", default=[], help="chats")
    which.add_argument("--all", action="store_true", help="every chat, archived ones too")
    parser.add_argument("--format", required=True, metavar="F", help="such as markdown or json")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="PATH",
        help="a file for one chat; a folder or a .zip for several",
    )


async def _export(core: Core, arguments: argparse.Namespace) -> int:
    path: Path = arguments.output
    if not arguments.all and len(arguments.ids) == 1 and not _holds_several(path):
        await core.manager.export_session(arguments.ids[0], arguments.format, path)
        return DONE

    from chatapp.services.export.bundle import export_sessions
    from chatapp.sessions.catalogue import SessionFilter

    every = SessionFilter(archived=None)
    chosen = (
        [summary.session_id for summary in core.manager.catalogue.summaries(every)]
        if arguments.all
        else arguments.ids
    )
    failures = await export_sessions(core.manager, chosen, arguments.format, path)
    for failed, error in failures:
        note(plain_line(f"{failed}: {error}"))
    return FAILED if failures else DONE


def _holds_several(path: Path) -> bool:
    return path.suffix.lower() == ".zip" or path.is_dir()


EXPORT = Command("export", "write chats as files for others", _add_arguments, _export)
