"""All sessions as one ordered list, and filtered views of it that front ends draw.

Newest activity comes first. A view adds a filter and puts pinned sessions on top;
it says row by row what changed, so that a list widget only mirrors it.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, insort
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatapp.domain.ids import SessionId, session_key
from chatapp.kit.clock import parse_timestamp, sortable
from chatapp.kit.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chatapp.domain.session import SessionSummary
    from chatapp.kit.clock import Clock


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions a list shows; a field left alone lets everything pass.

    Attributes:
        from_day: The first local day of activity, `YYYY-MM-DD`.
        to_day: The last local day of activity, inclusive.
        tag: A tag the session must have.
        archived: Whether archived sessions are shown instead of the others; None shows both.
        pinned: Only pinned (True) or only unpinned ones.
        type: `chat` or `voice`.
        text: Words that all stand in title or preview, whatever their case.
    """

    from_day: str | None = None
    to_day: str | None = None
    tag: str | None = None
    archived: bool | None = False
    pinned: bool | None = None
    type: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is, by activity, in local time; weeks begin on Monday."""

    sessions: int
    sessions_today: int
    sessions_this_week: int
    messages: int


@dataclass(frozen=True, slots=True)
class SessionPage:
    """One page of a list, with the totals of all that the filter lets pass."""

    sessions: list[SessionSummary]
    total_sessions: int
    sessions_today: int
    sessions_this_week: int
    total_messages: int
    limit: int
    offset: int


class Catalogue:
    """Every session there is.

    Attributes:
        changed: A session has this summary now; the one before, or None if it is new.
        removed: A session is gone.
        refilled: Anything may have changed.
    """

    def __init__(self, clock: Clock) -> None:
        self.changed: Signal[SessionSummary, SessionSummary | None] = Signal()
        self.removed: Signal[SessionSummary] = Signal()
        self.refilled: Signal[()] = Signal()
        self.clock = clock
        self._summaries: dict[str, SessionSummary] = {}

    def __len__(self) -> int:
        return len(self._summaries)

    def __iter__(self) -> Iterator[SessionSummary]:
        return iter(self._summaries.values())

    def get(self, session_id: SessionId) -> SessionSummary | None:
        """The summary of one session, or None."""
        return self._summaries.get(session_key(session_id))

    def fill(self, summaries: Iterable[SessionSummary]) -> None:
        """Take `summaries` instead of all there were."""
        self._summaries = {session_key(summary.session_id): summary for summary in summaries}
        self.refilled.emit()

    def put(self, summary: SessionSummary) -> None:
        """Take the new summary of one session."""
        key = session_key(summary.session_id)
        before = self._summaries.get(key)
        if before != summary:
            self._summaries[key] = summary
            self.changed.emit(summary, before)

    def remove(self, session_id: SessionId) -> None:
        """Forget one session."""
        if (summary := self._summaries.pop(session_key(session_id), None)) is not None:
            self.removed.emit(summary)

    def summaries(self, wanted: SessionFilter) -> list[SessionSummary]:
        """Those the filter lets pass, newest activity first."""
        passing = [summary for summary in self if self.passes(wanted, summary)]
        return sorted(passing, key=_activity, reverse=True)

    def page(self, wanted: SessionFilter, limit: int, offset: int) -> SessionPage:
        """One page of those the filter lets pass."""
        found = self.summaries(wanted)
        totals = self.totals(found)
        return SessionPage(
            sessions=found[offset : offset + limit],
            total_sessions=totals.sessions,
            sessions_today=totals.sessions_today,
            sessions_this_week=totals.sessions_this_week,
            total_messages=totals.messages,
            limit=limit,
            offset=offset,
        )

    def totals(self, summaries: Iterable[SessionSummary] | None = None) -> Totals:
        """How much there is in `summaries`, or in all of them."""
        counted = list(self if summaries is None else summaries)
        today = self.today()
        monday = today - dt.timedelta(days=today.weekday())
        days = [self.day_of_activity(summary) for summary in counted]
        return Totals(
            sessions=len(counted),
            sessions_today=sum(day == today for day in days),
            sessions_this_week=sum(monday <= day <= today for day in days),
            messages=sum(summary.total_messages for summary in counted),
        )

    def today(self) -> dt.date:
        """The local date."""
        return self.clock.local(self.clock.now()).date()

    def day_of_activity(self, summary: SessionSummary) -> dt.date:
        """The local date on which something last happened in a session."""
        return self.clock.local(parse_timestamp(summary.last_updated)).date()

    def passes(self, wanted: SessionFilter, summary: SessionSummary) -> bool:
        """Whether the filter lets the session pass."""
        if wanted.from_day or wanted.to_day:
            day = self.day_of_activity(summary).isoformat()
            if not (wanted.from_day or "") <= day <= (wanted.to_day or "9999-12-31"):
                return False
        haystack = f"{summary.title} {summary.preview}".casefold()
        return (
            wanted.archived in (None, summary.archived)
            and wanted.pinned in (None, summary.pinned)
            and wanted.type in (None, summary.type)
            and (wanted.tag is None or wanted.tag in summary.tags)
            and all(word in haystack for word in wanted.text.casefold().split())
        )


class CatalogueView:
    """The rows a list shows: pinned first, then by activity.

    Rows are told one at a time: `rows_inserted(row)` after it is there,
    `row_removed(row)` after it is gone, `row_changed(row)`; a session that moves is removed
    and inserted. `reset` says that everything may differ.
    """

    def __init__(self, catalogue: Catalogue, wanted: SessionFilter | None = None) -> None:
        self.row_inserted: Signal[int] = Signal()
        self.row_removed: Signal[int] = Signal()
        self.row_changed: Signal[int] = Signal()
        self.reset: Signal[()] = Signal()
        self.filter = wanted or SessionFilter()
        self._catalogue = catalogue
        self._order: list[tuple[bool, str, str]] = []  # ascending; row 0 is the last entry
        catalogue.changed.connect(self._on_changed)
        catalogue.removed.connect(self._on_removed)
        catalogue.refilled.connect(self._on_refilled)
        self._on_refilled()

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, row: int) -> SessionSummary:
        summary = self._catalogue.get(_id_in(self._order[-1 - row]))
        assert summary is not None  # both are changed together
        return summary

    def row_of(self, session_id: SessionId) -> int | None:
        """The row that shows a session, or None."""
        summary = self._catalogue.get(session_id)
        return None if summary is None else self._row(_rank(summary))

    def show(self, wanted: SessionFilter) -> None:
        """Show what another filter lets pass."""
        if wanted != self.filter:
            self.filter = wanted
            self._on_refilled()

    def group(self, row: int) -> str:
        """The heading under which a row stands."""
        summary = self[row]
        if summary.pinned:
            return "Pinned"
        day, today = self._catalogue.day_of_activity(summary), self._catalogue.today()
        age = (today - day).days
        if age <= 0:
            return "Today"
        if age == 1:
            return "Yesterday"
        if age <= 7:
            return "Previous 7 days"
        return f"{day:%B}" if day.year == today.year else f"{day:%B %Y}"

    def _on_changed(self, summary: SessionSummary, before: SessionSummary | None) -> None:
        old = None if before is None else self._row(_rank(before))
        stays = self._catalogue.passes(self.filter, summary)
        if old is not None and stays and before is not None and _rank(before) == _rank(summary):
            self.row_changed.emit(old)
            return
        if old is not None:
            self._drop(old)
        if stays:
            insort(self._order, _rank(summary))
            row = self._row(_rank(summary))
            assert row is not None  # it was just put there
            self.row_inserted.emit(row)

    def _on_removed(self, summary: SessionSummary) -> None:
        if (row := self._row(_rank(summary))) is not None:
            self._drop(row)

    def _on_refilled(self) -> None:
        self._order = sorted(
            _rank(summary)
            for summary in self._catalogue
            if self._catalogue.passes(self.filter, summary)
        )
        self.reset.emit()

    def _drop(self, row: int) -> None:
        del self._order[-1 - row]
        self.row_removed.emit(row)

    def _row(self, rank: tuple[bool, str, str]) -> int | None:
        place = bisect_left(self._order, rank)
        if place == len(self._order) or self._order[place] != rank:
            return None
        return len(self._order) - 1 - place


def _activity(summary: SessionSummary) -> tuple[str, str]:
    return sortable(summary.last_updated), session_key(summary.session_id)


def _rank(summary: SessionSummary) -> tuple[bool, str, str]:
    return (summary.pinned, *_activity(summary))


def _id_in(rank: tuple[bool, str, str]) -> SessionId:
    return SessionId(rank[-1])
