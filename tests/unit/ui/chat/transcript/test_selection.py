"""A stretch of text between two places in a conversation."""

from __future__ import annotations

from chatapp.ui.chat.transcript.selection import END, Place, Selection


def selected(fixed, moving):
    selection = Selection()
    selection.select(Place(*fixed), Place(*moving))
    return selection


def test_nothing_is_selected_at_first_and_after_clearing():
    selection = Selection()
    assert selection.range is None
    assert selection.within(0, 0) is None
    selection.begin(Place(0, 0, 3))
    assert selection.range is None
    selection.extend(Place(0, 0, 5))
    assert selection.range is not None
    selection.clear()
    assert selection.range is None
    assert selection.moving is None


def test_range_is_in_reading_order_whichever_end_moves():
    forward, backward = selected((0, 1, 2), (3, 0, 1)), selected((3, 0, 1), (0, 1, 2))
    assert forward.range == backward.range == (Place(0, 1, 2), Place(3, 0, 1))
    assert backward.moving == Place(0, 1, 2)


def test_segments_between_are_selected_wholly():
    selection = selected((0, 1, 2), (2, 0, 4))
    assert selection.within(0, 0) is None
    assert selection.within(0, 1) == (2, END)
    assert selection.within(1, 7) == (0, END)
    assert selection.within(2, 0) == (0, 4)
    assert selection.within(2, 1) is None


def test_segment_at_whose_edge_the_selection_ends_has_nothing_selected():
    assert selected((0, 0, 2), (1, 0, 0)).within(1, 0) is None


def test_extending_without_a_beginning_begins():
    selection = Selection()
    selection.extend(Place(1, 1, 1))
    assert selection.moving == Place(1, 1, 1)
    assert selection.range is None
