"""The vectors TV90-TV95 of the wire, each cut in every way, and its requests."""

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
    Refusal,
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
from chatapp.providers.responses import ResponsesWire
from wire.cuttings import decode_every_way

WIRE = ResponsesWire()
COMPLETE = End(Status.COMPLETE)
START = Start("m", "r")


def new_decoder() -> Decoder:
    return WIRE.decoder(ChatRequest("m", ()))


def event(kind: str, **fields: Any) -> bytes:
    payload = {"type": kind, "sequence_number": 1, **fields}
    return f"event: {kind}\ndata: {json.dumps(payload)}\n\n".encode()


def delta(kind: str, text: str, index: int = 0, **more: Any) -> bytes:
    return event(f"response.{kind}.delta", output_index=index, delta=text, **more)


def item(step: str, index: int, **fields: Any) -> bytes:
    return event(f"response.output_item.{step}", output_index=index, item=fields)


CREATED = event("response.created", response={"id": "r", "model": "m"}) + event(
    "response.in_progress", response={}
)
HELLO = delta("output_text", "Hel") + delta("output_text", "lo")
SAID = [START, TextDelta("Hel"), TextDelta("lo")]
USAGE = {
    "input_tokens": 9,
    "output_tokens": 7,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens_details": {"reasoning_tokens": 5},
}
COMPLETED = event("response.completed", response={"status": "completed", "error": None})
ENDED = [Finish("stop", "completed"), COMPLETE]
CALL = {"type": "function_call", "call_id": "c", "name": "f"}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(
            CREATED
            + item("added", 0, type="message")
            + HELLO
            + event("response.output_text.done", text="Hello")
            + item("done", 0, type="message")
            + event("response.completed", response={"usage": USAGE}),
            [*SAID, Usage(9, 7, 4, 5), *ENDED],
            id="TV90 plain, with usage",
        ),
        pytest.param(
            CREATED
            + HELLO
            + event(
                "response.incomplete",
                response={"incomplete_details": {"reason": "max_output_tokens"}},
            ),
            [*SAID, Finish("length", "max_output_tokens"), COMPLETE],
            id="TV91 incomplete",
        ),
        pytest.param(
            CREATED + event("response.novelty", x=1) + HELLO + COMPLETED,
            [*SAID, *ENDED],
            id="TV94 unknown event",
        ),
        pytest.param(
            CREATED
            + item("added", 1, **CALL, arguments="")
            + delta("function_call_arguments", '{"x":', 1)
            + delta("function_call_arguments", "1}", 1)
            + event("response.function_call_arguments.done", output_index=1, arguments="{}")
            + item("done", 1, **CALL, arguments='{"x":1}')
            + COMPLETED,
            [
                START,
                ToolBegin(1, "c", "f"),
                ToolArguments(1, '{"x":'),
                ToolArguments(1, "1}"),
                ToolEnd(1),
                Finish("tools", "completed"),
                COMPLETE,
            ],
            id="TV95 arguments in pieces",
        ),
        pytest.param(
            CREATED + item("done", 0, **CALL, arguments="{}") + COMPLETED,
            [
                START,
                ToolBegin(0, "c", "f"),
                ToolArguments(0, "{}"),
                ToolEnd(0),
                Finish("tools", "completed"),
                COMPLETE,
            ],
            id="a call told only when done",
        ),
        pytest.param(
            CREATED
            + event("response.reasoning_summary_part.added", summary_index=0)
            + delta("reasoning_summary_text", "h")
            + event("response.reasoning_summary_part.added", summary_index=1)
            + delta("reasoning_text", "m")
            + item("done", 0, type="reasoning", id="rs", encrypted_content="E==")
            + item("done", 1, type="reasoning", id="rs")
            + delta("refusal", "I can't")
            + COMPLETED,
            [
                START,
                ReasoningDelta("h"),
                ReasoningDelta("\n\n"),
                ReasoningDelta("m"),
                ReasoningOpaque(
                    {
                        "wire": "responses",
                        "item": {"type": "reasoning", "id": "rs", "encrypted_content": "E=="},
                    }
                ),
                Refusal("I can't"),
                *ENDED,
            ],
            id="thoughts, sealed ones, a refusal",
        ),
    ],
)
def test_reply_is_read_in_every_cutting(raw: bytes, expected: list[StreamEvent]) -> None:
    assert decode_every_way(new_decoder, raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(
            event(
                "response.failed",
                response={
                    "status": "failed",
                    "error": {"code": "server_error", "message": "boom"},
                },
            ),
            id="TV92 failed",
        ),
        pytest.param(
            event("error", code="server_error", message="boom", param=None), id="TV93 error"
        ),
        pytest.param(
            event("error", error={"type": "server_error", "message": "boom"}), id="error, wrapped"
        ),
    ],
)
def test_failure_told_in_the_stream_keeps_the_text(raw: bytes) -> None:
    *events, ended = decode_every_way(new_decoder, CREATED + HELLO + raw)
    assert events == SAID
    assert isinstance(ended, End)
    assert isinstance(ended.error, ProviderError)
    assert (ended.status, ended.error.kind) == (Status.FAILED, Kind.SERVER)
    assert ended.error.detail == "boom"


