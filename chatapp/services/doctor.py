"""Examines the whole library, says where it is, and mends what loses nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chatapp.domain.errors import StorageError
from chatapp.storage.abilities import free_bytes, is_open_to_others, try_out
from chatapp.storage.doctor import Finding

if TYPE_CHECKING:
    from chatapp.kit.clock import Clock
    from chatapp.kit.paths import Paths
    from chatapp.services.core import Core

LITTLE_ROOM = 200 << 20  # bytes; less is soon used up by saving and backing up
_MEGABYTE = 1_000_000
_MENDED = "It was mended; nothing was lost by it."


@dataclass(frozen=True, slots=True)
class Report:
    """What an examination found.

    Attributes:
        folders: Where everything is.
        facts: What is good to know, each a sentence.
        findings: What is not as it should be.
        chats: How many session files there are.
    """

    folders: dict[str, str]
    facts: list[str]
    findings: list[Finding]
    chats: int


async def examine(paths: Paths, clock: Clock) -> Report:
    """Look at everything and change nothing; works while windows are open."""
    return await asyncio.to_thread(_examine, paths, clock)


async def repair(core: Core) -> Report:
    """Mend what loses nothing, then look again; what was mended is among the findings.

    The start of the store itself folds what dead instances left, removes their temporary
    files and merges conflict copies; the rest is done file by file.

    Raises:
        StorageError: The chats cannot be opened.
    """
    before = await examine(core.paths, core.clock)
    await core.manager.open()
    tried = {finding.file: finding for finding in await core.manager.examine()}
    after = await examine(core.paths, core.clock)
    left = {(finding.file, finding.what) for finding in after.findings}
    mended = [
        replace(finding, done=_MENDED, repaired=True)
        for finding in before.findings
        if (finding.file, finding.what) not in left
    ]
    # Whoever tried in vain knows better why than whoever only looked.
    hopeless = [tried.get(finding.file, finding) for finding in after.findings]
    return replace(after, findings=mended + hopeless)


def _examine(paths: Paths, clock: Clock) -> Report:
    from chatapp.storage.checkup import Checkup
    from chatapp.storage.files import RealFiles
    from chatapp.storage.places import Places

    names = ("sessions", "backups", "state", "cache", "config")
    folders = {name: str(getattr(paths, name)) for name in names}
    if not paths.sessions.is_dir():
        return Report(folders, ["There are no chats yet."], [], 0)
    files = RealFiles()
    places = Places(files, paths.sessions, clock)
    checkup = Checkup(files, places, paths.state, paths.cache)
    try:
        findings = [*_room(paths), *checkup.findings()]
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        remedy = "Check the permissions of the folder."
        raise StorageError(f"The chats cannot be looked at ({reason}).", remedy) from error
    facts = [
        f"Deleted chats in the trash: {checkup.kept(places.trash)}.",
        f"Damaged files whose bytes are kept in .quarantine: {checkup.kept(places.quarantine)}.",
        *_abilities(paths),
    ]
    return Report(folders, facts, findings, checkup.chats)


def _room(paths: Paths) -> list[Finding]:
    findings = []
    for name in ("sessions", "state"):
        folder = getattr(paths, name)
        if is_open_to_others(folder):
            what = "Other users of this machine may look into this folder."
            remedy = "If you do not want that, take their permissions away (chmod 700)."
            findings.append(Finding(name, what, remedy, repaired=False))
        free = free_bytes(folder)
        if free is not None and free < LITTLE_ROOM:
            what = f"Only {free // _MEGABYTE} MB are free on its disk."
            findings.append(Finding(name, what, "Free some space.", repaired=False))
    if not try_out(paths.sessions).write:
        what = "No file can be made in this folder, so nothing new is saved in it."
        remedy = "Check its permissions and the disk."
        findings.append(Finding("sessions", what, remedy, repaired=False))
    return findings


def _abilities(paths: Paths) -> list[str]:
    can = try_out(paths.sessions)
    if not can.write:
        return []
    told = (
        ("Exchange of two files in one step", can.exchange),
        ("Names forced to the disk", can.folder_sync),
        ("Locks", can.locks),
    )
    return [f"{name}: {'yes' if works else 'no, a weaker way is used'}." for name, works in told]
