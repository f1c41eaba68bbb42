"""What a search found, in the form in which the list draws its rows.

First the chats whose titles match, then the messages, each as a row of its chat with
the text around the words found.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from chatapp.domain.ids import session_key
from chatapp.kit.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chatapp.domain.ids import SessionId
    from chatapp.domain.session import SessionSummary
    from chatapp.sessions.catalogue import Catalogue
    from chatapp.storage.search import SearchHit, SearchQuery

TITLES, MESSAGES = "Titles", "Messages"


class ResultRows:
    """The rows of one search after another; says what changed as a `CatalogueView` does.

    Attributes:
        current: The row that was opened last: which of its chat's rows is meant.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.row_inserted: Signal[int] = Signal()
        self.row_removed: Signal[int] = Signal()
        self.row_changed: Signal[int] = Signal()
        self.reset: Signal[()] = Signal()
        self.current = 0
        self._catalogue = catalogue
        self._query: SearchQuery | None = None
        self._titles: list[SessionId] = []
        self._hits: list[SearchHit] = []
        catalogue.changed.connect(self._on_changed)
        catalogue.removed.connect(self._on_removed)

    def __len__(self) -> int:
        return len(self._titles) + len(self._hits)

    def __getitem__(self, row: int) -> SessionSummary:
        hit = self.hit(row)
        summary = self._catalogue.get(self._session_id(row))
        assert summary is not None  # a session that goes takes its rows along
        if hit is None:
            return summary
        title = summary.title or summary.preview
        return replace(summary, title=title, preview=hit.snippet, last_updated=hit.timestamp)

    @property
    def any_titles(self) -> bool:
        """Whether a title was found."""
        return bool(self._titles)

    def hit(self, row: int) -> SearchHit | None:
        """The message of a row; None for a chat found by its title."""
        at = row - len(self._titles)
        return self._hits[at] if at >= 0 else None

    def row_of(self, session_id: SessionId) -> int | None:
        """The row of a chat: the one opened last if it is of this chat, else its first."""
        rows = self._rows_of(session_id)
        return self.current if self.current in rows else next(iter(rows), None)

    def group(self, row: int) -> str:
        """The heading under which a row stands."""
        return TITLES if row < len(self._titles) else MESSAGES

    def words(self, row: int) -> re.Pattern[str] | None:
        """Matches what is to be marked in a row: in one found by its title, parts of words too."""
        if self._query is None:
            return None
        return _marked(self._query.sought) if self.hit(row) is None else marked_words(self._query)

    def show(self, titles: Iterable[SessionSummary], query: SearchQuery) -> None:
        """Show the chats found by their titles; the messages found before stay until later."""
        self._titles = [summary.session_id for summary in titles]
        self._query, self.current = query, 0
        self.reset.emit()

    def show_hits(self, hits: Sequence[SearchHit], *, more: bool = False) -> None:
        """Show these messages, or with `more` these too."""
        known = [hit for hit in hits if self._catalogue.get(hit.session_id) is not None]
        if not more:
            self._hits = known
            self.reset.emit()
            return
        for hit in known:
            self._hits.append(hit)
            self.row_inserted.emit(len(self) - 1)

    def _session_id(self, row: int) -> SessionId:
        hit = self.hit(row)
        return self._titles[row] if hit is None else hit.session_id

    def _on_changed(self, summary: SessionSummary, before: SessionSummary | None) -> None:
        if before is not None:
            for row in self._rows_of(summary.session_id):
                self.row_changed.emit(row)

    def _on_removed(self, summary: SessionSummary) -> None:
        if not self._rows_of(summary.session_id):
            return
        key = session_key(summary.session_id)
        self._titles = [one for one in self._titles if session_key(one) != key]
        self._hits = [hit for hit in self._hits if session_key(hit.session_id) != key]
        self.reset.emit()

    def _rows_of(self, session_id: SessionId) -> list[int]:
        key = session_key(session_id)
        return [row for row in range(len(self)) if session_key(self._session_id(row)) == key]


@lru_cache(8)
def marked_words(query: SearchQuery) -> re.Pattern[str] | None:
    """What to mark of a query's words: whole ones, and the beginning of the one being typed."""
    whole = [_bounded(re.escape(text)) for text in (*query.phrases, *query.words)]
    begun = [_bounded(re.escape(query.beginning), end="")] if query.beginning else []
    wanted = "|".join([*whole, *begun])
    return re.compile(wanted, re.IGNORECASE) if wanted else None


@lru_cache(8)
def _marked(texts: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(re.escape, texts)), re.IGNORECASE) if texts else None


def _bounded(pattern: str, end: str = r"(?!\w)") -> str:
    # A language without spaces has no borders between its words.
    return rf"(?<!\w){pattern}{end}" if pattern.isascii() else pattern
