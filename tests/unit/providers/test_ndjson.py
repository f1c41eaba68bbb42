from __future__ import annotations

from chatapp.providers.ndjson import JsonLines
from wire.cuttings import cuttings


def test_each_line_that_says_something_is_a_payload() -> None:
    for label, chunks in cuttings(b'{"a":1}\n\n  \n{"b":"\xe2\x80\xa8"}\n{"c":3}'):
        lines = JsonLines()
        frames = [frame for chunk in chunks for frame in lines.feed(chunk)] + lines.finish()
        data = [frame.data for frame in frames]
        assert data == [b'{"a":1}', b'{"b":"\xe2\x80\xa8"}', b'{"c":3}'], label


def test_nothing_is_left_after_a_final_line_end() -> None:
    lines = JsonLines()
    lines.feed(b"{}\n")
    assert lines.finish() == []
