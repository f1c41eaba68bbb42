"""What is asked of OpenAI and of the servers that speak its words, and what they offer."""

from __future__ import annotations

from typing import Any

import pytest

from chatapp.domain.errors import ProviderError
from chatapp.domain.errors import ProviderErrorKind as Kind
from chatapp.domain.message import new_message
from chatapp.domain.stream import End, TextDelta
from chatapp.providers.base import ChatRequest, ModelInfo
from chatapp.providers.openai import OpenAIWire

WIRE = OpenAIWire()
AT = "2026-02-09T12:00:00.000000Z"


def request(**parameters: Any) -> ChatRequest:
    return ChatRequest("m", (new_message("user", "hello", AT),), "Be brief.", parameters)


def refusal(detail: str) -> ProviderError:
    return ProviderError(Kind.REQUEST, "Refused.", "Try again.", detail=detail)


def test_key_stands_in_its_header_alone() -> None:
    assert WIRE.headers("secret")["authorization"] == "Bearer secret"
    assert "authorization" not in WIRE.headers(None)
    assert WIRE.path(request()) == "/chat/completions"


def test_what_a_model_refuses_is_left_out_or_said_otherwise() -> None:
    plain = WIRE.body(request(temperature=0.5, max_tokens=9), frozenset())
    assert (plain["temperature"], plain["max_tokens"]) == (0.5, 9)
    assert plain["messages"][0]["role"] == "system"
    quirks = frozenset({"temperature", "max_completion_tokens", "developer"})
    odd = WIRE.body(request(temperature=0.5, max_tokens=9), quirks)
    assert "temperature" not in odd
    assert (odd["max_completion_tokens"], "max_tokens" in odd) == (9, False)
    assert [one["role"] for one in odd["messages"]] == ["developer", "user"]


@pytest.mark.parametrize(
    ("detail", "name"),
    [
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'.",
         "max_completion_tokens"),
        ("Unsupported value: role 'system' is not supported.", "developer"),
        ("You must pass reasoning_content back.", "reasoning_content"),
        ("Unsupported parameter: 'temperature'", "temperature"),
        ("The key is wrong.", None),
    ],
)  # fmt: skip
def test_words_of_a_refusal_tell_what_to_do_otherwise(detail: str, name: str | None) -> None:
    quirk = WIRE.quirk(refusal(detail))
    assert (quirk.name if quirk else None) == name


def test_reply_is_read_from_server_sent_events() -> None:
    decoder = WIRE.decoder(request())
    chunk = b'data: {"choices": [{"delta": {"content": "hi"}, "finish_reason": "stop"}]}\n\n'
    events = [*decoder.feed(chunk + b"data: [DONE]\n\n"), *decoder.finish()]
    assert TextDelta("hi") in events
    assert isinstance(events[-1], End)


@pytest.mark.parametrize(
    ("row", "length"),
    [
        ({}, None),
        ({"max_model_len": 8}, 8),
        ({"context_length": 9}, 9),
        ({"meta": {"n_ctx": 10, "n_ctx_train": 11}}, 10),
        ({"meta": {"n_ctx_train": 11}}, 11),
        ({"context_length": "many"}, None),
    ],
)
def test_context_is_what_the_server_tells_in_its_own_words(
    row: dict[str, Any], length: int | None
) -> None:
    models, following = WIRE.models({"data": [{"id": "m", **row}, {"id": ""}, 7]})
    assert (models, following) == ([ModelInfo("m", length)], "")
    assert WIRE.models_path("") == "/models"


def test_model_that_reads_pictures_says_so() -> None:
    row = {"id": "m", "architecture": {"input_modalities": ["text", "image"]}}
    assert WIRE.models({"data": [row]})[0][0].capabilities == {"vision"}


@pytest.mark.parametrize("answer", [{}, [], {"data": "none"}])
def test_answer_that_lists_nothing_is_said(answer: object) -> None:
    with pytest.raises(ProviderError, match="list of models"):
        WIRE.models(answer)
