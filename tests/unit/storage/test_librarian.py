"""The index, through the one who keeps it: what is found, and that it stays true."""

from __future__ import annotations

import datetime as dt
import errno
import json
import random
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.domain.ids import SessionId
from chatapp.domain.message import Message
from chatapp.domain.session import Session
from chatapp.storage import codec
from chatapp.storage.documents import read_version
from chatapp.storage.files import RealFiles
from chatapp.storage.fulltext import spaced
from chatapp.storage.index import PLACES, Index
from chatapp.storage.librarian import Librarian
from chatapp.storage.places import Places
from chatapp.storage.search import SearchQuery

AT = "2026-01-{day:02d}T10:{minute:02d}:00.000000Z"


class FixedClock:
    def now(self):
        return dt.datetime(2026, 1, 9, tzinfo=dt.UTC)

    def local(self, moment):
        return moment


@pytest.fixture
def shelf(tmp_path):
    made = Shelf(tmp_path)
    yield made
    made.librarian.index.close()


class Shelf:
    """A folder of sessions and its librarian."""

    def __init__(self, folder):
        self.folder = folder
        self.files = RealFiles()
        self.places = Places(self.files, folder / "sessions", FixedClock())
        self.librarian = self.new_librarian("cache")

    def new_librarian(self, name):
        librarian = Librarian(self.files, self.places, Index(self.folder / name))
        librarian.index.open()
        return librarian

    def write(self, name, *contents, day=1, **fields):
        messages = [
            one if isinstance(one, Message) else self.message(one, day, row)
            for row, one in enumerate(contents)
        ]
        at = AT.format(day=day, minute=0)
        session = Session(
            SessionId(name), f"2026-01-{day:02d}", "Ana", at,
            messages[-1].timestamp if messages else at, messages=messages, **fields,
        )  # fmt: skip
        path = self.places.root / session.day / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(codec.encode(session))
        return path

    def message(self, content, day=1, row=0, role="user", **metadata):
        identity = {"id": f"{day}-{row}-{content[:8]}"}
        return Message(role, content, AT.format(day=day, minute=row), identity | metadata)

    def check(self, librarian=None):
        return frozenset().union(*(one.sessions for one in (librarian or self.librarian).check()))

    def found(self, *words, librarian=None, **fields):
        page = (librarian or self.librarian).search(SearchQuery(words=words, **fields), 50)
        return [(hit.session_id, hit.row) for hit in page.hits]


@pytest.mark.row("U10", "D04")
def test_words_are_found_whatever_their_case_and_accents(shelf):
    shelf.write("a", "Crème brûlée with pears", "nothing")
    shelf.write("b", "PEARS only", day=2)
    assert shelf.check() == {"a", "b"}
    assert shelf.found("pears") == [("b", 0), ("a", 0)]
    assert shelf.found("creme", "pears") == [("a", 0)]
    assert shelf.found("pear") == []
    assert shelf.found(beginning="pea") == [("b", 0), ("a", 0)]
    assert shelf.found(phrases=("brûlée with",)) == [("a", 0)]
    assert shelf.found("pears", excluded=("only",)) == [("a", 0)]
    assert shelf.found(excluded=("pears",)) == [("a", 1)]


@pytest.mark.parametrize("words", ["漢", "漢字", "字を", "読む人"])
def test_characters_written_without_spaces_are_found(shelf, words):
    shelf.write("a", "この漢字を読む人", "漢 字")
    shelf.check()
    assert ("a", 0) in shelf.found(words)
    assert ("a", 1) not in shelf.found("字を")


