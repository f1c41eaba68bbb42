"""Three wires against the real llama.cpp server, which speaks all of them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chatapp.domain.errors import ProviderError
from chatapp.domain.errors import ProviderErrorKind as Kind
from chatapp.domain.message import Status, new_message
from chatapp.domain.stream import End, Finish, Start, StreamEvent, TextDelta, Usage
from chatapp.providers.base import ChatRequest, Provider
from chatapp.providers.registry import Registry
from chatapp.settings.config import ProviderConfig

WIRES = ("openai", "anthropic", "responses")


@contextlib.asynccontextmanager
async def connected(server: Any, kind: str, key: str | None = None) -> AsyncIterator[Provider]:
    """A provider that speaks `kind` to the real server."""

    async def key_lookup(_config: ProviderConfig) -> str | None:
        return key

    models = Registry([ProviderConfig("real", kind, server.base_url)], key_lookup)
    yield models.resolve(f"real/{server.model}")[0]
    await models.close()


def question(server: Any, text: str, **parameters: Any) -> ChatRequest:
    said = (new_message("user", text, "2026-02-09T21:30:00Z"),)
    return ChatRequest(server.model, said, "Be brief.", parameters)


def words(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def ask(provider: Provider, request: ChatRequest) -> list[StreamEvent]:
    return [event async for event in provider.stream(request)]


def failure(events: list[StreamEvent]) -> ProviderError:
    end = events[-1]
    assert isinstance(end, End)
    assert isinstance(end.error, ProviderError), words(events)
    return end.error


@pytest.mark.parametrize("kind", WIRES)
async def test_reply_of_a_real_model_arrives_to_the_letter(llama: Any, kind: str) -> None:
    async with connected(llama, kind) as provider:
        events = await ask(provider, question(llama, "Hello"))
    assert words(events) == llama.spoken
    assert events[-1] == End(Status.COMPLETE)
    assert sum(isinstance(event, TextDelta) for event in events) > 10
    assert isinstance(events[0], Start)
    assert [event.reason for event in events if isinstance(event, Finish)] == ["stop"]
    usage = [event for event in events if isinstance(event, Usage)][-1]
    assert usage.prompt_tokens
    assert usage.completion_tokens


@pytest.mark.parametrize("kind", WIRES)
async def test_limit_of_tokens_is_told_as_the_reason(llama: Any, kind: str) -> None:
    async with connected(llama, kind) as provider:
        events = await ask(provider, question(llama, "harbour", max_tokens=5))
    assert llama.long.startswith(words(events))
    reasons = [event.reason for event in events if isinstance(event, Finish)]
    # llama.cpp calls a response that ran out of tokens completed
    assert reasons == (["stop"] if kind == "responses" else ["length"])


@pytest.mark.parametrize("kind", WIRES)
async def test_wrong_key_is_a_sentence_and_the_right_one_is_taken(
    llama_with_key: Any, kind: str
) -> None:
    async with connected(llama_with_key, kind, "sk-wrong-0123456789") as provider:
        error = failure(await ask(provider, question(llama_with_key, "Hello")))
        with pytest.raises(ProviderError, match="key"):
            await provider.models()
    assert error.kind is Kind.AUTHENTICATION
    assert "sk-wrong" not in f"{error} {error.detail}"
    async with connected(llama_with_key, kind, llama_with_key.api_key) as provider:
        assert words(await ask(provider, question(llama_with_key, "Hello"))) == (
            llama_with_key.spoken
        )


@pytest.mark.parametrize("kind", WIRES)
async def test_conversation_longer_than_the_model_reads_is_a_context_error(
    llama: Any, kind: str
) -> None:
    async with connected(llama, kind) as provider:
        error = failure(await ask(provider, question(llama, "word " * 300_000)))
    assert error.kind is Kind.CONTEXT


@pytest.mark.parametrize("kind", WIRES)
async def test_stop_ends_an_endless_reply_at_once(llama: Any, kind: str) -> None:
    async with connected(llama, kind) as provider:
        events: list[StreamEvent] = []

        async def read() -> None:
            async for event in provider.stream(question(llama, "sea")):
                events.append(event)  # noqa: PERF401 - each is to be seen as it comes

        reading = asyncio.ensure_future(read())
        async with asyncio.timeout(30):
            while len(events) < 20:
                await asyncio.sleep(0.01)
        stopped = time.monotonic()
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
        assert time.monotonic() - stopped < 0.2
        # the server is free again: another reply comes while the endless one would still run
        assert words(await ask(provider, question(llama, "Hello"))) == llama.spoken


async def test_models_and_their_context_are_told(llama: Any) -> None:
    async with connected(llama, "openai") as provider:
        (model,) = await provider.models()
    assert model.id == llama.model
    assert model.context_length


async def test_two_replies_at_once_do_not_mix(llama: Any) -> None:
    async with connected(llama, "openai") as provider:
        both = await asyncio.gather(
            ask(provider, question(llama, "Hello")), ask(provider, question(llama, "harbour"))
        )
    assert [words(events) for events in both] == [llama.spoken, llama.long]
