from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from real.tiny_gguf import SPACE, distinct_words

TEXTS = st.text(st.sampled_from("ab \n"), min_size=1)


@given(TEXTS)
def test_words_are_distinct_and_make_up_the_text(text):
    words = distinct_words(text, taken=())
    assert len(words) == len(set(words))
    assert "".join(words) == text.replace(" ", SPACE)


def test_word_said_before_takes_in_what_follows():
    assert distinct_words("no no no more", taken=()) == ["no", "▁no", "▁no▁more"]


def test_ending_said_before_joins_what_goes_before():
    assert distinct_words("x y", taken=["▁y"]) == ["x▁y"]


def test_text_that_is_a_token_already_is_refused():
    with pytest.raises(ValueError, match="said elsewhere"):
        distinct_words("x", taken=["x"])