def test_no_terminal_event_is_a_truncated_reply() -> None:
    ended = decode_every_way(new_decoder, CREATED + HELLO)[-1]
    assert isinstance(ended, End)
    assert ended.status is Status.TRUNCATED


def test_filtered_reply_says_so() -> None:
    filtered = event(
        "response.incomplete", response={"incomplete_details": {"reason": "content_filter"}}
    )
    ended = decode_every_way(new_decoder, CREATED + filtered)[-1]
    assert isinstance(ended, End)
    assert "filter" in str(ended.error)


# ---- the request


def message(role: str, content: str, **metadata: Any) -> Message:
    return new_message(role, content, "2026-02-09T21:30:00Z", metadata)


def body(*messages: Message, quirks: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    return WIRE.body(ChatRequest("m", messages, **more), frozenset(quirks))


def test_nothing_is_left_with_the_vendor() -> None:
    sent = body(message("user", "x"))
    assert sent == {
        "model": "m",
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "x"}]}],
        "stream": True,
        "store": False,
        "include": ["reasoning.encrypted_content"],
    }
    assert WIRE.path(ChatRequest("m", ())) == "/responses"


def test_conversation_becomes_a_list_of_items() -> None:
    sealed = {"type": "reasoning", "id": "rs", "encrypted_content": "E=="}
    sent = body(
        message("user", "?", attachments=[{"hash": "h", "media_type": "image/png"}]),
        message(
            "assistant",
            "Let me see",
            tool_calls=[{"id": "c", "name": "f", "arguments": '{"x":1}'}],
            reasoning_opaque=[{"wire": "responses", "item": sealed}, {"wire": "gemini"}],
        ),
        message("tool", "42", tool_call_id="c"),
        system="Be brief.",
        pictures={"h": b"PNG"},
        tools=(Tool("f", "Does f.", {"type": "object"}),),
    )
    assert sent["instructions"] == "Be brief."
    assert sent["input"] == [
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "?"},
                {"type": "input_image", "image_url": "data:image/png;base64,UE5H"},
            ],
        },
        sealed,
        {"role": "assistant", "content": [{"type": "output_text", "text": "Let me see"}]},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": '{"x":1}'},
        {"type": "function_call_output", "call_id": "c", "output": "42"},
    ]
    assert sent["tools"] == [
        {
            "type": "function",
            "name": "f",
            "description": "Does f.",
            "parameters": {"type": "object"},
            "strict": False,
        }
    ]


def test_parameters_have_this_wires_names() -> None:
    asked = {"temperature": 0.5, "max_tokens": 7, "reasoning_effort": "low", "extra": {"user": "u"}}
    sent = body(message("user", "x"), parameters=asked)
    assert (sent["temperature"], sent["max_output_tokens"], sent["user"]) == (0.5, 7, "u")
    assert sent["reasoning"] == {"effort": "low", "summary": "auto"}


def test_what_the_model_refuses_is_learnt() -> None:
    def refused(words: str) -> str | None:
        quirk = WIRE.quirk(ProviderError(Kind.REQUEST, "No.", detail=words))
        return quirk and quirk.name

    assert refused("Encrypted content is not supported with this model.") == "include"
    assert refused("Unsupported parameter: 'temperature'") == "temperature"
    assert "include" not in body(message("user", "x"), quirks=("include",))
