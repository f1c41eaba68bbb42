"""Queries against the index: rows that match, newest first or best first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chatapp.domain.ids import session_key
from chatapp.storage import fulltext
from chatapp.storage.index import BRANCHES, PLACES, seconds

if TYPE_CHECKING:
    from chatapp.storage.index import Index
    from chatapp.storage.search import SearchQuery

RANKED = 2_000  # of a common word, so many of the newest hits are ranked


class Found(NamedTuple):
    """A row that matches.

    Attributes:
        number: What comes after it has a smaller one.
        place: Of the message: in view, or from `BRANCHES` on in another branch.
    """

    number: int
    day: str
    name: str
    title: str
    place: int

    @property
    def is_branch(self) -> bool:
        """Whether the message is in another branch than the one in view."""
        return self.place >= BRANCHES


class FoundTitle(NamedTuple):
    """A session whose title matches."""

    session_id: str
    title: str
    last_updated: str


def find(index: Index, query: SearchQuery, limit: int, below: int | None = None) -> list[Found]:
    """The messages that match.

    Args:
        index: Where to look.
        query: What for.
        limit: How many at most.
        below: The `number` of the last hit of the page before.
    """
    condition, values = _session_condition(query)
    order = "ORDER BY words.rowid DESC"
    if query.best_first:
        best = f"SELECT rowid, bm25(words) AS score FROM words WHERE words MATCH ? {order}"
        source, order = f"({best} LIMIT {RANKED}) AS words", "ORDER BY words.score, rowid DESC"
        match = ""
    else:
        source, match = "words", "words MATCH ? AND words.rowid < ? AND"
    joins, more, more_values = _moment_condition(query)
    first = [fulltext.match_expression(query)]
    if not query.best_first:
        first.append(str(below if below is not None else 2**62))
    sql = (
        "SELECT words.rowid, session.day, session.name, session.title, session.preview"
        f" FROM {source} CROSS JOIN part ON part.no = words.rowid / {PLACES}"
        f" CROSS JOIN session ON session.no = part.session {joins}"
        f" WHERE {match} {condition} {more} {order} LIMIT ?"
    )
    rows = index.reader.execute(sql, (*first, *values, *more_values, limit))
    return [
        Found(number, day, name, title or preview, number % PLACES)
        for number, day, name, title, preview in rows
    ]


def find_titles(index: Index, query: SearchQuery, limit: int) -> list[FoundTitle]:
    """The sessions whose titles match, newest activity first."""
    expression = fulltext.title_expression(query)
    if not expression or query.roles or query.models or query.has:
        return []
    condition, values = _session_condition(query)
    if query.from_moment:
        condition += " AND session.active >= ?"
        values.append(query.from_moment)
    if query.to_moment:
        condition += " AND session.active < ?"
        values.append(query.to_moment)
    rows = index.reader.execute(
        "SELECT session.session_id, session.title, session.last_updated FROM titles"
        " CROSS JOIN session ON session.no = titles.rowid"
        f" WHERE titles MATCH ? AND {condition} ORDER BY session.active DESC LIMIT ?",
        (expression, *values, limit),
    )
    return [FoundTitle(*row) for row in rows]


def _session_condition(query: SearchQuery) -> tuple[str, list[str | int]]:
    conditions, values = ["1"], list[str | int]()

    def must(condition: str, value: str | int | None) -> None:
        if value is not None:
            conditions.append(condition)
            values.append(value)

    must("session.folder = ?", query.folder)
    must("session.type = ?", query.type)
    must("session.archived = ?", query.archived)
    must("session.pinned = ?", query.pinned)
    must("session.key = ?", None if query.session_id is None else session_key(query.session_id))
    for tag in query.tags:
        conditions.append("EXISTS (SELECT 1 FROM json_each(session.tags) WHERE value = ?)")
        values.append(tag)
    return " AND ".join(conditions), values


def _moment_condition(query: SearchQuery) -> tuple[str, str, list[int]]:
    """Moments are known by the second: those of a query are the beginnings of days."""
    if not (query.from_moment or query.to_moment):
        return "", "", []
    join = "CROSS JOIN moment ON moment.id = words.rowid"
    first = seconds(query.from_moment) if query.from_moment else -(2**62)
    after_last = seconds(query.to_moment) if query.to_moment else 2**62
    return join, "AND moment.at >= ? AND moment.at < ?", [first, after_last]
