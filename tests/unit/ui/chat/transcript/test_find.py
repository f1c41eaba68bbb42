"""Finding text in a conversation that is not laid out."""

from __future__ import annotations

import re

import pytest

from chatapp.domain.message import new_message
from chatapp.ui.chat.transcript.find import SLICE_ROWS, Hit, Search, pattern_for
from chatapp.ui.chat.transcript.rows import Rows

WHEN = "2026-11-20T21:44:00Z"


def rows(*texts):
    return Rows([new_message("user", text, WHEN) for text in texts])


def searched(found_rows, text, *, regex=False, case=False):
    search = Search(pattern_for(text, regex=regex, case=case))
    while search.advance(found_rows):
        pass
    return search


@pytest.mark.row("M17")
def test_every_place_is_found_whatever_its_case():
    search = searched(rows("An apple", "none", "APPLE and apple"), "apple")
    assert search.hits == [Hit(0, 3, 8), Hit(2, 0, 5), Hit(2, 10, 15)]


@pytest.mark.row("M17")
def test_case_matters_when_asked():
    assert len(searched(rows("apple Apple"), "Apple", case=True).hits) == 1


def test_regular_expressions_are_found_and_bad_ones_refused():
    assert searched(rows("a1 b22"), r"\d+", regex=True).hits == [Hit(0, 1, 2), Hit(0, 4, 6)]
    with pytest.raises(re.error):
        pattern_for("(", regex=True, case=False)
    assert searched(rows("abc"), "x*", regex=True).hits == []


def test_words_are_found_across_emphasis_and_line_ends():
    assert len(searched(rows("Some **bold** words\nhere"), "some bold words here").hits) == 1
    assert len(searched(rows("a.b"), "a b").hits) == 0


@pytest.mark.row("M17")
def test_going_on_comes_around_at_both_ends():
    search = searched(rows("x x", "x"), "x")
    assert [search.step(1).row for _ in range(4)] == [0, 0, 1, 0]
    assert search.step(-1) == Hit(1, 0, 1)
    assert searched(rows("y"), "x").step(1) is None


def test_nearest_hit_is_the_first_from_a_message_on():
    search = searched(rows("x", "", "x", ""), "x")
    assert [search.nearest(row) for row in range(4)] == [0, 1, 1, 0]
    assert searched(rows("y"), "x").nearest(0) == -1


def test_hits_of_a_stretch_of_a_message():
    search = searched(rows("x", "x yy x yy x"), "x")
    assert search.hits_in(1, 0, 2) == (1, 1)
    assert search.hits_in(1, 3, 8) == (2, 1)
    assert search.hits_in(1, 3, 99) == (2, 2)
    assert search.hits_in(2, 0, 9) == (4, 0)


def test_long_conversation_is_searched_in_slices():
    long = rows(*["x"] * (SLICE_ROWS * 2 + 1))
    search = Search(pattern_for("x", regex=False, case=False))
    assert search.advance(long)
    assert len(search.hits) == SLICE_ROWS
    assert search.advance(long)
    assert not search.advance(long)
    assert len(search.hits) == SLICE_ROWS * 2 + 1


def test_message_that_changed_is_searched_again():
    found_rows = rows("x", "x")
    search = searched(found_rows, "x")
    search.step(1)
    search.step(1)
    found_rows.replace(1, found_rows[1].with_content("x x"))
    search.forget(1)
    assert search.current == 0
    search.advance(found_rows)
    assert len(search.hits) == 3
