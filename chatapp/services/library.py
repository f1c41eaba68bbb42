"""The user's own chats, as the guide looks into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatapp.providers.guide import Found, Numbers
from chatapp.services.search import search

if TYPE_CHECKING:
    from chatapp.sessions import SessionManager


class OwnChats:
    """Looks into the chats of one manager."""

    def __init__(self, manager: SessionManager) -> None:
        self._manager = manager

    async def search(self, text: str, limit: int) -> list[Found]:
        """Messages with the words of `text`, the newest first."""
        return [
            Found(hit.session_id, hit.title, hit.timestamp[: len("2026-02-09")], hit.snippet)
            for hit in (await search(self._manager, text, limit)).hits
        ]

    async def statistics(self) -> Numbers:
        """How many chats and messages there are."""
        totals = self._manager.catalogue.totals()
        return Numbers(
            total_sessions=totals.sessions,
            sessions_today=totals.sessions_today,
            sessions_this_week=totals.sessions_this_week,
            total_messages=totals.messages,
        )
