"""What failed, by date, apart from the sessions: `errors/YYYY-MM-DD.jsonl`.

One JSON object a line: timestamp, session_id, kind, message. The message is the
sentence that was shown; no text of a conversation, no key and no path is in it.
"""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any

from chatapp.kit.atomic import FILE_MODE, make_folder, write_all

if TYPE_CHECKING:
    from pathlib import Path

    from chatapp.domain.ids import SessionId
    from chatapp.kit.clock import Clock
    from chatapp.kit.tasks import Tasks

log = logging.getLogger(__name__)


class ErrorLog:
    """Appends to the file of the day; what cannot be written is let go."""

    def __init__(self, folder: Path, clock: Clock, tasks: Tasks) -> None:
        self._folder = folder
        self._clock = clock
        self._tasks = tasks

    def note(self, session_id: SessionId, error: dict[str, Any]) -> None:
        """Remember an entry of a session's `errors`; returns at once."""
        entry = {
            "timestamp": error.get("timestamp"),
            "session_id": session_id,
            "kind": error.get("kind"),
            "message": error.get("message"),
        }
        day = self._clock.local(self._clock.now()).date().isoformat()
        self._tasks.start(self._append(f"{day}.jsonl", entry), name="error log")

    async def _append(self, name: str, entry: dict[str, Any]) -> None:
        import asyncio

        line = f"{json.dumps(entry, ensure_ascii=False)}\n".encode()
        try:
            await asyncio.to_thread(self._write, self._folder / name, line)
        except OSError as error:
            log.info("The error log was not written: %s", error.strerror)

    @staticmethod
    def _write(path: Path, line: bytes) -> None:
        make_folder(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
        try:
            write_all(descriptor, line)
        finally:
            os.close(descriptor)
