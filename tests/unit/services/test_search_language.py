from __future__ import annotations

import datetime as dt

import pytest

from chatapp.services.search_language import understand
from chatapp.storage.search import SearchQuery


class Auckland:
    """Noon of 9 February 2026 in a zone 13 hours ahead."""

    zone = dt.timezone(dt.timedelta(hours=13))

    def now(self):
        return dt.datetime(2026, 2, 8, 23, tzinfo=dt.UTC)

    def local(self, moment):
        return moment.astimezone(self.zone)


def query(text):
    return understand(text, Auckland()).query


def remarks(text):
    return understand(text, Auckland()).remarks


@pytest.mark.row("U10")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pears and app", SearchQuery(words=("pears", "and"), beginning="app")),
        ("pears ", SearchQuery(words=("pears",))),
        ('"red apple" -pear -"green one" ', SearchQuery(
            phrases=("red apple",), excluded=("pear", "green one"))),
        ('"still open', SearchQuery(phrases=("still open",))),
        ("from:me from:assistant", SearchQuery(roles=("user", "assistant"))),
        ("model:llama tag:work folder:home type:voice", SearchQuery(
            models=("llama",), tags=("work",), folder="home", type="voice")),
        ('tag:"two words"', SearchQuery(tags=("two words",))),
        ("has:code has:files", SearchQuery(has=("code", "attachment"))),
        ("is:pinned is:archived", SearchQuery(pinned=True, archived=True)),
        ("is:unpinned is:unarchived", SearchQuery(pinned=False, archived=False)),
        ("sort:best x ", SearchQuery(words=("x",), best_first=True)),
        ("at 12:30 ", SearchQuery(words=("at", "12:30"))),
        ("see https://example.org/x ", SearchQuery(words=("see", "https://example.org/x"))),
        ('-"" "" -', SearchQuery(beginning="-")),
        ("", SearchQuery()),
    ],
)  # fmt: skip
def test_what_people_type_is_understood(text, expected):
    assert understand(text, Auckland()).query == expected
    assert remarks(text) == ()


@pytest.mark.row("U11")
@pytest.mark.parametrize(
    ("text", "first", "after_last"),
    [
        ("on:2026-02-09", "2026-02-08T11:00:00.000000Z", "2026-02-09T11:00:00.000000Z"),
        ("on:today", "2026-02-08T11:00:00.000000Z", "2026-02-09T11:00:00.000000Z"),
        ("on:yesterday", "2026-02-07T11:00:00.000000Z", "2026-02-08T11:00:00.000000Z"),
        ("after:7d", "2026-02-01T11:00:00.000000Z", ""),
        ("since:2026-02", "2026-01-31T11:00:00.000000Z", ""),
        ("before:2025", "", "2025-12-31T11:00:00.000000Z"),
        ("before:2025-12", "", "2025-12-31T11:00:00.000000Z"),
        ("after:2026-02-01 before:2026-02-03",
         "2026-01-31T11:00:00.000000Z", "2026-02-03T11:00:00.000000Z"),
    ],
)  # fmt: skip
def test_days_are_local_whole_and_included(text, first, after_last):
    understood = query(text)
    assert (understood.from_moment, understood.to_moment) == (first, after_last)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("form:me", "Did you mean “from:”?"),
        ("has:cod", "Did you mean “has:code”?"),
        ("has:nothing-like-it", "There are: code"),
        ("from:asistant", "Did you mean “from:assistant”?"),
        ("before:sometime", "A day is written 2026-02-09"),
        ("on:2026-13-40", "is no day"),
        ("after:99999d", "is no day"),
        ("-tag:work", "Only words can be left out"),
    ],
)
def test_slip_in_a_filter_is_answered_with_a_suggestion(text, part):
    assert part in remarks(text)[0]


def test_word_after_a_slip_is_still_looked_for():
    assert query("form:apples ").phrases == ("form apples",)
