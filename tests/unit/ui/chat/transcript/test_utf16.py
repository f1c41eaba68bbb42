"""Positions in Python and in Qt, which counts an emoji as two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatapp.ui.chat.transcript.utf16 import utf16_length


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60), st.data())
def test_units_are_those_of_the_encoded_text(text, data):
    end = data.draw(st.integers(0, len(text)))
    assert utf16_length(text, end) == len(text[:end].encode("utf-16-le")) // 2
