"""Heights of many messages: right sums, and no work for those nobody asked about."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatapp.ui.chat.transcript.heights import CHUNK, Heights

CHANGES = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 500)), max_size=40)


@given(st.integers(1, 700), CHANGES, st.integers(0, 300))
def test_sums_are_those_of_a_plain_list(count, changes, more):
    heights = Heights(count, 10, lambda row: row % 90 + 1)
    plain = [row % 90 + 1 for row in range(count)]
    for row in range(0, count, CHUNK):
        assert heights[row] == plain[row]
    for row, height in changes:
        heights[row % count] = plain[row % count] = height
    for height in range(more):
        heights.append(height)
        plain.append(height)
    assert heights.total == sum(plain)
    assert len(heights) == len(plain)
    for row in range(0, len(plain), 37):
        assert heights.before(row) == sum(plain[:row])


@given(st.integers(1, 700), CHANGES, st.lists(st.integers(-10, 60_000), max_size=20))
def test_place_found_is_where_the_height_lies(count, changes, places):
    heights = Heights(count, 10, lambda row: row % 90 + 1)
    for row, height in changes:
        heights[row % count] = height
    for row in range(0, count, CHUNK):
        assert heights[row] >= 0  # asked for, so that no estimate moves anything meanwhile
    for y in places:
        row, inside = heights.find(y)
        if 0 <= y < heights.total:
            assert heights.before(row) + inside == y
            assert inside < heights[row]
        assert 0 <= row < count


def test_opening_a_long_conversation_asks_for_no_height():
    asked = []
    heights = Heights(50_000, 100, lambda row: asked.append(row) or 100)
    assert heights.total == 5_000_000
    assert asked == []
    assert heights.find(heights.total - 1) == (49_999, 99)
    assert len(asked) <= 2 * CHUNK


def test_nothing_is_as_high_as_nothing():
    heights = Heights(0, 0, lambda row: 1)
    assert heights.total == 0
    heights.append(7)
    assert (heights.total, heights.find(3)) == (7, (0, 3))