def test_filters_are_obeyed(shelf):
    code = shelf.message("```py\nx = 1\n```", 1, 1, "assistant", model="llama3.1:8b")
    shelf.write("a", "x", code, metadata={"tags": ["work", "c++"], "pinned": True})
    failed = shelf.message("x", 2, 0, "assistant", model="gpt-4o", has_error=True)
    shelf.write("b", failed, day=2, metadata={"archived": True, "folder": "old", "type": "voice"})
    shelf.check()
    assert shelf.found("x", roles=("user",)) == [("a", 0)]
    assert shelf.found("x", models=("llama3",)) == [("a", 1)]
    assert shelf.found(has=("code",)) == [("a", 1)]
    assert shelf.found(has=("error",)) == [("b", 0)]
    assert shelf.found("x", tags=("work", "c++")) == [("a", 1), ("a", 0)]
    assert shelf.found("x", tags=("other",)) == []
    assert shelf.found("x", pinned=True) == [("a", 1), ("a", 0)]
    assert shelf.found("x", archived=True) == [("b", 0)]
    assert shelf.found("x", archived=False, session_id=SessionId("A")) == [("a", 1), ("a", 0)]
    assert shelf.found("x", folder="old") == [("b", 0)]
    assert shelf.found("x", type="voice") == [("b", 0)]


@pytest.mark.row("U11")
def test_range_of_dates_is_that_of_the_messages(shelf):
    shelf.write("a", shelf.message("x", 1), shelf.message("x", 3))
    shelf.check()
    day_two = AT.format(day=2, minute=0)
    assert shelf.found("x", from_moment=day_two) == [("a", 1)]
    assert shelf.found("x", to_moment=day_two) == [("a", 0)]


def test_best_first_puts_the_message_that_is_about_the_word_on_top(shelf):
    shelf.write("a", "pears pears pears")
    shelf.write("b", "of all things that are said here one is about pears and no more", day=2)
    shelf.check()
    assert shelf.found("pears", best_first=True) == [("a", 0), ("b", 0)]


def test_titles_are_found_from_their_first_letter(shelf):
    shelf.write("a", "x", title="Harbour lights")
    shelf.write("b", "harbour", day=2)
    shelf.check()
    assert shelf.found(beginning="h") == [("a", None)]
    assert shelf.found(beginning="har") == [("a", None), ("b", 0)]
    late, early = AT.format(day=2, minute=0), AT.format(day=1, minute=0)
    assert shelf.found(beginning="h", from_moment=late) == []
    assert shelf.found(beginning="h", from_moment=early, to_moment=late) == [("a", None)]
    assert shelf.found(beginning="h", excluded=("lights",)) == []


def test_message_of_another_branch_is_found_and_has_no_row(shelf):
    shelf.write("a", "x", branches=[shelf.message("elsewhere", 1, 5)])
    shelf.check()
    (hit,) = shelf.librarian.search(SearchQuery(words=("elsewhere",)), 5).hits
    assert (hit.row, hit.message_id, hit.snippet) == (None, "1-5-elsewher", "elsewhere")


def test_pages_follow_each_other_without_gap_or_repetition(shelf):
    for day in range(1, 8):
        shelf.write(f"s{day}", "word", "word", day=day)
    shelf.check()
    seen, following = [], None
    while True:
        page = shelf.librarian.search(SearchQuery(words=("word",)), 3, following)
        seen += [(hit.session_id, hit.row) for hit in page.hits]
        following = page.following
        if following is None:
            break
    assert seen == [(f"s{day}", row) for day in range(7, 0, -1) for row in (1, 0)]


def test_file_in_another_layout_is_read_all_the_same(shelf):
    path = shelf.write("a", "one", "two")
    path.write_bytes(path.read_bytes().replace(b"\n", b"").replace(b"  ", b""))
    shelf.check()
    (hit,) = shelf.librarian.search(SearchQuery(words=("two",)), 5).hits
    assert hit.snippet == "two"


def test_snippet_stands_around_the_word(shelf):
    shelf.write("a", "start " * 50 + "needle" + " end" * 100)
    shelf.check()
    (hit,) = shelf.librarian.search(SearchQuery(words=("needle",)), 5).hits
    assert hit.snippet.startswith("…")
    assert "needle" in hit.snippet


def test_file_that_went_since_gives_no_hit(shelf):
    path = shelf.write("a", "word")
    shelf.check()
    path.unlink()
    assert shelf.found("word") == []


# ---- keeping up


