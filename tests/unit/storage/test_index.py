"""The index file itself: opened, kept whole, thrown away. What is found is test_librarian's."""

from __future__ import annotations

import sqlite3

import pytest

from chatapp.storage.files import Signature
from chatapp.storage.index import Index
from unit.storage.store_contract import session_of

PLACE = ("2026-02-09", "a.json")
SIGNATURE = Signature(1, 2, 3, 4)


@pytest.fixture
def index(tmp_path):
    made = Index(tmp_path)
    assert made.open() is True
    yield made
    made.close()


def put(index, session, place=PLACE, before=None):
    with index.transaction():
        index.put(place, SIGNATURE, 5, session, before)


def test_index_is_for_its_owner_alone_and_found_again_when_it_is_opened_again(index, tmp_path):
    put(index, session_of("a", "hello", title="One"))
    assert index.path.stat().st_mode & 0o777 == 0o600
    again = Index(tmp_path)
    assert again.open() is False
    assert again.summary("a").title == "One"
    assert again.signatures(PLACE[0]) == {"a.json": (*SIGNATURE, 5)}
    again.close()


def test_transaction_that_fails_leaves_nothing_behind(index):
    def half_done():
        with index.transaction():
            index.put(PLACE, SIGNATURE, 5, session_of("a", "hello"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    assert index.summaries() == []
    put(index, session_of("a", "hello"))
    assert len(index.summaries()) == 1


def test_running_search_can_be_interrupted_and_the_next_one_runs(index):
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
    index.reader.set_progress_handler(lambda: index.interrupt(), 1000)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        index.reader.execute(endless).fetchone()
    index.reader.set_progress_handler(None, 0)
    assert index.reader.execute("SELECT 1").fetchone() == (1,)


def test_interrupting_a_closed_index_does_nothing(tmp_path):
    Index(tmp_path).interrupt()


def test_place_of_a_session_is_its_oldest_file(index):
    session = session_of("A", "hello")
    for place in (("2026-02-10", "a.json"), PLACE):
        put(index, session, place)
    assert index.place_of("a") == PLACE
    assert index.place_of("b") is None
    assert index.days() == ["2026-02-09", "2026-02-10"]


def test_file_under_a_wrong_name_or_beside_an_older_one_is_a_stray(index):
    session = session_of("a", "hello")
    copies = [("2026-02-09", "a (copy).json"), ("2026-02-10", "a.json")]
    for place in (PLACE, *copies):
        put(index, session, place)
    assert sorted(index.strays()) == copies


def test_session_whose_message_was_changed_is_taken_in_anew(index):
    before = session_of("a", "pears", "x")
    put(index, before)
    after = before.snapshot()
    after.messages[0] = session_of("a", "plums").messages[0]
    put(index, after, before=before)
    found = index.db.execute("SELECT rowid FROM words WHERE words MATCH 'plums'").fetchall()
    assert len(found) == 1
    (part,) = index.db.execute("SELECT count(*) FROM part").fetchone()
    assert part == 1
