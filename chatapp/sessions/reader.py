"""The reading half of the session manager: it answers, and changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from chatapp.domain.errors import ExportError, SessionNotFound
from chatapp.domain.ids import SessionId, check_session_id
from chatapp.domain.session import Session
from chatapp.kit.atomic import replace_file
from chatapp.sessions.catalogue import Catalogue, SessionFilter, SessionPage
from chatapp.sessions.live import LiveSessions
from chatapp.storage.codec import encode_chunks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from chatapp.domain.message import Message
    from chatapp.kit.clock import Clock
    from chatapp.kit.tasks import Tasks
    from chatapp.storage.store import SessionStore, TrashedSession

Exporter: TypeAlias = Callable[[Session], Iterable[bytes]]
"""Makes the bytes of an export from a snapshot, piece by piece."""


class SessionReader:
    """Answers questions about sessions.

    Attributes:
        catalogue: All sessions, ordered; what lists draw.
    """

    def __init__(
        self,
        store: SessionStore,
        clock: Clock,
        tasks: Tasks,
        exporters: Mapping[str, Exporter] | None,
    ) -> None:
        self.catalogue = Catalogue(clock)
        self._store = store
        self._clock = clock
        self._live = LiveSessions(store, tasks)
        self._exporters = exporters or {"json": encode_chunks}

    @property
    def clock(self) -> Clock:
        """The time everything is told in."""
        return self._clock

    # ---- sessions

    async def get_session(self, session_id: str) -> Session | None:
        """The session, or None; nothing is created and the current one stays.

        Raises:
            InvalidSessionId: The id is unsafe.
            StorageError: The file is there but cannot be read.
        """
        return await self._live.obtain(check_session_id(session_id))

    async def glance(self, session_id: str) -> Session | None:
        """The session to look at only: the living one, else a copy that is not kept in memory."""
        checked = check_session_id(session_id)
        if checked in self._live:
            return await self._live.obtain(checked)
        return await self._store.read(checked)

    async def list_sessions(
        self,
        limit: int = 100,
        offset: int = 0,
        **filters: Any,  # noqa: ANN401 - SessionFilter's
    ) -> SessionPage:
        """One page, newest activity first; `filters` are the fields of `SessionFilter`."""
        return self.catalogue.page(SessionFilter(**filters), limit, offset)

    async def trashed_sessions(self) -> list[TrashedSession]:
        """What can be restored, newest first."""
        return await self._store.trash()

    @property
    def unsaved_ids(self) -> list[SessionId]:
        """Sessions whose file is older than what is in memory."""
        return self._live.unsaved_ids

    async def export_session(self, session_id: str, format: str, path: Path) -> None:  # noqa: A002
        """Write the session to `path` in one of the formats the manager was given.

        Raises:
            ExportError: The format is unknown or the file cannot be written.
        """
        exporter = self._exporters.get(format)
        if exporter is None:
            known = ", ".join(sorted(self._exporters))
            raise ExportError(f"“{format}” is no export format.", f"There are: {known}.")
        snapshot = (await self._existing(session_id)).snapshot()
        try:
            await asyncio.to_thread(lambda: replace_file(path, exporter(snapshot)))
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise ExportError(f"The export was not written ({reason}).") from error

    # ---- messages

    async def get_messages(
        self, session_id: str, limit: int | None = None, offset: int = 0, role: str | None = None
    ) -> list[Message]:
        """Messages of the branch in view, oldest first; beyond the end there are none."""
        messages = (await self._existing(session_id)).messages
        chosen = [message for message in messages if role is None or message.role == role]
        return chosen[offset:] if limit is None else chosen[offset : offset + limit]

    async def last_message(self, session_id: str) -> Message | None:
        """The newest message, or None."""
        messages = (await self._existing(session_id)).messages
        return messages[-1] if messages else None

    async def message_count(self, session_id: str) -> int:
        """How many messages the branch in view has."""
        return len((await self._existing(session_id)).messages)

    async def search_messages(self, session_id: str, text: str) -> list[Message]:
        """The messages that contain `text`, whatever its case."""
        wanted = text.casefold()
        messages = (await self._existing(session_id)).messages
        return [message for message in messages if wanted in message.content.casefold()]

    async def conversation_stats(self, session_id: str) -> dict[str, Any]:
        """The session's `stats`, equal to a recount."""
        return (await self._existing(session_id)).stats

    async def _existing(self, session_id: str) -> Session:
        session = await self._live.obtain(check_session_id(session_id))
        if session is None:
            raise SessionNotFound("There is no chat with this id.")
        return session
