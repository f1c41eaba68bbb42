"""The vectors TV70-TV78 of the wire, each cut in every way, and its requests."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatapp.domain.errors import ProviderError
from chatapp.domain.errors import ProviderErrorKind as Kind
from chatapp.domain.message import Message, Status, new_message
from chatapp.domain.stream import (
    End,
    Finish,
    ReasoningDelta,
    ReasoningOpaque,
    Start,
    StreamEvent,
    TextDelta,
    ToolArguments,
    ToolBegin,
    ToolEnd,
    Usage,
)
from chatapp.providers.base import ChatRequest, Tool
from chatapp.providers.decoder import Decoder
from chatapp.providers.gemini import GeminiWire
from wire.cuttings import decode_every_way

WIRE = GeminiWire()
COMPLETE = End(Status.COMPLETE)
STOP = Finish("stop", "STOP")


def new_decoder() -> Decoder:
    return WIRE.decoder(ChatRequest("m", ()))


def event(payload: object) -> bytes:
    return b"data: " + json.dumps(payload).encode() + b"\r\n\r\n"


def fragment(*parts: Any, finish: str | None = None, **more: Any) -> bytes:
    candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": list(parts)}}
    if finish:
        candidate["finishReason"] = finish
    return event({"candidates": [candidate], "modelVersion": "m", "responseId": "r", **more})


def calling(name: str, **more: Any) -> dict[str, Any]:
    return {"functionCall": {"name": name, "args": {"x": 1}}, **more}


def called(slot: int, name: str) -> list[StreamEvent]:
    return [
        ToolBegin(slot, f"call_{slot}", name),
        ToolArguments(slot, '{"x":1}'),
        ToolEnd(slot),
    ]


START = Start("m", "r")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(
            fragment(
                {"text": "hm", "thought": True},
                usageMetadata={"promptTokenCount": 9, "thoughtsTokenCount": 3},
            )
            + fragment({"text": "Hel"})
            + fragment(
                {"text": "lo"},
                finish="STOP",
                usageMetadata={
                    "promptTokenCount": 9,
                    "candidatesTokenCount": 2,
                    "thoughtsTokenCount": 3,
                    "cachedContentTokenCount": 4,
                },
            ),
            [
                START,
                Usage(9, 3, None, 3),
                ReasoningDelta("hm"),
                TextDelta("Hel"),
                Usage(9, 5, 4, 3),
                TextDelta("lo"),
                STOP,
                COMPLETE,
            ],
            id="TV70 thoughts, then text",
        ),
        pytest.param(
            fragment({"text": "Hello"})
            + fragment({"text": "", "thoughtSignature": "S=="}, finish="STOP"),
            [
                START,
                TextDelta("Hello"),
                ReasoningOpaque({"wire": "gemini", "call": None, "signature": "S=="}),
                STOP,
                COMPLETE,
            ],
            id="TV73 a signature alone",
        ),
        pytest.param(
            fragment(calling("f", thoughtSignature="S=="), calling("g"), finish="STOP"),
            [
                START,
                ReasoningOpaque({"wire": "gemini", "call": 0, "signature": "S=="}),
                *called(0, "f"),
                *called(1, "g"),
                Finish("tools", "STOP"),
                COMPLETE,
            ],
            id="TV76 two calls in one fragment",
        ),
        pytest.param(
            fragment(calling("f")) + fragment(calling("g"), finish="STOP"),
            [START, *called(0, "f"), *called(1, "g"), Finish("tools", "STOP"), COMPLETE],
            id="TV76 two calls in two fragments",
        ),
        pytest.param(
            event(
                {
                    "modelVersion": "m",
                    "responseId": "r",
                    "candidates": [
                        {"index": 1, "content": {"parts": [{"text": "no"}]}},
                        {"content": {"parts": [{"text": "Hello"}]}, "finishReason": "STOP"},
                    ],
                }
            ),
            [START, TextDelta("Hello"), STOP, COMPLETE],
            id="only the first of several answers",
        ),
    ],
)
def test_reply_is_read_in_every_cutting(raw: bytes, expected: list[StreamEvent]) -> None:
    assert decode_every_way(new_decoder, raw) == expected


def end(raw: bytes) -> End:
    ended = decode_every_way(new_decoder, raw)[-1]
    assert isinstance(ended, End)
    return ended


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(event({"promptFeedback": {"blockReason": "SAFETY"}}), id="TV71 prompt"),
        pytest.param(fragment(finish="SAFETY"), id="TV72 safety without content"),
        pytest.param(fragment(finish="MALFORMED_FUNCTION_CALL"), id="TV78 malformed call"),
        pytest.param(fragment({"text": "hm", "thought": True}, finish="STOP"), id="thoughts only"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_no_answer_is_an_empty_reply(raw: bytes) -> None:
    ended = end(raw)
    assert isinstance(ended.error, ProviderError)
    assert (ended.status, ended.error.kind) == (Status.FAILED, Kind.EMPTY)


def test_filter_is_named_as_the_cause() -> None:
    assert "filter" in str(end(event({"promptFeedback": {"blockReason": "OTHER"}})).error)


def test_no_reason_to_finish_is_a_truncated_reply() -> None:
    assert end(fragment({"text": "Hel"})).status is Status.TRUNCATED


@pytest.mark.parametrize("form", ["{}", "[{}]", "data: {}\n\n", "data: [{}]\n\n"])
def test_error_is_read_in_all_its_forms(form: str) -> None:
    error = {"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}
    written = json.dumps(error) if "data" in form else json.dumps(error, indent=2)
    ended = end(form.replace("{}", written).encode())
    assert isinstance(ended.error, ProviderError)
    assert (ended.error.kind, ended.error.status) == (Kind.AUTHENTICATION, 400)


# ---- the request


def message(role: str, content: str, **metadata: Any) -> Message:
    return new_message(role, content, "2026-02-09T21:30:00Z", metadata)


def body(
    *messages: Message, model: str = "gemini-2.5-pro", quirks: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    return WIRE.body(ChatRequest(model, messages, **more), frozenset(quirks))


def test_model_stands_in_the_path_and_the_key_in_a_header() -> None:
    for model in ("gemini-2.5-pro", "models/gemini-2.5-pro"):
        path = WIRE.path(ChatRequest(model, ()))
        assert path == "/models/gemini-2.5-pro:streamGenerateContent?alt=sse"
    assert WIRE.headers("k")["x-goog-api-key"] == "k"
    assert "x-goog-api-key" not in WIRE.headers(None)


def test_sides_alternate_under_this_wires_names() -> None:
    sent = body(
        message("user", "a"), message("user", "b"), message("assistant", "c"), system="Be brief."
    )
    assert sent == {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "a"}, {"text": "b"}]},
            {"role": "model", "parts": [{"text": "c"}]},
        ],
    }


def test_pictures_and_tools_have_this_wires_form() -> None:
    sent = body(
        message("user", "?", attachments=[{"hash": "h", "media_type": "image/png"}]),
        pictures={"h": b"PNG"},
        tools=(Tool("f", "Does f.", {"type": "object"}),),
    )
    assert sent["contents"][0]["parts"] == [
        {"inlineData": {"mimeType": "image/png", "data": "UE5H"}},
        {"text": "?"},
    ]
    (function,) = sent["tools"][0]["functionDeclarations"]
    assert function == {
        "name": "f", "description": "Does f.", "parametersJsonSchema": {"type": "object"},
    }  # fmt: skip


CALLS = [{"id": "call_0", "name": "f", "arguments": '{"x":1}'}]
RESULT = message("tool", "42", tool_call_id="call_0", tool_name="f")


def test_signature_goes_back_on_the_part_it_came_with() -> None:
    blobs = [
        {"wire": "gemini", "call": 0, "signature": "C=="},
        {"wire": "gemini", "call": None, "signature": "T=="},
        {"wire": "anthropic", "block": {}},
    ]
    said = message("assistant", "Let me see", tool_calls=CALLS, reasoning_opaque=blobs)
    assert body(message("user", "x"), said, RESULT)["contents"][1:] == [
        {
            "role": "model",
            "parts": [
                {"text": "Let me see", "thoughtSignature": "T=="},
                {"functionCall": {"name": "f", "args": {"x": 1}}, "thoughtSignature": "C=="},
            ],
        },
        {
            "role": "user",
            "parts": [{"functionResponse": {"name": "f", "response": {"result": "42"}}}],
        },
    ]


def test_call_of_another_model_gets_the_word_that_passes_without_a_signature() -> None:
    said = message("assistant", "", tool_calls=CALLS)
    sent = body(message("user", "x"), said, RESULT, model="gemini-3-pro")
    part = sent["contents"][1]["parts"][0]
    assert part["thoughtSignature"] == "skip_thought_signature_validator"


def test_parameters_have_this_wires_names() -> None:
    asked = {"temperature": 0.5, "top_p": 0.9, "max_tokens": 7, "stop": ["END"], "seed": 1}
    sent = body(message("user", "x"), parameters={**asked, "extra": {"safetySettings": []}})
    assert sent["generationConfig"] == {
        "temperature": 0.5,
        "topP": 0.9,
        "maxOutputTokens": 7,
        "stopSequences": ["END"],
        "seed": 1,
    }
    assert sent["safetySettings"] == []


@pytest.mark.parametrize(
    ("model", "effort", "amount"),
    [
        ("gemini-2.5-pro", "low", {"thinkingBudget": 1024}),
        ("gemini-3-pro", "low", {"thinkingLevel": "low"}),
        ("gemini-3-pro", "none", {"thinkingBudget": 0}),
    ],
)
def test_effort_becomes_a_budget_or_a_level(
    model: str, effort: str, amount: dict[str, Any]
) -> None:
    asked = {"reasoning_effort": effort}
    sent = body(message("user", "x"), model=model, parameters=asked)
    assert sent["generationConfig"] == {"thinkingConfig": {"includeThoughts": True, **amount}}
    assert "generationConfig" not in body(
        message("user", "x"), parameters=asked, quirks=("thinkingConfig",)
    )


def test_what_the_model_refuses_is_learnt() -> None:
    def refused(words: str) -> str | None:
        quirk = WIRE.quirk(ProviderError(Kind.REQUEST, "No.", detail=words))
        return quirk and quirk.name

    assert refused("Thinking is not enabled for models/x") == "thinkingConfig"
    assert refused('Unknown name "seed" at generation_config') == "seed"
    assert refused("No.") is None


def test_models_that_write_are_offered() -> None:
    page = {
        "models": [
            {
                "name": "models/gemini-x",
                "inputTokenLimit": 1048576,
                "supportedGenerationMethods": ["generateContent"],
            },
            {"name": "models/embed", "supportedGenerationMethods": ["embedContent"]},
            {"name": "models/odd"},
        ],
        "nextPageToken": "t",
    }
    found, after = WIRE.models(page)
    assert [(m.id, m.context_length) for m in found] == [("gemini-x", 1048576)]
    assert WIRE.models_path(after) == "/models?pageSize=1000&pageToken=t"
    assert WIRE.models_path("") == "/models?pageSize=1000"
