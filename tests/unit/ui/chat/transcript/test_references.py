"""Definitions and footnotes work wherever in the message they stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatapp.ui.chat.transcript.references import References
from chatapp.ui.chat.transcript.segmenter import Segmenter, split

TEXT = """See [the docs][Docs] and [docs].

A claim[^a] and another[^b], `not [^a] here`.

- in a list [docs]

[docs]: https://example.com "Title"

[^b]: The second.

[^a]: The first.
"""


def prepared(text):
    references, segments = References(), split(text)
    references.follow(segments, 0)
    return [references.prepared(s) for s in segments if not references.is_hidden(s)]


def test_segments_are_parsed_with_the_definitions_they_use():
    first, notes, third, *_ = prepared(TEXT)
    assert first.endswith('\n\n[docs]: https://example.com "Title"')
    assert third.endswith('\n\n[docs]: https://example.com "Title"')
    assert "example.com" not in notes


def test_definitions_draw_nothing_where_they_stand():
    references, segments = References(), split("[a]: b\n[c]: <d e> 'f'\n\ntext\n\n[g]: h i j")
    assert [references.is_hidden(segment) for segment in segments] == [True, False, False]


def test_footnotes_are_numbered_as_they_are_read_and_code_is_left_alone():
    texts = prepared(TEXT)
    assert texts[1] == "A claim[1](#note-1) and another[2](#note-2), `not [^a] here`."
    assert texts[3:] == ["**2.** The second.", "**1.** The first."]


def test_footnote_is_found_by_its_number():
    references, segments = References(), split(TEXT)
    references.follow(segments, 0)
    place = references.segment_of(1, segments)
    assert segments[place].text == "[^a]: The first."
    assert references.segment_of(9, segments) is None


def test_first_definition_of_a_label_counts():
    assert prepared("[a]\n\n[a]: one\n\n[a]: two")[0] == "[a]\n\n[a]: one"


def test_definition_that_arrives_later_draws_its_users_anew():
    segmenter, references = Segmenter(), References()
    references.follow(segmenter.segments, segmenter.feed("[x] here\n\nnothing\n\n"))
    changed = references.follow(segmenter.segments, segmenter.feed("[x]: https://a.example\n"))
    assert changed == [0]
    assert references.prepared(segmenter.segments[0]).endswith("[x]: https://a.example")


@given(st.integers(1, 40))
def test_growing_text_ends_with_the_same_references(size):
    segmenter, references = Segmenter(), References()
    for at in range(0, len(TEXT), size):
        references.follow(segmenter.segments, segmenter.feed(TEXT[at : at + size]))
    references.follow(segmenter.segments, segmenter.finish())
    visible = [s for s in segmenter.segments if not references.is_hidden(s)]
    assert [references.prepared(segment) for segment in visible] == prepared(TEXT)
