"""A text drawn while it grew looks as the same text drawn at once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatapp.ui.chat.transcript import maths
from chatapp.ui.chat.transcript.body import Body
from chatapp.ui.chat.transcript.style import Style
from chatapp.ui.fonts import Families
from chatapp.ui.theme import LIGHT
from markdown_samples import CORPUS, LINES, REFERENCES

WIDTH = 600.0
TEXTS = st.one_of(
    st.sampled_from(CORPUS + REFERENCES),
    st.lists(st.sampled_from(LINES), max_size=25).map("\n".join),
)


@pytest.fixture(scope="module")
def style(qapp):
    """A style whose formulas stay TeX: when they are drawn is no question of the text."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(maths, "is_available", lambda: False)
        yield Style(LIGHT, 1.0, Families("DejaVu Sans", "DejaVu Sans Mono"))


def drawn(body):
    body.measure(float("-inf"), float("inf"))
    while body.colour_more(1000):
        pass
    return [
        (
            body.segments[n].kind,
            body.item(n).plain(0, 100_000),
            body.top_of(n),
            body.item(n).height,
            body.item(n).links(),
            [spot.action for spot in body.spots_of(n)],
            colours(body.item(n)),
        )
        for n in range(len(body.segments))
    ]


def colours(item):
    highlighter = getattr(item, "_highlighter", None)
    return [list(highlighter.spans(n)) for n in range(item._count)] if highlighter else None


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, st.integers(1, 25))
def test_text_that_grew_is_drawn_as_the_text_at_once(style, text, size):
    growing, whole = Body(style), Body(style)
    growing.set_width(WIDTH)
    whole.set_width(WIDTH)
    for end in range(size, len(text), size):
        growing.set_text(text[:end], complete=False)
        growing.measure(float("-inf"), float("inf"))
    growing.set_text(text, complete=True)
    whole.set_text(text, complete=True)
    assert drawn(growing) == drawn(whole)


def test_text_that_was_changed_is_drawn_anew(style):
    body = Body(style)
    body.set_width(WIDTH)
    body.set_text("# One\n\ntwo", complete=True)
    body.measure(0, 1000)
    body.set_text("three", complete=True)
    assert [row[1] for row in drawn(body)] == ["three"]


def test_only_what_is_asked_for_is_laid_out_of_a_long_text(style):
    body = Body(style)
    body.set_width(WIDTH)
    body.set_text("\n\n".join(f"Paragraph {n}" for n in range(500)), complete=True)
    middle = body.height / 2
    body.measure(middle, middle + 300)
    laid_out = [n for n in range(500) if body._known[n]]
    assert 5 < len(laid_out) < 40
    while body.measure_more():
        pass
    assert all(body._known)


def test_another_width_is_another_height(style):
    body = Body(style)
    body.set_text("word " * 200, complete=True)
    heights = []
    for width in (600.0, 300.0, 600.0):
        body.set_width(width)
        body.measure(0, 10_000)
        heights.append(body.height)
    assert heights[0] == heights[2] < heights[1]


def test_very_long_text_is_cut_and_shown_on_demand(style):
    body = Body(style)
    body.set_width(WIDTH)
    body.set_text("word " * 300_000, complete=True)
    assert body.hidden == 500_000
    before = len(body.segments)
    body.show_more(1_500_000)
    assert body.hidden == 0
    assert len(body.segments) > before


def test_character_of_the_text_is_found_in_its_segment(style):
    text = "# One\n\ntwo\n\n```\nthree\n```\n"
    body = Body(style)
    body.set_text(text, complete=True)
    assert [body.block_of(text.index(word)) for word in ("One", "two", "three")] == [0, 1, 2]
