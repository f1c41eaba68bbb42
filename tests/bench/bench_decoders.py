"""How fast a reply is decoded: bytes in, events out."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpx
from httpx_sse import EventSource

from bench.harness import Comparison
from chatapp.domain.stream import TextDelta
from chatapp.providers.base import ChatRequest
from chatapp.providers.openai import OpenAIWire
from chatapp.providers.sse import ServerSentEvents

EVENTS = 20_000
TIMES_FASTER = 20
PIECE_BYTES = 64 * 1024
LARGE_EVENT_BYTES = 2_000_000
LARGE_EVENTS = 20
BYTES_PER_SECOND = 100e6


@contextmanager
def comparisons() -> Iterator[list[Comparison]]:
    """Small events against httpx-sse and json, large ones against a given rate."""
    written = [chunk(f" word{number}") for number in range(EVENTS)]
    whole = b"".join(written)
    blurred = b"".join(chunk(f" word{n}", obfuscation=f"{n:08x}") for n in range(EVENTS))
    large = cut(b"data: " + b"x" * LARGE_EVENT_BYTES + b"\n\n") * LARGE_EVENTS
    yield [
        Comparison(
            f"{EVENTS} chunks of a completion in pieces of 64 KiB, over httpx-sse and json",
            ours=lambda: seconds(decode(cut(whole))),
            reference=lambda: seconds(decode_by_httpx_sse(cut(whole))),
            target=1 / TIMES_FASTER,
            rounds=7,
        ),
        Comparison(
            f"{EVENTS} chunks that each differ in a random field besides, over httpx-sse and json",
            ours=lambda: seconds(decode(cut(blurred))),
            reference=lambda: seconds(decode_by_httpx_sse(cut(blurred))),
            target=1.0,
            rounds=7,
        ),
        Comparison(
            f"{EVENTS} chunks of a completion, each arriving alone, over httpx-sse and json",
            ours=lambda: seconds(decode(written)),
            reference=lambda: seconds(decode_by_httpx_sse(written)),
            target=1.0,
            rounds=7,
        ),
        Comparison(
            "framing of events of 2 MB, over 100 MB/s",
            ours=lambda: frame(large),
            reference=lambda: sum(map(len, large)) / BYTES_PER_SECOND,
            target=1.0,
            rounds=7,
        ),
    ]


def chunk(text: str, **more: str) -> bytes:
    """One event as OpenAI writes it."""
    choice = {"index": 0, "delta": {"content": text}, "logprobs": None, "finish_reason": None}
    payload = {
        "id": "chatcmpl-9aBcDeFgHiJkLmNoPqRsTuVw",
        "object": "chat.completion.chunk",
        "created": 1770672610,
        "model": "gpt-5-2026-01-01",
        "service_tier": "default",
        "system_fingerprint": "fp_0123456789",
        "choices": [choice],
        "usage": None,
        **more,
    }
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def cut(raw: bytes) -> list[bytes]:
    """`raw` in pieces as a socket gives them."""
    return [raw[start : start + PIECE_BYTES] for start in range(0, len(raw), PIECE_BYTES)]


def seconds(texts: AsyncIterator[str]) -> float:
    """How long it takes to read all `texts`."""

    async def read() -> str:
        return "".join([text async for text in texts])

    begun = time.perf_counter()
    whole = asyncio.run(read())
    taken = time.perf_counter() - begun
    assert whole == "".join(f" word{number}" for number in range(EVENTS))
    return taken


async def decode(pieces: list[bytes]) -> AsyncIterator[str]:
    """Our decoder."""
    decoder = OpenAIWire().decoder(ChatRequest("m", ()))
    for piece in pieces:
        for event in decoder.feed(piece):
            if isinstance(event, TextDelta):
                yield event.text


async def decode_by_httpx_sse(pieces: list[bytes]) -> AsyncIterator[str]:
    """What most Python clients do."""

    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    headers = {"content-type": "text/event-stream"}
    response = httpx.Response(200, headers=headers, content=body())
    async for event in EventSource(response).aiter_sse():
        yield json.loads(event.data)["choices"][0]["delta"].get("content")


def frame(pieces: list[bytes]) -> float:
    """How long framing alone takes."""
    events = ServerSentEvents()
    begun = time.perf_counter()
    count = sum(len(events.feed(piece)) for piece in pieces)
    taken = time.perf_counter() - begun
    assert count == LARGE_EVENTS
    return taken
