"""The framing vectors TV01-TV12 and what the fields of an event may hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.domain.errors import ProviderError
from chatapp.providers import lines, sse
from chatapp.providers.sse import Frame, ServerSentEvents
from wire.cuttings import cuttings

EMOJI = "😀".encode()
ODD_SPACES = "\u2028\u2029\u0085\x0b\x0c\x1c".encode()


def read(chunks: list[bytes]) -> list[Frame]:
    events = ServerSentEvents()
    return [frame for chunk in chunks for frame in events.feed(chunk)] + events.finish()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(b"data:x\n\n", [b"x"], id="TV01 no space"),
        pytest.param(b"data: x\r\n\r\n", [b"x"], id="TV02 CRLF"),
        pytest.param(b"data: x\r\rdata: y\r\r", [b"x", b"y"], id="TV03 bare CR"),
        pytest.param(b"\xef\xbb\xbfdata: x\n\n", [b"x"], id="TV05 byte order mark"),
        pytest.param(b"data: a\ndata: b\n\n", [b"a\nb"], id="TV06 two data lines"),
        pytest.param(b": hi\ndata: x\n: ho\n\n:\n\n", [b"x"], id="TV07 comments between"),
        pytest.param(b"data:\n\ndata\n\ndata: x\n\n", [b"x"], id="TV08 empty data"),
        pytest.param(b"data: : keepalive\n\n", [b": keepalive"], id="TV09 keep-alive as data"),
        pytest.param(b"id: 1\nretry: 9\nevent: e\ndata: x\n\n", [b"x"], id="TV10 other fields"),
        pytest.param(b"data: x\n\ndata: y", [b"x", b"y"], id="TV11 no final blank line"),
        pytest.param(b"data: " + EMOJI + b"\n\n", [EMOJI], id="TV12 emoji cut"),
        pytest.param(b"data: " + ODD_SPACES + b"\n\n", [ODD_SPACES], id="TV13 odd line ends"),
        pytest.param(b"data:  x\n\n", [b" x"], id="one space is taken off, not two"),
        pytest.param(b"\n\n\n", [], id="blank lines only"),
    ],
)
def test_events_do_not_depend_on_the_cutting(raw: bytes, expected: list[bytes]) -> None:
    for label, chunks in cuttings(raw):
        assert [frame.data for frame in read(chunks)] == expected, label


def test_line_feed_after_a_carriage_return_of_the_chunk_before_is_no_second_break() -> None:
    assert read([b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n"]) == [Frame(b"a\nb")]


def test_event_bears_its_name_and_the_next_one_does_not() -> None:
    frames = read([b"event: error\ndata: a\n\ndata: b\n\n"])
    assert frames == [Frame(b"a", b"error"), Frame(b"b")]


def test_event_of_two_megabytes_comes_whole() -> None:
    text = b"x" * 2_000_000
    raw = b"data: " + text + b"\n\n"
    pieces = [raw[i : i + 4096] for i in range(0, len(raw), 4096)]
    assert read(pieces) == [Frame(text)]


def test_lines_that_are_no_field_are_kept_aside() -> None:
    events = ServerSentEvents()
    events.feed(b'{\n "error": "no"\n}\n')
    events.finish()
    assert events.stray == b'{\n "error": "no"\n}\n'


def test_what_is_kept_aside_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_STRAY_BYTES", 10)
    events = ServerSentEvents()
    for _ in range(100):
        events.feed(b"<p>page</p>\n")
    assert len(events.stray) < 30


@pytest.mark.parametrize("piece", [b"data: xxxxxxxx", b"data: xxxxx\n"])
def test_event_without_end_is_refused(piece: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_EVENT_BYTES", 1000)
    events = ServerSentEvents()
    with pytest.raises(ProviderError):
        [events.feed(piece) for _ in range(1000)]


@given(st.lists(st.binary(max_size=12)))
def test_any_bytes_in_any_pieces_read_as_the_same_events(pieces: list[bytes]) -> None:
    assert read(pieces) == read([b"".join(pieces)])
