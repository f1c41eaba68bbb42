"""Look after the library: `doctor`, `backup`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from chatapp.cli.command import DONE, FAILED, Command, add_json
from chatapp.cli.output import note, plain_line, write_json, write_line

if TYPE_CHECKING:
    import argparse

    from chatapp.services.core import Core


def _add_doctor_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)
    parser.add_argument(
        "--repair", action="store_true", help="mend what can be mended without any loss"
    )


async def _doctor(core: Core, arguments: argparse.Namespace) -> int:
    from chatapp.services.doctor import examine, repair

    report = await (repair(core) if arguments.repair else examine(core.paths, core.clock))
    if arguments.json:
        write_json(asdict(report))
    else:
        for name, folder in report.folders.items():
            write_line(f"{name:9}{folder}")
        for line in report.facts:
            write_line(line)
        for finding in report.findings:
            write_line(plain_line(f"{finding.file}: {finding.what} {finding.done}"))
    if all(finding.repaired for finding in report.findings):
        note(f"Everything is sound. Chats: {report.chats}.")
        return DONE
    return FAILED


def _add_backup_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", type=Path, metavar="PATH", help="the zip to write")
    parser.add_argument("--restore", type=Path, metavar="ZIP", help="merge a backup in instead")
    parser.add_argument(
        "--dry-run", action="store_true", help="with --restore: only say what it would do"
    )


async def _backup(core: Core, arguments: argparse.Namespace) -> int:
    from chatapp.services.upkeep import back_up

    if arguments.restore is not None:
        return await _restore(core, arguments.restore, dry_run=arguments.dry_run)
    made = await back_up(core, arguments.output)
    write_line(str(made.path))
    for member in made.damaged:
        note(plain_line(f"{member} is damaged, and was kept as it is."))
    note(f"Chats backed up and verified: {made.sessions}.")
    return DONE


async def _restore(core: Core, source: Path, *, dry_run: bool) -> int:
    found = await core.manager.restore_backup(source, dry_run=dry_run)
    for member in found.unreadable:
        note(plain_line(f"{member} was not restored: it is no chat that can be read."))
    counts = f"{found.new} new, {found.merged} merged, {found.same} unchanged"
    note(f"Nothing was changed. It would be: {counts}." if dry_run else f"Chats: {counts}.")
    return FAILED if found.unreadable else DONE


DOCTOR = Command(
    "doctor",
    "check the whole library and show where it is",
    _add_doctor_arguments,
    _doctor,
    opens_chats=False,
)
BACKUP = Command("backup", "write all chats into a zip", _add_backup_arguments, _backup)
