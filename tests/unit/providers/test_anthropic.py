"""The vectors TV60-TV69 of the wire, each cut in every way, and its requests."""

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
from chatapp.providers.anthropic import AnthropicWire
from chatapp.providers.base import ChatRequest, Tool
from chatapp.providers.decoder import Decoder
from wire.cuttings import decode_every_way

WIRE = AnthropicWire()


def new_decoder() -> Decoder:
    return WIRE.decoder(ChatRequest("m", ()))


def event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def opened(index: int, **block: Any) -> bytes:
    return event("content_block_start", index=index, content_block=block)


def delta(index: int, kind: str, **fields: Any) -> bytes:
    return event("content_block_delta", index=index, delta={"type": kind, **fields})


def closed(index: int) -> bytes:
    return event("content_block_stop", index=index)


def finished(reason: str | None = "end_turn", **usage: int) -> bytes:
    return event("message_delta", delta={"stop_reason": reason}, usage=usage)


COUNTS = {"input_tokens": 5, "cache_creation_input_tokens": 3, "cache_read_input_tokens": 2}
START = event("message_start", message={"id": "msg", "model": "m", "usage": COUNTS})
STOP = event("message_stop")
HELLO = (
    opened(0, type="text", text="")
    + delta(0, "text_delta", text="Hel")
    + delta(0, "text_delta", text="lo")
    + closed(0)
)
BEGUN = [Start("m", "msg"), Usage(10, None, 2)]
SAID = [TextDelta("Hel"), TextDelta("lo")]
COMPLETE = End(Status.COMPLETE)
ENDED = [Finish("stop", "end_turn"), COMPLETE]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(
            START + HELLO + finished(output_tokens=2) + STOP,
            [*BEGUN, *SAID, Usage(10, 2, 2), *ENDED],
            id="plain",
        ),
        pytest.param(
            event("ping") + START + event("ping") + HELLO + finished() + STOP,
            [*BEGUN, *SAID, *ENDED],
            id="TV60 ping anywhere",
        ),
        pytest.param(
            START
            + event("novelty", index=0)
            + opened(7, type="server_tool_use", id="x", name="web", input={})
            + delta(7, "input_json_delta", partial_json="{}")
            + delta(7, "novel_delta", text="no")
            + closed(7)
            + HELLO
            + delta(0, "citations_delta", citation={})
            + finished()
            + STOP,
            [*BEGUN, *SAID, *ENDED],
            id="TV61 unknown events, blocks and deltas",
        ),
        pytest.param(
            START + opened(0, type="tool_use", id="t", name="f", input={}) + closed(0)
            + finished("tool_use") + STOP,
            [*BEGUN, ToolBegin(0, "t", "f"), ToolArguments(0, "{}"), ToolEnd(0),
             Finish("tools", "tool_use"), COMPLETE],
            id="TV63 no arguments",
        ),
        pytest.param(
            START
            + opened(1, type="tool_use", id="t", name="f", input={})
            + delta(1, "input_json_delta", partial_json="")
            + delta(1, "input_json_delta", partial_json='{"a":')
            + delta(1, "input_json_delta", partial_json="1}")
            + closed(1)
            + finished("tool_use")
            + STOP,
            [*BEGUN, ToolBegin(1, "t", "f"), ToolArguments(1, '{"a":'), ToolArguments(1, "1}"),
             ToolEnd(1), Finish("tools", "tool_use"), COMPLETE],
            id="a tool",
        ),
        pytest.param(
            START
            + opened(0, type="thinking", thinking="", signature="")
            + delta(0, "thinking_delta", thinking="h")
            + delta(0, "thinking_delta", thinking="m")
            + delta(0, "signature_delta", signature="Eq==")
            + closed(0)
            + opened(1, type="redacted_thinking", data="Xy==")
            + closed(1)
            + HELLO
            + finished()
            + STOP,
            [
                *BEGUN,
                ReasoningDelta("h"),
                ReasoningDelta("m"),
                ReasoningOpaque({
                    "wire": "anthropic",
                    "block": {"type": "thinking", "thinking": "hm", "signature": "Eq=="},
                }),
                ReasoningOpaque({
                    "wire": "anthropic", "block": {"type": "redacted_thinking", "data": "Xy=="},
                }),
                *SAID,
                *ENDED,
            ],
            id="TV64 TV65 thoughts and their seals",
        ),
        pytest.param(
            START + HELLO + event("message_delta", delta={"stop_reason": "end_turn"}) + STOP,
            [*BEGUN, *SAID, *ENDED],
            id="TV66 no usage at the end",
        ),
        pytest.param(
            START + HELLO + finished(None, output_tokens=1) + finished(output_tokens=2) + STOP,
            [*BEGUN, *SAID, Usage(10, 1, 2), Usage(10, 2, 2), *ENDED],
            id="TV66 cumulative usage replaces",
        ),
        pytest.param(
            START + opened(0, type="tool_use", id="t", name="f", input={"a": 1}) + closed(0)
            + finished("tool_use"),
            [*BEGUN, ToolBegin(0, "t", "f"), ToolArguments(0, '{"a":1}'), ToolEnd(0),
             Finish("tools", "tool_use"), COMPLETE],
            id="a tool whose arguments come whole",
        ),
        pytest.param(
            START + HELLO + finished(), [*BEGUN, *SAID, *ENDED], id="no message_stop"
        ),
        pytest.param(
            START + HELLO + STOP, [*BEGUN, *SAID, COMPLETE], id="message_stop alone"
        ),
        pytest.param(
            opened(0, type="text", text="Hel") + delta(0, "text_delta", text="lo") + finished(),
            [*SAID, *ENDED],
            id="text in the opening, no start",
        ),
    ],
)  # fmt: skip
def test_reply_is_read_in_every_cutting(raw: bytes, expected: list[StreamEvent]) -> None:
    assert decode_every_way(new_decoder, raw) == expected


