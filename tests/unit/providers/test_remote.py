from __future__ import annotations

from typing import Any

import pytest

from chatapp.domain.errors import ProviderError
from chatapp.domain.errors import ProviderErrorKind as Kind
from chatapp.domain.message import Status, new_message
from chatapp.domain.stream import End, Notice, StreamEvent, TextDelta
from chatapp.providers.base import ChatRequest
from chatapp.providers.ollama import OllamaWire
from chatapp.providers.openai import OpenAIWire
from chatapp.providers.remote import RemoteProvider
from chatapp.settings.config import ProviderConfig
from real.http_server import FakeServer, Response, fake_server, json_response, sse

KEY = "sk-canary-0123456789"
HELLO = sse({"choices": [{"delta": {"content": "Hello"}, "finish_reason": "stop"}]}, "[DONE]")
REQUEST = ChatRequest(
    "m",
    (new_message("user", "Hi", "2026-02-09T21:30:00Z"),),
    system="Be brief.",
    parameters={"temperature": 0.5, "max_tokens": 9},
)


async def key_lookup(_config: ProviderConfig) -> str | None:
    return KEY


def provider(url: str, *, models: tuple[str, ...] = (), key: Any = key_lookup) -> RemoteProvider:
    config = ProviderConfig("local", "openai", url, models=models)
    return RemoteProvider(config, OpenAIWire(), key)


async def ask(server: FakeServer | str, times: int = 1, **how: Any) -> list[StreamEvent]:
    asked = provider(server if isinstance(server, str) else server.url, **how)
    events = [event for _ in range(times) async for event in asked.stream(REQUEST)]
    await asked.close()
    await asked.close()
    return events


def refusal(message: str) -> Response:
    return json_response({"error": {"message": message}}, 400)


def failure(events: list[StreamEvent]) -> ProviderError:
    end = events[-1]
    assert isinstance(end, End)
    assert isinstance(end.error, ProviderError)
    return end.error


async def test_reply_comes_and_the_key_stands_only_in_its_header() -> None:
    async with fake_server(HELLO) as server:
        events = await ask(server)
    assert TextDelta("Hello") in events
    assert events[-1] == End(Status.COMPLETE)
    received = server.requests[0]
    assert received.path == "/v1/chat/completions"
    headers = {name for name, value in received.headers.items() if KEY in value}
    assert headers == {"authorization"}
    assert KEY.encode() not in received.body


async def test_what_is_shown_is_what_is_sent_without_the_key() -> None:
    async with fake_server(HELLO) as server:
        asked = provider(server.url)
        shown = asked.shown(REQUEST)
        async for _ in asked.stream(REQUEST):
            pass
        await asked.close()
    assert shown["address"] == f"{server.url}{server.requests[0].path}"
    assert shown["body"] == server.requests[0].json
    assert KEY not in str(shown)


async def test_without_a_key_no_header_is_sent() -> None:
    async def none(_config: ProviderConfig) -> str | None:
        return None

    async with fake_server(HELLO) as server:
        await ask(server, key=none)
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize("cut", [0, 150, 178, 190])
async def test_a_key_that_the_server_repeats_is_not_shown(cut: int) -> None:
    async with fake_server(refusal("x" * cut + f" bad key {KEY} here")) as server:
        shown = failure(await ask(server)).detail
    assert KEY[:8] not in shown
    assert "[key]" in shown or cut == 190


async def test_key_with_stray_characters_is_said_and_not_sent() -> None:
    async def broken(_config: ProviderConfig) -> str | None:
        return "sk-\n"

    async with fake_server(HELLO) as server:
        error = failure(await ask(server, key=broken))
    assert error.kind is Kind.AUTHENTICATION
    assert server.requests == []


async def test_address_that_is_none_is_an_end_with_its_error() -> None:
    assert failure(await ask("ftp://nowhere")).kind is Kind.REQUEST


