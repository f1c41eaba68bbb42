"""What people type into a search box, as a query.

    word "two words" -without beginn…
    from:assistant model:llama tag:work folder:home type:voice
    before:2026-02-09 after:2026-01 on:yesterday has:code is:pinned sort:best

Days are local and whole: `after` and `before` include the day they name, a month or
a year stands for all its days. A field that is no field is taken as words, as in
`12:30`; one that looks like a slip is taken as words too, and said.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chatapp.kit.clock import timestamp
from chatapp.storage.search import SearchQuery

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatapp.kit.clock import Clock

_TOKEN = re.compile(
    r"""(?P<minus>-)?(?:(?P<field>[^\W\d_]+):(?=["\w]))?(?:"(?P<quoted>[^"]*)"?|(?P<bare>\S+))"""
)
_PART_OF_A_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_DAYS_AGO = re.compile(r"(\d{1,4})d")
_ROLES = {
    **dict.fromkeys(("user", "me", "you"), "user"),
    **dict.fromkeys(("assistant", "ai", "bot", "model"), "assistant"),
    "system": "system",
    "tool": "tool",
}
_THINGS = {
    **{name: name for name in ("code", "error", "reasoning", "tool", "attachment", "link")},
    "errors": "error",
    "file": "attachment",
    "files": "attachment",
    "links": "link",
    "tools": "tool",
    "thoughts": "reasoning",
}
_KINDS = {"chat": "chat", "voice": "voice"}
_STATES = ("pinned", "unpinned", "archived", "unarchived")
_ORDERS = ("best", "newest")


@dataclass(frozen=True, slots=True)
class Understood:
    """A query, and what could not be understood of it.

    Attributes:
        remarks: Sentences for the person who typed it.
    """

    query: SearchQuery
    remarks: tuple[str, ...] = ()


def understand(text: str, clock: Clock) -> Understood:
    """The query `text` stands for. Its last word counts as beginning if it may go on."""
    reading = _Reading(clock)
    matches = list(_TOKEN.finditer(text))
    for match in matches:
        may_go_on = match.end() == len(text) and match["quoted"] is None
        reading.take(match, may_go_on=may_go_on)
    return Understood(reading.query, tuple(reading.remarks))


@dataclass(slots=True)
class _Reading:
    clock: Clock
    query: SearchQuery = field(default_factory=SearchQuery)
    remarks: list[str] = field(default_factory=list)

    def take(self, match: re.Match[str], *, may_go_on: bool) -> None:
        name, quoted = (match["field"] or "").lower(), match["quoted"]
        value = quoted if quoted is not None else match["bare"]
        if name:
            reader = _FIELDS.get(name)
            if reader is not None and not match["minus"]:
                reader(self, value)
                return
            self._remark_on_field(name, negated=bool(match["minus"]))
            value = f"{name} {value}" if reader is None else value
        if not value.strip():
            return
        if match["minus"]:
            self.query = replace(self.query, excluded=(*self.query.excluded, value))
        elif quoted is not None or name:
            self.query = replace(self.query, phrases=(*self.query.phrases, value))
        elif may_go_on:
            self.query = replace(self.query, beginning=value)
        else:
            self.query = replace(self.query, words=(*self.query.words, value))

    def _remark_on_field(self, name: str, *, negated: bool) -> None:
        if name in _FIELDS:
            self.remarks.append(f"Only words can be left out, not “{name}:”.")
        elif close := difflib.get_close_matches(name, _FIELDS, n=1, cutoff=0.65):
            self.remarks.append(f"There is no “{name}:”. Did you mean “{close[0]}:”?")

    # ---- fields

    def role(self, value: str) -> None:
        if (role := self._one_of(value, _ROLES, "from")) is not None:
            self.query = replace(self.query, roles=(*self.query.roles, role))

    def thing(self, value: str) -> None:
        if (thing := self._one_of(value, _THINGS, "has")) is not None:
            self.query = replace(self.query, has=(*self.query.has, thing))

    def kind(self, value: str) -> None:
        if (kind := self._one_of(value, _KINDS, "type")) is not None:
            self.query = replace(self.query, type=kind)

    def state(self, value: str) -> None:
        state = self._one_of(value, {name: name for name in _STATES}, "is")
        if state in ("pinned", "unpinned"):
            self.query = replace(self.query, pinned=state == "pinned")
        elif state is not None:
            self.query = replace(self.query, archived=state == "archived")

    def order(self, value: str) -> None:
        order = self._one_of(value, {name: name for name in _ORDERS}, "sort")
        self.query = replace(self.query, best_first=order == "best")

    def model(self, value: str) -> None:
        self.query = replace(self.query, models=(*self.query.models, value))

    def tag(self, value: str) -> None:
        self.query = replace(self.query, tags=(*self.query.tags, value))

    def folder(self, value: str) -> None:
        self.query = replace(self.query, folder=value)

    def before(self, value: str) -> None:
        self._span(value, "before", start=False)

    def after(self, value: str) -> None:
        self._span(value, "after", end=False)

    def on(self, value: str) -> None:
        self._span(value, "on")

    def _span(self, value: str, name: str, *, start: bool = True, end: bool = True) -> None:
        span = self._days(value.lower())
        if span is None:
            self.remarks.append(
                f"“{name}:{value}” is no day. A day is written 2026-02-09, a month 2026-02."
            )
            return
        first, after_last = map(self._midnight, span)
        query = self.query
        if start:
            query = replace(query, from_moment=max(query.from_moment, first))
        if end:
            query = replace(query, to_moment=min(query.to_moment or after_last, after_last))
        self.query = query

    def _days(self, value: str) -> tuple[dt.date, dt.date] | None:
        """The first day and the first day after, or None."""
        today = self.clock.local(self.clock.now()).date()
        ago = {"today": 0, "yesterday": 1}.get(value)
        if match := _DAYS_AGO.fullmatch(value):
            ago = int(match[1])
        try:
            if ago is not None:
                day = today - dt.timedelta(days=ago)
                return day, day + dt.timedelta(days=1)
            return _part_of_a_date(value)
        except (ValueError, OverflowError):
            return None

    def _midnight(self, day: dt.date) -> str:
        """The moment a local day begins."""
        zone = self.clock.local(dt.datetime.combine(day, dt.time(12), dt.UTC)).tzinfo
        return timestamp(dt.datetime.combine(day, dt.time(), zone or dt.UTC))

    def _one_of(self, value: str, known: dict[str, str], name: str) -> str | None:
        if (meant := known.get(value.lower())) is not None:
            return meant
        close = difflib.get_close_matches(value.lower(), known, n=1)
        hint = f"Did you mean “{name}:{close[0]}”?" if close else f"There are: {', '.join(known)}."
        self.remarks.append(f"There is no “{name}:{value}”. {hint}")
        return None


def _part_of_a_date(value: str) -> tuple[dt.date, dt.date] | None:
    match = _PART_OF_A_DATE.fullmatch(value)
    if match is None:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if day:
        first = dt.date(year, month, day)
        return first, first + dt.timedelta(days=1)
    if month:
        first = dt.date(year, month, 1)
        return first, dt.date(year + month // 12, month % 12 + 1, 1)
    return dt.date(year, 1, 1), dt.date(year + 1, 1, 1)


_FIELDS: dict[str, Callable[[_Reading, str], None]] = {
    "from": _Reading.role,
    "model": _Reading.model,
    "tag": _Reading.tag,
    "folder": _Reading.folder,
    "type": _Reading.kind,
    "has": _Reading.thing,
    "is": _Reading.state,
    "before": _Reading.before,
    "after": _Reading.after,
    "since": _Reading.after,
    "on": _Reading.on,
    "sort": _Reading.order,
}