@pytest.mark.parametrize(
    ("raw_reason", "reason"),
    [
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "refusal"),
        ("pause_turn", "other"),
        ("novelty", "other"),
    ],
)
def test_reason_to_stop_is_told(raw_reason: str, reason: str) -> None:
    events = decode_every_way(new_decoder, START + HELLO + finished(raw_reason) + STOP)
    assert events[-2:] == [Finish(reason, raw_reason), COMPLETE]


def end(events: list[StreamEvent]) -> End:
    assert isinstance(events[-1], End)
    return events[-1]


def test_end_of_the_connection_after_a_block_is_a_truncated_reply() -> None:
    assert end(decode_every_way(new_decoder, START + HELLO)).status is Status.TRUNCATED


@pytest.mark.parametrize("before", [START, START + HELLO])
def test_overload_in_the_stream_fails_the_reply(before: bytes) -> None:
    overloaded = event("error", error={"type": "overloaded_error", "message": "Overloaded"})
    ended = end(decode_every_way(new_decoder, before + overloaded))
    assert isinstance(ended.error, ProviderError)
    assert (ended.status, ended.error.kind) == (Status.FAILED, Kind.OVERLOADED)


def test_cut_call_is_never_whole() -> None:
    raw = START + opened(0, type="tool_use", id="t", name="f") + delta(
        0, "input_json_delta", partial_json='{"a'
    )  # fmt: skip
    events = decode_every_way(new_decoder, raw)
    assert end(events).status is Status.FAILED
    assert not any(isinstance(e, ToolEnd) for e in events)


# ---- the request


def message(role: str, content: str, **metadata: Any) -> Message:
    return new_message(role, content, "2026-02-09T21:30:00Z", metadata)


