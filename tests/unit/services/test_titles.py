"""A title is the beginning of what was said."""

from __future__ import annotations

import pytest
from hypothesis import given

import strategies
from chatapp.services.titles import TITLE_LENGTH, title_from


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Plan a trip", "Plan a trip"),
        ("\n\n  Plan   a\ttrip.  \nmore", "Plan a trip"),
        ("## **Plan** a `trip`", "Plan a trip"),
        ("> - quoted", "quoted"),
        ("---\nafter a rule", "after a rule"),
        ("why does my_function fail", "why does my_function fail"),
        ("what is 2 * 3", "what is 2 * 3"),
        ("", ""),
        ("***", ""),
        (
            "one two three four five six seven eight nine, eleven",
            "one two three four five six seven eight nine…",
        ),
        ("x" * 100, "x" * TITLE_LENGTH),
    ],
)
def test_title_is_the_first_line_without_its_markup(text, title):
    assert title_from(text) == title


@given(strategies.any_text)
def test_title_is_one_short_line(text):
    title = title_from(text)
    assert len(title) <= TITLE_LENGTH + 1
    assert title == " ".join(title.split())
