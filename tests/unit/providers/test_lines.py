from __future__ import annotations

import pytest

from chatapp.providers.lines import LineSplitter


@pytest.mark.parametrize(
    ("chunks", "lines", "rest"),
    [
        ([b"a\nb"], [b"a"], b"b"),
        ([b"a\rb\r\nc\n"], [b"a", b"b", b"c"], b""),
        ([b"\xef", b"\xbb", b"\xbf", b"a\n"], [b"a"], b""),
        ([b"\xef\xbb"], [], b"\xef\xbb"),
        ([b"\xef\xbbx\n"], [b"\xef\xbbx"], b""),
        ([b"", b"a", b"", b"\n"], [b"a"], b""),
        ([b"a\r", b"", b"\nb\n"], [b"a", b"b"], b""),
    ],
)
def test_lines_end_at_lf_cr_and_crlf(chunks: list[bytes], lines: list[bytes], rest: bytes) -> None:
    splitter = LineSplitter()
    assert [line for chunk in chunks for line in splitter.feed(chunk)] == lines
    assert splitter.rest() == rest
    assert splitter.rest() == b""
