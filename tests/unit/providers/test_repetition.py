"""Reading what repeats at once tells the same as reading event by event."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatapp.domain.stream import ReasoningDelta, StreamEvent, TextDelta
from chatapp.providers.anthropic import AnthropicWire
from chatapp.providers.base import ChatRequest
from chatapp.providers.ollama import OllamaWire
from chatapp.providers.openai import OpenAIWire
from chatapp.providers.remote import Wire
from chatapp.providers.repetition import Repetition
from wire.cuttings import comparable, decode

REQUEST = ChatRequest("m", ())
Write = Callable[[str, str], bytes]


def openai(kind: str, text: str) -> bytes:
    delta = {"content" if kind == "text" else "reasoning_content": text}
    payload = {"id": "c", "model": "word", "choices": [{"index": 0, "delta": delta}]}
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"


def anthropic(kind: str, text: str) -> bytes:
    delta = {"type": f"{kind}_delta", kind: text}
    payload = {"type": "content_block_delta", "index": 0, "delta": delta}
    name = b"event: content_block_delta\n"
    return name + b"data: " + json.dumps(payload).encode() + b"\n\n"


def ollama(kind: str, text: str) -> bytes:
    payload = {"message": {"content": text} if kind == "text" else {"thinking": text}}
    return json.dumps(payload).encode() + b"\n"


SIDES = [(OpenAIWire(), openai), (AnthropicWire(), anthropic), (OllamaWire(), ollama)]
each_side = pytest.mark.parametrize(("wire", "write"), SIDES, ids=lambda side: str(side)[:20])

texts = st.text(max_size=6) | st.sampled_from(
    ["word", "m", "", '"', "\\", "\n", "</think>", "<think>", "é", "😀", "\u2028", '","', "\x00"]
)
pieces_of_text = st.tuples(st.sampled_from(["text", "text", "text", "thinking"]), texts)


@each_side
@given(
    said=st.lists(pieces_of_text, max_size=25),
    between=st.sampled_from([b"", b"", b": alive\n\n", b"data: {}\n\n", b"\n"]),
    size=st.sampled_from([1, 7, 64, 200, 100_000]),
)
@settings(max_examples=150, deadline=None)
def test_the_same_is_told_with_and_without_it(
    wire: Wire, write: Write, said: list[tuple[str, str]], between: bytes, size: int
) -> None:
    if wire.kind == "ollama":
        between = b"\n" if between else b""
    raw = between.join(write(kind, text) for kind, text in said)
    chunks = [raw[start : start + size] for start in range(0, len(raw), size)]
    plain = wire.decoder(REQUEST)
    plain._repetition._misses = 10**9
    expected = decode(plain, chunks)
    assert comparable(decode(wire.decoder(REQUEST), chunks)) == comparable(expected)


def counted(events: list[StreamEvent]) -> int:
    return sum(isinstance(event, TextDelta | ReasoningDelta) for event in events)


@each_side
@pytest.mark.parametrize("kind", ["text", "thinking"])
def test_many_events_of_one_piece_are_told_as_few(wire: Wire, write: Write, kind: str) -> None:
    said = [f" word{number}" + "\n" * (number % 10 == 9) for number in range(200)]
    raw = b"".join(write(kind, text) for text in said)
    events = decode(wire.decoder(REQUEST), [raw])
    assert "".join(e.text for e in events if hasattr(e, "text")) == "".join(said)
    assert counted(events) <= 4


def test_texts_of_other_scripts_are_read_at_once_too() -> None:
    raw = b"".join(openai("text", f"語{number}é") for number in range(50))
    events = decode(OpenAIWire().decoder(REQUEST), [raw])
    said = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert said == "".join(f"語{number}é" for number in range(50))
    assert counted(events) <= 4


def test_bytes_that_are_half_a_character_are_not_joined() -> None:
    half = openai("text", "X").replace(b"X", b"\xf0\x9f")
    rest = openai("text", "X").replace(b"X", b"\x98\x80")
    raw = b"".join(openai("text", text) for text in "abc") + half + rest
    events = decode(OpenAIWire().decoder(REQUEST), [raw])
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "abc" + "\ufffd" * 3


def test_a_stream_that_goes_on_otherwise_is_not_looked_at_for_ever() -> None:
    decoder = OpenAIWire().decoder(REQUEST)
    decoder.feed(openai("text", "a") + openai("text", "b") + openai("text", "c"))
    assert decoder._repetition.is_worthwhile
    decoder.feed(b"data: {}\n\n" * 40)
    assert not decoder._repetition.is_worthwhile
    assert decoder.feed(openai("text", "d")) == [TextDelta("d")]


def test_equal_texts_prove_nothing() -> None:
    repetition = Repetition(b"data: ", b"\n\n")
    for _ in range(3):
        repetition.learn(b'{"model":"m","text":"m"}', b"", "m", print)
    assert repetition.is_sought
