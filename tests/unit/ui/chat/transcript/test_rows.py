"""The messages in view: given once, then followed."""

from __future__ import annotations

from chatapp.domain.message import new_message
from chatapp.ui.chat.transcript.rows import Rows

WHEN = "2026-11-20T21:44:00Z"


class Counted(list):
    reads = 0

    def __getitem__(self, index):
        self.reads += 1
        return super().__getitem__(index)


def messages(count):
    return Counted(new_message("user", f"text {n}", WHEN) for n in range(count))


def test_message_the_session_appended_itself_counts_once():
    given = messages(3)
    rows = Rows(given)
    fresh = new_message("assistant", "", WHEN)
    given.append(fresh)
    assert rows.append(fresh) == 3
    assert len(rows) == 4
    assert rows[3] is fresh


def test_changed_messages_stand_where_they_stood():
    given = messages(3)
    rows = Rows(given)
    rows.append(new_message("user", "added", WHEN))
    rows.replace(1, given[1].with_content("changed"))
    rows.replace(3, rows[3].with_content("changed too"))
    assert [rows[row].content for row in range(4)] == ["text 0", "changed", "text 2", "changed too"]
    assert given[1].content == "text 1"


def test_newest_messages_are_found_without_reading_the_others():
    given = messages(1000)
    rows = Rows(given)
    assert rows.find(given[998].id) == 998
    assert given.reads < 20


def test_any_message_is_found_and_an_unknown_one_is_not():
    given = messages(40)
    rows = Rows(given)
    assert rows.find(given[0].id) == 0
    assert rows.find("unknown") is None
    added = new_message("user", "late", WHEN)
    rows.append(added)
    for _ in range(9):
        rows.append(new_message("user", "later", WHEN))
    assert rows.find(added.id) == 40