@pytest.mark.parametrize(
    ("said", "before", "after"),
    [
        ("Unsupported value: 'temperature' does not support 0.5", "temperature", None),
        ("Unrecognized request argument supplied: stream_options", "stream_options", None),
        (
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            "max_tokens",
            "max_completion_tokens",
        ),
    ],
)
async def test_refused_parameter_is_left_out_once_said_and_remembered(
    said: str, before: str, after: str | None
) -> None:
    async with fake_server(refusal(said), HELLO) as server:
        events = await ask(server, times=2)
    assert [type(event) for event in events if isinstance(event, Notice)] == [Notice]
    assert sum(event == End(Status.COMPLETE) for event in events) == 2
    first, second, third = (received.json for received in server.requests)
    assert before in first
    assert second == third
    assert before not in second
    assert after is None or second[after] == first[before]


async def test_refused_system_role_becomes_developer() -> None:
    said = refusal("Unsupported value: 'messages[0].role' does not support 'system'")
    async with fake_server(said, HELLO) as server:
        await ask(server)
    assert [r.json["messages"][0]["role"] for r in server.requests] == ["system", "developer"]


async def test_thoughts_are_sent_back_to_a_server_that_demands_it() -> None:
    said = refusal("The reasoning_content in the thinking mode must be passed back to the API.")
    earlier = new_message("assistant", "ok", "2026-02-09T21:30:00Z", {"reasoning": "hm"})
    async with fake_server(said, HELLO) as server:
        asked = provider(server.url)
        events = [e async for e in asked.stream(ChatRequest("m", (earlier,)))]
        await asked.close()
    assert events[-1] == End(Status.COMPLETE)
    assert server.requests[1].json["messages"][0]["reasoning_content"] == "hm"


async def test_the_same_refusal_twice_is_told() -> None:
    async with fake_server(refusal("unsupported: temperature")) as server:
        events = await ask(server)
    assert failure(events).kind is Kind.REQUEST
    assert len(server.requests) == 2


async def test_a_refusal_that_names_no_parameter_is_told_at_once() -> None:
    async with fake_server(refusal("No, thank you.")) as server:
        assert failure(await ask(server)).detail == "No, thank you."
    assert len(server.requests) == 1


async def test_a_refusal_after_the_first_word_does_not_ask_again() -> None:
    late = sse(
        {"choices": [{"delta": {"content": "Hel"}}]},
        {"error": {"message": "unsupported: temperature", "type": "invalid_request_error"}},
    )
    async with fake_server(late) as server:
        assert failure(await ask(server)).kind is Kind.REQUEST
    assert len(server.requests) == 1


async def test_models_are_asked_from_the_server() -> None:
    rows = [
        {"id": "a", "meta": {"n_ctx": 2048, "n_ctx_train": 4096}},
        {"id": "b", "max_model_len": 8192},
        {"id": "c", "context_length": 1},
        {"id": "d", "architecture": {"input_modalities": ["text", "image"]}},
        {"object": "odd"},
    ]
    async with fake_server(json_response({"data": rows})) as server:
        asked = provider(server.url)
        models = await asked.models()
        await asked.close()
    assert [(m.id, m.context_length) for m in models] == [
        ("a", 2048), ("b", 8192), ("c", 1), ("d", None),
    ]  # fmt: skip
    assert [model.id for model in models if "vision" in model.capabilities] == ["d"]
    assert server.requests[0].path == "/v1/models"


async def test_pages_of_models_are_put_together() -> None:
    pulled = json_response({"models": [{"model": "a"}, {"model": "b"}]})
    loaded = json_response(
        {"models": [{"model": "b", "context_length": 4096, "expires_at": "later"}]}
    )
    async with fake_server(pulled, loaded) as server:
        asked = RemoteProvider(ProviderConfig("o", "ollama", server.url), OllamaWire(), key_lookup)
        models = await asked.models()
        await asked.close()
    assert [(m.id, m.context_length) for m in models] == [("a", None), ("b", 4096)]


async def test_models_of_the_settings_are_not_asked_for() -> None:
    assert [m.id for m in await provider("http://127.0.0.1:1", models=("a", "b")).models()] == [
        "a",
        "b",
    ]


@pytest.mark.parametrize(
    "answer", [json_response({"models": 3}), json_response({"error": f"no {KEY}"}, 401)]
)
async def test_models_that_are_not_told_are_an_error_without_the_key(answer: Response) -> None:
    async with fake_server(answer) as server:
        asked = provider(server.url)
        with pytest.raises(ProviderError) as raised:
            await asked.models()
        await asked.close()
    assert KEY not in raised.value.detail
