"""Look after the library: `doctor`, `backup`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from chatapp.cli.command import DONE, FAILED, Command, add_json
from chatapp.cli.output import note, plain_line, write_json, write_line
from chatapp.settings.config import FILE_NAME

if TYPE_CHECKING:
    import argparse

    from chatapp.services.core import Core


async def _doctor(core: Core, arguments: argparse.Namespace) -> int:
    findings = await core.manager.examine()
    if arguments.json:
        write_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            write_line(plain_line(f"{finding.file}: {finding.what} {finding.done}"))
    if not findings:
        note(f"All {len(core.manager.catalogue)} chats are well.")
    note(f"Chats: {core.paths.sessions}\nSettings: {core.paths.config / FILE_NAME}")
    return DONE if all(finding.repaired for finding in findings) else FAILED


def _add_backup_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", type=Path, metavar="PATH", help="the zip to write")
    parser.add_argument("--restore", type=Path, metavar="ZIP", help="merge a backup in instead")


async def _backup(core: Core, arguments: argparse.Namespace) -> int:
    from chatapp.services.upkeep import back_up

    if arguments.restore is not None:
        changed, unreadable = await core.manager.restore_backup(arguments.restore)
        note(f"{changed} chats changed by the backup, {unreadable} entries were no chats.")
        return DONE
    if arguments.output is None:
        keep = core.settings.get("backups_kept")
        made = await back_up(core.manager, core.paths.backups, keep)
    else:
        made = await core.manager.back_up(arguments.output)
    write_line(str(made.path))
    note(f"{made.sessions} chats were backed up and verified.")
    return DONE


DOCTOR = Command("doctor", "check every file and mend what loses nothing", add_json, _doctor)
BACKUP = Command("backup", "write all chats into a zip", _add_backup_arguments, _backup)
