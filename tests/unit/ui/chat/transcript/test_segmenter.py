"""Cutting Markdown into segments: alike however the text arrives, and as CommonMark has it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chatapp.ui.chat.transcript.segment import Kind
from chatapp.ui.chat.transcript.segmenter import LINE_LIMIT, Segmenter, split
from markdown_samples import CORPUS, LINES

TEXTS = st.lists(st.sampled_from(LINES), max_size=30).map("\n".join)


def in_pieces(text: str, sizes: list[int]) -> Segmenter:
    segmenter, at = Segmenter(), 0
    for size in [*sizes, len(text)]:
        segmenter.feed(text[at : at + size])
        at += size
    return segmenter


@given(TEXTS, st.lists(st.integers(0, 12), max_size=60))
def test_whole_text_gives_the_same_segments_in_whatever_pieces_it_came(text, sizes):
    segmenter = in_pieces(text, sizes)
    segmenter.finish()
    assert segmenter.segments == split(text)


@given(TEXTS, st.integers(1, 9))
def test_what_is_shown_of_a_growing_text_is_what_that_text_alone_would_give(text, size):
    segmenter = Segmenter()
    for at in range(0, len(text), size):
        segmenter.feed(text[at : at + size])
        shown = text[: at + size].removesuffix(segmenter.held)
        alone = Segmenter()
        alone.feed(shown)
        assert segmenter.segments == alone.segments


@given(TEXTS, st.integers(1, 9))
def test_only_segments_from_the_one_named_change(text, size):
    segmenter = Segmenter()
    for at in range(0, len(text), size):
        before = [(s.kind, list(s.lines)) for s in segmenter.segments]
        first = segmenter.feed(text[at : at + size])
        after = [(s.kind, list(s.lines)) for s in segmenter.segments]
        assert after[:first] == before[:first]


@pytest.mark.parametrize("text", CORPUS)
def test_segments_drawn_one_by_one_are_the_whole_drawn_at_once(text):
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    whole = parser.render(text)
    parts = "".join(parser.render(source(text, segment)) for segment in split(text))
    assert parts == whole


def source(text: str, segment) -> str:
    return text[segment.start : segment.end] + "\n"


@given(TEXTS)
def test_segments_cover_the_text_in_order_and_leave_only_blank_lines_out(text):
    at, left_out = 0, []
    for segment in split(text):
        assert segment.start >= at
        left_out.append(text[at : segment.start])
        at = segment.end
    left_out.append(text[at:])
    assert not "".join(left_out).strip()


def kinds(text: str) -> list[Kind]:
    return [segment.kind for segment in split(text)]


def test_code_in_a_list_item_becomes_a_block_of_its_own_without_its_indentation():
    first, code, rest, last = split("1. do\n   ```sh\n   ls\n     -l\n   ```\n   then\n1. next")
    assert (code.kind, code.language, code.lines, code.level) == (
        Kind.CODE,
        "sh",
        ["ls", "  -l"],
        1,
    )
    assert (rest.kind, rest.lines, rest.level) == (Kind.PARAGRAPH, ["then"], 1)
    assert first.lines == ["1. do"]
    assert last.lines == ["2. next"]  # every item says 1, the list counts


def test_table_straight_after_a_paragraph_is_a_table():
    assert kinds("Here it is:\n| a | b |\n|---|---|\n| 1 | 2 |") == [Kind.PARAGRAPH, Kind.TABLE]


def test_dash_below_a_growing_paragraph_waits_until_it_means_something():
    segmenter = Segmenter()
    segmenter.feed("A paragraph\n-")
    assert segmenter.held == "-"
    assert [segment.lines for segment in segmenter.segments] == [["A paragraph"]]
    segmenter.feed(" item")
    assert [segment.kind for segment in segmenter.segments] == [Kind.PARAGRAPH, Kind.LIST]


def test_closing_fence_is_never_shown_as_code():
    segmenter = Segmenter()
    for piece in ("```\ncode\n", "`", "`", "`"):
        segmenter.feed(piece)
        assert segmenter.segments[0].lines == ["code"]
    segmenter.feed("\n")
    assert segmenter.segments[0].closed


def test_formula_that_never_closes_is_text():
    assert kinds("$$\nx = 1") == [Kind.PARAGRAPH]
    assert kinds("$$\nx\n\nafter") == [Kind.PARAGRAPH, Kind.PARAGRAPH]


def test_prices_are_no_formula():
    assert kinds("$5 and $10") == [Kind.PARAGRAPH]


def test_long_list_is_continued_and_counts_on():
    segments = split("\n".join(f"1. item {n}" for n in range(150)))
    assert [segment.kind for segment in segments] == [Kind.LIST] * 3
    assert segments[1].continues
    assert segments[1].lines[0] == "61. item 60"


def test_long_line_is_continued_at_a_space():
    segments = split("word " * 3000)
    assert all(len(segment.text) <= LINE_LIMIT for segment in segments)
    assert "".join(segment.text for segment in segments) == "word " * 3000
    assert [segment.continues for segment in segments[:2]] == [False, True]


def test_long_table_repeats_its_head():
    rows = "\n".join(f"| {n} | x |" for n in range(300))
    segments = split(f"| a | b |\n|---|---|\n{rows}")
    assert {segment.lines[0] for segment in segments} == {"| a | b |"}
    assert len(segments) > 2


@settings(max_examples=20)
@given(st.integers(1, 40))
def test_long_line_is_cut_alike_in_whatever_pieces_it_came(size):
    text = "- " + "long words and " * 900
    segmenter = in_pieces(text, [size * 100] * 200)
    segmenter.finish()
    assert segmenter.segments == split(text)


def test_only_fences_mean_anything_in_plain_text():
    plain = split("# no heading\n\n* no list\n```py\nx\n```\nafter", plain=True)
    assert [(segment.kind, segment.lines) for segment in plain] == [
        (Kind.PARAGRAPH, ["# no heading", "", "* no list"]),
        (Kind.CODE, ["x"]),
        (Kind.PARAGRAPH, ["after"]),
    ]
