"""Find words in every chat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatapp.domain.errors import StorageError
from chatapp.domain.session import one_line
from chatapp.sessions.catalogue import SessionFilter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from chatapp.domain.ids import MessageId, SessionId
    from chatapp.domain.message import Message
    from chatapp.domain.session import Session
    from chatapp.sessions import SessionManager

SNIPPET_BEFORE = 40
SNIPPET_LENGTH = 160


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that has the words.

    Attributes:
        snippet: Its text around the first word found, on one line.
    """

    session_id: SessionId
    title: str
    message_id: MessageId
    timestamp: str
    snippet: str


async def search(manager: SessionManager, query: str, limit: int = 50) -> list[Hit]:
    """The newest messages that have every word of `query`, whatever its case."""
    words = query.casefold().split()
    hits: list[Hit] = []
    if words:
        async for session in _sessions(manager):
            for message in reversed(session.messages):
                if len(hits) == limit:
                    return hits
                if (hit := _hit(session, message, words)) is not None:
                    hits.append(hit)
    return hits


async def _sessions(manager: SessionManager) -> AsyncIterator[Session]:
    """Every readable session, newest activity first."""
    for summary in manager.catalogue.summaries(SessionFilter(archived=None)):
        try:
            session = await manager.glance(summary.session_id)
        except StorageError:
            continue  # the list says why it cannot be read
        if session is not None:
            yield session


def _hit(session: Session, message: Message, words: list[str]) -> Hit | None:
    text = message.content.casefold()
    places = [text.find(word) for word in words]
    if min(places) < 0:
        return None
    start = max(0, min(places) - SNIPPET_BEFORE)
    snippet = one_line(message.content[start:], SNIPPET_LENGTH)
    return Hit(
        session_id=session.id,
        title=session.title or session.preview,
        message_id=message.id,
        timestamp=message.timestamp,
        snippet=f"…{snippet}" if start else snippet,
    )
