"""Searches while the user types: titles at once, messages as soon as they are found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chatapp.services.search_language import understand
from chatapp.storage.search import SearchQuery
from chatapp.ui.browser.model import title_of

if TYPE_CHECKING:
    import asyncio

    from chatapp.domain.session import SessionSummary
    from chatapp.services.core import Core
    from chatapp.sessions.catalogue import SessionFilter
    from chatapp.ui.browser.pane import BrowserPane

PAGE = 50


class Searching:
    """Answers the search field of the browser; the next key ends a search that still runs."""

    def __init__(self, core: Core, browser: BrowserPane) -> None:
        self._core, self._browser = core, browser
        self._running: asyncio.Task[None] | None = None
        self._query = SearchQuery()
        self._following: int | None = None
        browser.sought.connect(self._on_sought)
        browser.more_wanted.connect(self._on_more_wanted)

    def _on_sought(self, text: str, narrowed: SessionFilter) -> None:
        self._leave()
        self._following = None
        if not text.strip():
            return
        # In front, so that the last word typed still counts as a beginning.
        understood = understand(f"{_days(narrowed)}{text}", self._core.clock)
        self._query = replace(
            understood.query,
            pinned=narrowed.pinned if understood.query.pinned is None else understood.query.pinned,
            archived=narrowed.archived or understood.query.archived,
        )
        self._browser.show_remarks(understood.remarks)
        self._browser.show_titles(self._titles(narrowed), self._query)
        if understood.query == SearchQuery():
            self._browser.show_hits([])
        else:
            self._running = self._core.tasks.start(self._find(), name="search")

    def _titles(self, narrowed: SessionFilter) -> list[SessionSummary]:
        """The chats whose titles match, the newest activity first."""
        query, catalogue = self._query, self._core.manager.catalogue
        sought = [text.casefold() for text in query.sought]
        if not sought or query.roles or query.models or query.has:
            return []
        unwanted = [text.casefold() for text in query.excluded]
        wanted = replace(narrowed, archived=query.archived, pinned=query.pinned, type=query.type)
        found = []
        for summary in catalogue:
            title = title_of(summary).casefold()
            if (
                all(text in title for text in sought)
                and not any(text in title for text in unwanted)
                and set(query.tags) <= set(summary.tags)
                and catalogue.passes(wanted, summary)
            ):
                found.append(summary)
        return sorted(found, key=lambda summary: summary.last_updated, reverse=True)

    async def _find(self) -> None:
        page = await self._core.manager.search(self._query, PAGE)
        self._following = page.following
        self._browser.show_hits([hit for hit in page.hits if hit.message_id is not None])

    def _on_more_wanted(self) -> None:
        if self._following is not None and (self._running is None or self._running.done()):
            self._running = self._core.tasks.start(self._find_more(), name="search on")

    async def _find_more(self) -> None:
        page = await self._core.manager.search(self._query, PAGE, self._following)
        self._following = page.following
        self._browser.show_hits(page.hits, more=True)

    def _leave(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self._running = None


def _days(narrowed: SessionFilter) -> str:
    """The span of days in the words of the search language."""
    first = f"after:{narrowed.from_day} " if narrowed.from_day else ""
    return first + (f"before:{narrowed.to_day} " if narrowed.to_day else "")
