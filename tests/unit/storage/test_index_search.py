"""What is asked of the index in one question, and what comes back: rows, newest first."""

from __future__ import annotations

import pytest

from chatapp.domain.message import Message
from chatapp.storage import index_search
from chatapp.storage.files import Signature
from chatapp.storage.index import Index
from chatapp.storage.index_search import find, find_titles
from chatapp.storage.search import SearchQuery
from unit.storage.store_contract import AT, session_of

LATER = "2026-02-10T12:00:00.000000Z"


@pytest.fixture
def index(tmp_path):
    made = Index(tmp_path)
    made.open()
    sessions = [
        session_of("one", "pears", "plums", title="About pears"),
        session_of(
            "two", "pears", title="Pears again",
            metadata={"folder": "work", "type": "voice", "tags": ["x", "y"], "pinned": True},
        ),
    ]  # fmt: skip
    sessions[1].last_updated = LATER
    sessions[0].branches.append(Message("user", "pears left", AT, {"id": "b"}))
    with made.transaction():
        for number, session in enumerate(sessions):
            made.put((session.day, f"{session.id}.json"), Signature(0, 0, 0, number), 0, session)
    yield made
    made.close()


def names(found):
    return [(one.name.removesuffix(".json"), one.is_branch) for one in found]


def test_rows_come_the_newest_first_and_pages_follow(index):
    query = SearchQuery(words=("pears",))
    found = find(index, query, 10)
    assert names(found) == [("two", False), ("one", True), ("one", False)]
    assert find(index, query, 10, below=found[0].number) == found[1:]
    assert find(index, query, 2) == found[:2]


@pytest.mark.parametrize(
    ("filters", "sessions"),
    [
        ({"folder": "work"}, {"two"}),
        ({"type": "voice"}, {"two"}),
        ({"tags": ("x", "y")}, {"two"}),
        ({"tags": ("x", "z")}, set()),
        ({"pinned": False}, {"one"}),
        ({"archived": True}, set()),
        ({"session_id": "ONE"}, {"one"}),
    ],
)
def test_conditions_on_the_session_all_hold(index, filters, sessions):
    query = SearchQuery(words=("pears",), **filters)
    assert {name for name, _ in names(find(index, query, 10))} == sessions
    assert {one.session_id for one in find_titles(index, query, 10)} == sessions


def test_moments_of_messages_and_of_titles_are_the_first_and_the_first_too_late(index):
    since = SearchQuery(words=("pears",), from_moment=LATER)
    until = SearchQuery(words=("pears",), to_moment=LATER)
    assert find(index, since, 10) == []
    assert len(find(index, until, 10)) == 3
    assert [one.session_id for one in find_titles(index, since, 10)] == ["two"]
    assert [one.session_id for one in find_titles(index, until, 10)] == ["one"]


def test_titles_know_nothing_of_who_wrote_a_message(index):
    assert find_titles(index, SearchQuery(words=("pears",), roles=("user",)), 10) == []
    assert find_titles(index, SearchQuery(roles=()), 10) == []


def test_of_a_common_word_only_the_newest_hits_are_ranked(index, monkeypatch):
    query = SearchQuery(words=("pears",), best_first=True)
    assert len(find(index, query, 10)) == 3
    monkeypatch.setattr(index_search, "RANKED", 1)
    assert names(find(index, query, 10)) == [("two", False)]