def body(*messages: Message, quirks: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    return WIRE.body(ChatRequest("m", messages, **more), frozenset(quirks))


def test_system_stands_apart_and_the_sides_alternate() -> None:
    sent = body(
        message("assistant", "Welcome"),
        message("user", "a"),
        message("user", "b"),
        message("system", "In French."),
        message("assistant", "c"),
        message("user", "d"),
        system="Be brief.",
    )
    assert sent["system"] == "Be brief.\n\nIn French."
    assert [(m["role"], [b["text"] for b in m["content"]]) for m in sent["messages"]] == [
        ("user", ["…"]),
        ("assistant", ["Welcome"]),
        ("user", ["a", "b"]),
        ("assistant", ["c"]),
        ("user", ["d"]),
    ]
    assert sent["max_tokens"] > 0


def test_path_is_the_same_for_every_model() -> None:
    assert WIRE.path(ChatRequest("m", ())) == "/messages"


def test_key_stands_in_its_own_header() -> None:
    assert WIRE.headers("k")["x-api-key"] == "k"
    assert "x-api-key" not in WIRE.headers(None)


def test_pictures_and_tools_have_this_wires_form() -> None:
    sent = body(
        message("user", "?", attachments=[{"hash": "h", "media_type": "image/png"}]),
        pictures={"h": b"PNG"},
        tools=(Tool("f", "Does f.", {"type": "object"}),),
    )
    assert sent["messages"][0]["content"] == [
        {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png", "data": "UE5H"},
        },
        {"type": "text", "text": "?"},
    ]
    assert sent["tools"] == [
        {"name": "f", "description": "Does f.", "input_schema": {"type": "object"}}
    ]


SEALED = {"type": "thinking", "thinking": "hm", "signature": "Eq=="}
THINKING = {"reasoning_opaque": [{"wire": "anthropic", "block": SEALED}, {"wire": "gemini"}]}
CALLING = message(
    "assistant", "", tool_calls=[{"id": "t", "name": "f", "arguments": '{"a":1}'}], **THINKING
)
RESULT = message("tool", "42", tool_call_id="t")


def test_sealed_thoughts_go_back_unchanged_within_a_chain_of_tools() -> None:
    sent = body(message("user", "x"), CALLING, RESULT)
    assert sent["messages"][1:] == [
        {
            "role": "assistant",
            "content": [SEALED, {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "t", "content": "42"}],
        },
    ]


def test_sealed_thoughts_of_an_earlier_question_stay_here() -> None:
    sent = body(message("user", "x"), CALLING, RESULT, message("user", "and now?"))
    assert SEALED not in sent["messages"][1]["content"]


def test_parameters_have_this_wires_names() -> None:
    asked = {"temperature": 0.5, "top_p": 0.9, "max_tokens": 7, "stop": "END", "seed": 1}
    sent = body(message("user", "x"), parameters={**asked, "extra": {"top_k": 3}})
    assert (sent["temperature"], sent["top_p"], sent["max_tokens"]) == (0.5, 0.9, 7)
    assert (sent["stop_sequences"], sent["top_k"]) == (["END"], 3)
    assert "seed" not in sent


def test_effort_becomes_a_budget_for_thoughts() -> None:
    sent = body(
        message("user", "x"),
        parameters={"reasoning_effort": "low", "temperature": 0.5, "max_tokens": 100},
    )
    assert sent["thinking"] == {"type": "enabled", "budget_tokens": 2048}
    assert sent["max_tokens"] == 2148
    assert "temperature" not in sent


def test_what_the_model_refuses_is_learnt() -> None:
    def refused(words: str) -> ProviderError:
        return ProviderError(Kind.REQUEST, "No.", detail=words)

    most = WIRE.quirk(refused("max_tokens: 8192 > 4096, which is the maximum allowed"))
    assert most is not None
    assert body(message("user", "x"), quirks=(most.name,))["max_tokens"] == 4096
    thinking = WIRE.quirk(refused("'thinking' is not supported by this model"))
    assert thinking is not None
    asked = {"reasoning_effort": "low"}
    assert "thinking" not in body(message("user", "x"), quirks=(thinking.name,), parameters=asked)


def test_models_come_in_pages() -> None:
    page = {
        "data": [{"id": "claude-x", "max_input_tokens": 200000}],
        "has_more": True,
        "last_id": "claude-x",
    }
    found, after = WIRE.models(page)
    assert [(m.id, m.context_length) for m in found] == [("claude-x", 200000)]
    assert WIRE.models_path(after) == "/models?limit=1000&after_id=claude-x"
    assert WIRE.models({"data": [], "has_more": False, "last_id": "x"}) == ([], "")
    assert WIRE.models_path("") == "/models?limit=1000"
