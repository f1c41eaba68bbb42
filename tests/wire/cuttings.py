"""The same bytes, cut in every way a network may cut them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from chatapp.domain.stream import End, ReasoningDelta, StreamEvent, TextDelta
from chatapp.providers.decoder import Decoder


def cuttings(raw: bytes, *, seed: int = 7) -> Iterator[tuple[str, list[bytes]]]:
    """Whole, byte by byte, at random cuts, and all of these with CRLF for LF."""
    for ends, text in (("LF", raw), ("CRLF", raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))):
        yield f"whole, {ends}", [text]
        if len(text) < 100_000:
            yield f"1-byte, {ends}", [text[i : i + 1] for i in range(len(text))]
        for turn in range(3):
            chance = random.Random(f"{seed}{turn}")
            places = sorted(chance.randrange(len(text) + 1) for _ in range(1 + turn * 8))
            bounds = zip([0, *places], [*places, len(text)], strict=True)
            yield f"random {turn}, {ends}", [text[a:b] for a, b in bounds]


def decode(decoder: Decoder, chunks: list[bytes]) -> list[StreamEvent]:
    """Every event of a reply."""
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    return events + decoder.finish()


def merged(events: list[StreamEvent]) -> list[StreamEvent]:
    """The events, with texts that follow one another as one: how much comes at once is chance."""
    joined: list[StreamEvent] = []
    for event in events:
        last = joined[-1] if joined else None
        if isinstance(event, TextDelta) and isinstance(last, TextDelta):
            joined[-1] = TextDelta(last.text + event.text)
        elif isinstance(event, ReasoningDelta) and isinstance(last, ReasoningDelta):
            joined[-1] = ReasoningDelta(last.text + event.text)
        else:
            joined.append(event)
    return joined


def comparable(events: list[StreamEvent]) -> list[object]:
    """The events, with errors as values that can be compared."""
    return [
        (event.status, event.error and (type(event.error), str(event.error), vars(event.error)))
        if isinstance(event, End)
        else event
        for event in merged(events)
    ]


def decode_every_way(new_decoder: Callable[[], Decoder], raw: bytes) -> list[StreamEvent]:
    """The events of `raw`, which must not depend on the cutting."""
    first: list[StreamEvent] | None = None
    for label, chunks in cuttings(raw):
        events = decode(new_decoder(), chunks)
        if first is None:
            first = events
        assert comparable(events) == comparable(first), label
    assert first is not None
    return first