def everything(index):
    """The rows that can be found, told by session and place instead of number."""
    words = {}
    parts = dict(index.db.execute("SELECT no, session FROM part"))
    sessions = {row[0]: row[1:] for row in index.db.execute("SELECT no, * FROM session")}
    index.db.execute("CREATE VIRTUAL TABLE temp.v USING fts5vocab(main, words, instance)")
    for term, number, column, offset in index.db.execute("SELECT * FROM temp.v"):
        if (session := parts.get(number // PLACES)) in sessions:
            key = sessions[session][9]
            words.setdefault((key, number % PLACES), set()).add((term, column, offset))
    index.db.execute("DROP TABLE temp.v")
    rows = sorted(
        tuple(value for place, value in enumerate(row) if place not in (0, 7))
        for row in sessions.values()
    )
    return rows, words


def test_rebuilt_index_is_equal_to_one_kept_up_by_changes(shelf):
    chance = random.Random(3)
    known = {}
    for step in range(120):
        name, day = f"s{chance.randrange(6)}", 1
        contents = known.setdefault(name, [])
        act = chance.random()
        path = shelf.places.root / "2026-01-01" / f"{name}.json"
        before = read_version(shelf.files, path) if path.exists() else None
        if act < 0.1 and before is not None:
            path.unlink()
            known.pop(name)
            shelf.librarian.gone(path)
            continue
        if act < 0.7 or not contents:
            contents.append(f"word{chance.randrange(9)} step{step}")
        elif act < 0.85:
            contents[chance.randrange(len(contents))] = f"edited{step}"
        else:
            contents.pop()
        shelf.write(name, *contents, day=day, title=chance.choice([None, "a", "b"]))
        after = read_version(shelf.files, path)
        if chance.random() < 0.5:
            shelf.librarian.took(path, before, after)
        else:
            shelf.check()
    shelf.check()
    again = shelf.new_librarian("again")
    shelf.check(again)
    assert everything(shelf.librarian.index) == everything(again.index)
    again.index.close()


def test_new_message_costs_one_row_and_not_the_whole_session(shelf):
    path = shelf.write("a", *["word"] * 50)
    shelf.check()
    before = read_version(shelf.files, path)
    shelf.write("a", *["word"] * 51)
    traced = []
    shelf.librarian.index.db.set_trace_callback(traced.append)
    after = read_version(shelf.files, path)
    after.session.messages[:50] = before.session.messages
    shelf.librarian.took(path, before, after)
    assert sum("INSERT INTO words" in line for line in traced) == 1
    assert len(shelf.found("word")) == 50  # the page is full
    assert shelf.found("word")[0] == ("a", 50)


def test_streaming_message_is_found_when_it_is_done(shelf):
    streaming = shelf.message("half a rep", 1, 1, "assistant", status="streaming")
    path = shelf.write("a", "question", streaming)
    shelf.check()
    assert shelf.found("half") == []
    before = read_version(shelf.files, path)
    shelf.write("a", "question", streaming.with_content("half a reply").with_metadata(status=None))
    shelf.librarian.took(path, before, read_version(shelf.files, path))
    assert shelf.found("reply") == [("a", 1)]
    assert shelf.librarian.index.db.execute("SELECT count(*) FROM session").fetchone() == (1,)


def test_old_chat_that_goes_on_is_among_the_newest_again(shelf):
    old = shelf.write("old", "word")
    shelf.write("new", "word", day=2)
    shelf.check()
    before = read_version(shelf.files, old)
    shelf.write("old", "word", shelf.message("word", 3))
    shelf.librarian.took(old, before, read_version(shelf.files, old))
    page = shelf.librarian.search(SearchQuery(words=("word",)), 1)
    assert [(hit.session_id, hit.row) for hit in page.hits] == [("old", 1)]


def test_check_tells_what_was_added_changed_and_removed(shelf):
    shelf.write("a", "one")
    path = shelf.write("b", "two", day=2)
    assert shelf.check() == {"a", "b"}
    assert shelf.check() == frozenset()
    shelf.write("a", "one", "more")
    path.unlink()
    assert shelf.check() == {"a", "b"}
    assert [one.session_id for one in shelf.librarian.index.summaries()] == ["a"]


def test_damaged_file_is_listed_with_its_reason(shelf):
    path = shelf.write("a", "one")
    path.write_bytes(b"\0" * 100)
    shelf.check()
    (summary,) = shelf.librarian.index.summaries()
    assert "zero bytes" in summary.damage


@pytest.mark.parametrize("content", [b"no database", b""])
def test_index_that_is_none_is_made_anew(shelf, content):
    shelf.write("a", "word")
    shelf.check()
    path = shelf.librarian.index.path
    shelf.librarian.index.close()
    path.write_bytes(content)
    assert shelf.librarian.index.open() is True
    shelf.check()
    assert shelf.found("word") == [("a", 0)]


def test_index_of_another_schema_is_made_anew(shelf):
    path = shelf.librarian.index.path
    shelf.librarian.index.close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    assert shelf.librarian.index.open() is True


@pytest.mark.row("D05")
def test_where_no_file_can_be_the_index_is_in_memory(shelf):
    shelf.write("a", "word")
    (shelf.folder / "in the way").write_text("a file")
    librarian = Librarian(shelf.files, shelf.places, Index(shelf.folder / "in the way"))
    assert librarian.index.open() is True
    shelf.check(librarian)
    librarian.index.interrupt()
    assert shelf.found("word", librarian=librarian) == [("a", 0)]
    librarian.index.close()


@pytest.mark.row("L16", "T29")
def test_list_is_ordered_by_activity_and_paged(shelf):
    for day in (2, 1, 3):
        shelf.write(f"s{day}", "x", day=day)
    shelf.check()
    listed = [one.session_id for one in shelf.librarian.index.summaries()]
    assert listed == ["s3", "s2", "s1"]
    assert [one.session_id for one in shelf.librarian.index.summaries(1, 1)] == ["s2"]


@pytest.mark.row("U05")
def test_totals_count_sessions_and_messages_since_two_moments(shelf):
    for day in (1, 2, 3):
        shelf.write(f"s{day}", "x", "y", day=day)
    shelf.check()
    today, week = (AT.format(day=day, minute=0) for day in (3, 2))
    assert shelf.librarian.index.totals(today, week) == (3, 1, 2, 6)


@pytest.mark.row("L12")
def test_listing_reads_no_file(shelf):
    shelf.write("a", "x")
    shelf.check()
    shelf.files.read = None
    assert len(shelf.librarian.index.summaries()) == 1


def test_index_wears_out_by_rewriting(shelf):
    for step in range(70):
        shelf.write("a", *[f"word{step}"] * 20)
        shelf.check()
    assert shelf.librarian.index.is_worn


@given(st.text())
def test_setting_characters_apart_changes_no_letter(text):
    assert spaced(text).replace(" ", "") == text.replace(" ", "")


def test_day_of_many_files_is_taken_in_slice_by_slice(shelf):
    for number in range(70):
        shelf.write(f"s{number}", "hello")
    assert [len(one.sessions) for one in shelf.librarian.check()] == [64, 6, 0]


def test_only_days_whose_folders_changed_are_looked_at(shelf):
    shelf.write("a", "hello", day=1)
    shelf.check()
    shelf.write("b", "hello", day=2)
    path = shelf.places.root / "2026-01-01" / "a.json"
    path.write_bytes(path.read_bytes().replace(b"hello", b"hullo"))  # its folder stays as it is
    found = list(shelf.librarian.check_changed_folders())
    assert [one.sessions for one in found] == [{"b"}, set()]
    assert list(shelf.librarian.check_changed_folders()) == []


def test_file_that_cannot_be_read_is_listed_with_the_reason(shelf):
    shelf.write("a", "hello")
    shelf.files.read = refuse
    shelf.check()
    [summary] = shelf.librarian.index.summaries()
    assert summary.damage == "The folder of the chats cannot be written to."


def refuse(*_):
    raise PermissionError(errno.EACCES, "refused")


@pytest.mark.parametrize("compact", [False, True])
def test_message_that_is_no_longer_in_its_file_is_no_hit(shelf, compact):
    shelf.write("a", "apples", "pears")
    shelf.check()
    path = shelf.write("a", "apples")
    if compact:
        path.write_text(json.dumps(json.loads(path.read_text())))
    assert shelf.found("pears") == []
    assert shelf.found("apples") == [("a", 0)]
