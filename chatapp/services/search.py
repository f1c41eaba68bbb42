"""Find messages in every chat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatapp.services.search_language import understand
from chatapp.storage.search import SearchHit, SearchQuery

if TYPE_CHECKING:
    from chatapp.sessions import SessionManager

Hit = SearchHit


@dataclass(frozen=True, slots=True)
class Results:
    """One page of what was found.

    Attributes:
        remarks: Sentences about what was not understood of the query.
        following: What to pass to get the next page; None if there is none.
    """

    hits: list[SearchHit]
    remarks: tuple[str, ...] = ()
    following: int | None = None


async def search(
    manager: SessionManager, text: str, limit: int = 50, following: int | None = None
) -> Results:
    """The messages that match what was typed (see `search_language`), the newest first.

    Chats whose titles match come before them. A search that begins while another
    runs ends that one, which then finds nothing.
    """
    understood = understand(text, manager.clock)
    if understood.query == SearchQuery():
        return Results([], understood.remarks)
    page = await manager.search(understood.query, limit, following)
    return Results(page.hits, understood.remarks, page.following)
