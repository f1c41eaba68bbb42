"""Several conversations at once: a folder, or a .zip, with a file for each."""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from chatapp.domain.errors import ChatAppError, ExportError, SessionNotFound
from chatapp.domain.ids import SessionId, session_key
from chatapp.kit.atomic import FILE_MODE, make_folder
from chatapp.services.export import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatapp.sessions import SessionManager

ZIP = ".zip"


async def export_sessions(
    manager: SessionManager, session_ids: Iterable[SessionId], format_name: str, path: Path
) -> list[tuple[SessionId, ChatAppError]]:
    """Write each session into the folder `path`, or into the archive if it ends in `.zip`.

    Gives the sessions that could not be exported, with the reason; the others are.

    Raises:
        ExportError: The folder or the archive cannot be made.
    """
    try:
        if path.suffix.lower() != ZIP:
            await asyncio.to_thread(make_folder, path)
            return await _export_each(manager, session_ids, format_name, path)
        return await _export_packed(manager, session_ids, format_name, path)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise ExportError(f"The export was not written ({reason}).") from error


async def _export_packed(
    manager: SessionManager, session_ids: Iterable[SessionId], format_name: str, path: Path
) -> list[tuple[SessionId, ChatAppError]]:
    # Beside the archive, so that it takes its place in one step.
    with tempfile.TemporaryDirectory(prefix="~export-", dir=path.parent) as folder:
        failures = await _export_each(manager, session_ids, format_name, Path(folder))
        await asyncio.to_thread(_pack, Path(folder), path)
    return failures


async def _export_each(
    manager: SessionManager, session_ids: Iterable[SessionId], format_name: str, folder: Path
) -> list[tuple[SessionId, ChatAppError]]:
    failures: list[tuple[SessionId, ChatAppError]] = []
    for session_id in session_ids:
        try:
            summary = manager.catalogue.get(session_id)
            if summary is None:
                raise SessionNotFound("There is no chat with this id.")
            name = f"{summary.day}-{session_key(session_id)}{SUFFIXES.get(format_name, '')}"
            await manager.export_session(session_id, format_name, folder / name)
        except ChatAppError as error:
            failures.append((session_id, error))
    return failures


def _pack(folder: Path, target: Path) -> None:
    files = sorted(folder.iterdir())
    packed = folder / "packed.tmp"
    with zipfile.ZipFile(packed, "x", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    packed.chmod(FILE_MODE)
    packed.replace(target)
