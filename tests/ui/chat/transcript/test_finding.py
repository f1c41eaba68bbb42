"""Ctrl+F in a conversation: from hit to hit, marked where they are drawn."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from transcripts import reply, user

CHAT = [
    message
    for n in range(300)
    for message in (
        user(f"Question {n}"),
        reply(
            f"Answer {n}\n\n```\ncode {n}\n```\n\n"
            + ("A **needle** 🙂 needle." if n % 50 == 7 else "")
        ),
    )
]


@pytest.fixture
def counts(area):
    class Counts(list):
        def take(self, current, total, problem):
            self.append((current, total, problem))

    counts = Counts()
    area.finder.changed.connect(counts.take)
    return counts


@pytest.fixture
def searched(qtbot, area, settle):
    def search(text, **how):
        area.finder.find(text, **{"regex": False, "case": False, **how})
        qtbot.waitUntil(lambda: not area.finder._timer.isActive())
        settle()

    return search


@pytest.mark.row("M17")
def test_hits_are_counted_and_visited_in_order_and_brought_into_view(
    area, searched, settle, counts
):
    area.show_messages(CHAT)
    area.verticalScrollBar().setValue(0)
    searched("NEEDLE")
    assert counts[-1] == (1, 12, "")
    for expected in [2, 3, 12]:
        area.find_next(1 if expected < 12 else -3)
        settle()
        assert counts[-1][:2] == (expected, 12)
        row = 15 + 100 * ((expected - 1) // 2)
        assert row in [seen for seen, _, _ in area.flow.visible()]


@pytest.mark.row("M17")
def test_every_hit_is_marked_where_it_is_drawn(area, searched, settle):
    area.show_messages(CHAT)
    searched("needle")
    row = area.finder._search.hits[area.finder._search.current].row
    body = area.flow.item(row).body
    block = len(body.segments) - 1
    marks, current = area.finder.marks(row, block)
    assert [body.item(block).plain(*mark) for mark in marks] == ["needle", "needle"]
    assert current == 0


def test_marks_in_code_stand_where_the_code_has_them(area, searched):
    area.show_messages([reply("```\nzero\n  one two\n```")])
    searched("two")
    marks, _ = area.finder.marks(0, 0)
    assert [area.flow.item(0).body.item(0).plain(*mark) for mark in marks] == ["two"]


def test_bad_pattern_is_said_and_finds_nothing(area, searched, counts):
    area.show_messages(CHAT)
    searched("(", regex=True)
    assert counts[-1][:2] == (0, 0)
    assert "regular expression" in counts[-1][2]


def test_ctrl_f_opens_the_bar_and_escape_closes_it(area, settle, qtbot):
    area.show_messages(CHAT)
    qtbot.keyClick(area, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert area._bar.isVisible()
    qtbot.keyClicks(area._bar._field, "needle")
    qtbot.waitUntil(lambda: area._bar._count.text().endswith("of 12"))
    qtbot.keyClick(area._bar._field, Qt.Key.Key_Return)
    assert area._bar._count.text() != "1 of 12"
    qtbot.keyClick(area._bar._field, Qt.Key.Key_Escape)
    assert not area._bar.isVisible()
    assert area.finder.marks(15, 0) == ([], None)


def test_message_that_came_later_is_found_too(area, searched, qtbot, counts):
    area.show_messages([user("needle")])
    searched("needle")
    area.add_message(reply("another needle"))
    qtbot.waitUntil(lambda: counts[-1][1] == 2)
