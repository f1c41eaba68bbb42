"""No input makes a decoder raise, and no cutting changes what it says."""

from __future__ import annotations

import gzip
import tracemalloc
from dataclasses import asdict

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatapp.domain.message import Status
from chatapp.domain.stream import End, StreamEvent, ToolBegin, ToolEnd
from chatapp.providers.anthropic import AnthropicWire
from chatapp.providers.base import ChatRequest
from chatapp.providers.gemini import GeminiWire
from chatapp.providers.ollama import OllamaWire
from chatapp.providers.openai import OpenAIWire
from chatapp.providers.remote import Wire
from chatapp.providers.responses import ResponsesWire
from wire.cuttings import comparable, decode
from wire.hostile import streams

REQUEST = ChatRequest("m", ())
WIRES = [OpenAIWire(), ResponsesWire(), AnthropicWire(), GeminiWire(), OllamaWire()]
each_wire = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.kind)


def check(events: list[StreamEvent]) -> None:
    """What holds for every reply, honest or not."""
    assert isinstance(events[-1], End)
    assert sum(isinstance(event, End) for event in events) == 1
    assert (events[-1].status is Status.COMPLETE) is (events[-1].error is None)
    begun = [event.slot for event in events if isinstance(event, ToolBegin)]
    ended = [event.slot for event in events if isinstance(event, ToolEnd)]
    assert set(ended) <= set(begun)
    for event in events:
        if not isinstance(event, End):
            orjson.dumps(asdict(event))  # everything that is kept can be stored


@each_wire
@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_hostile_payloads_end_in_an_end_however_they_are_cut(
    wire: Wire, data: st.DataObject
) -> None:
    raw = data.draw(streams(wire.kind))
    events = decode(wire.decoder(REQUEST), [raw])
    check(events)
    size = data.draw(st.integers(1, 40))
    pieces = [raw[i : i + size] for i in range(0, len(raw), size)]
    # compared as text, in which a number that is none equals itself
    assert str(comparable(decode(wire.decoder(REQUEST), pieces))) == str(comparable(events))


@each_wire
@given(raw=st.binary(max_size=200) | st.text(max_size=60).map(str.encode))
@settings(max_examples=60, deadline=None)
def test_any_bytes_end_in_an_end(wire: Wire, raw: bytes) -> None:
    check(decode(wire.decoder(REQUEST), [raw]))


@each_wire
@pytest.mark.parametrize(
    "raw",
    [
        b"data: " + b"[" * 100_000 + b"\n\n",
        b'data: {"choices":' + b'{"a":' * 5000 + b"\n\n",
        b'data: {"choices":[{"index":1e400}]}\n\n',
        b'data: {"error":' + b"9" * 5000 + b"}\n\n",
        gzip.compress(b"data: {}\n\n"),
        b"\x00" * 5000,
    ],
    ids=["deep list", "deep object", "infinite", "huge number", "still zipped", "NUL"],
)
def test_known_bombs_are_harmless(wire: Wire, raw: bytes) -> None:
    check(decode(wire.decoder(REQUEST), [raw]))


@each_wire
def test_piece_without_end_is_an_error(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatapp.providers.lines.MAX_EVENT_BYTES", 1000)
    decoder = wire.decoder(REQUEST)
    for _ in range(100):
        decoder.feed(b"x" * 100)
    assert decoder.done
    check(decoder.finish())


def test_memory_stays_flat_over_a_long_stream() -> None:
    decoder = OpenAIWire().decoder(REQUEST)
    chunk = b'data: {"choices":[{"delta":{"content":"word "}}]}\n\n: alive\n\n' * 200
    for _ in range(20):
        decoder.feed(chunk)
    tracemalloc.start()
    for _ in range(200):
        decoder.feed(chunk)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 50_000
