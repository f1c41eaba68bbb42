"""The vectors TV80-TV89 of the wire, each cut in every way, and its requests."""

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
    Notice,
    ReasoningDelta,
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
from chatapp.providers.ollama import OllamaWire
from wire.cuttings import decode_every_way

WIRE = OllamaWire()
COMPLETE = End(Status.COMPLETE)
START = Start("m")


def new_decoder() -> Decoder:
    return WIRE.decoder(ChatRequest("m", ()))


def line(payload: dict[str, Any]) -> bytes:
    return json.dumps({"model": "m", **payload}).encode() + b"\n"


def say(content: str = "", **more: Any) -> bytes:
    return line({"message": {"role": "assistant", "content": content, **more}, "done": False})


def done(reason: str = "stop", **more: Any) -> bytes:
    return line({"message": {"content": ""}, "done": True, "done_reason": reason, **more})


HELLO = say("Hel") + say("lo")
SAID = [START, TextDelta("Hel"), TextDelta("lo")]
STOP = Finish("stop", "stop")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(
            HELLO + done(prompt_eval_count=9, eval_count=50, eval_duration=2_000_000_000),
            [*SAID, Usage(9, 50, tokens_per_second=25.0), STOP, COMPLETE],
            id="TV80 plain, with its speed",
        ),
        pytest.param(
            say(tool_calls=[{"function": {"name": "f", "arguments": {"x": 1}}}])
            + say(tool_calls=[{"id": "b", "function": {"name": "g", "arguments": {}}}])
            + done(),
            [
                START,
                ToolBegin(0, "call_0", "f"),
                ToolArguments(0, '{"x":1}'),
                ToolEnd(0),
                ToolBegin(1, "b", "g"),
                ToolArguments(1, "{}"),
                ToolEnd(1),
                Finish("tools", "stop"),
                COMPLETE,
            ],
            id="TV83 arguments as objects",
        ),
        pytest.param(
            HELLO + done("length"), [*SAID, Finish("length", "length"), COMPLETE], id="TV84 length"
        ),
        pytest.param(
            say("", thinking="hm") + HELLO + done(),
            [START, ReasoningDelta("hm"), *SAID[1:], STOP, COMPLETE],
            id="TV86 thoughts",
        ),
        pytest.param(
            say("<think>hm</think>") + HELLO + done(),
            [START, ReasoningDelta("hm"), *SAID[1:], STOP, COMPLETE],
            id="thoughts between tags",
        ),
        pytest.param(
            HELLO + done(eval_count=2), [*SAID, Usage(None, 2), STOP, COMPLETE], id="prompt cached"
        ),
        pytest.param(HELLO + done()[:-1], [*SAID, STOP, COMPLETE], id="no final line end"),
    ],
)
def test_reply_is_read_in_every_cutting(raw: bytes, expected: list[StreamEvent]) -> None:
    assert decode_every_way(new_decoder, raw) == expected


def end(raw: bytes) -> End:
    ended = decode_every_way(new_decoder, raw)[-1]
    assert isinstance(ended, End)
    return ended


def test_error_line_fails_the_reply() -> None:
    ended = end(HELLO + line({"error": "an error was encountered while running the model"}))
    assert isinstance(ended.error, ProviderError)
    assert (ended.status, ended.error.kind) == (Status.FAILED, Kind.SERVER)


@pytest.mark.parametrize("reason", ["stop", "load"])
def test_done_without_content_is_an_empty_reply(reason: str) -> None:
    ended = end(done(reason))
    assert isinstance(ended.error, ProviderError)
    assert ended.error.kind is Kind.EMPTY


@pytest.mark.parametrize("cut", [0, -5])
def test_no_done_is_a_truncated_reply(cut: int) -> None:
    assert end(HELLO + say("more")[: cut or None]).status is Status.TRUNCATED


def test_a_page_is_an_error() -> None:
    ended = end(b"<html>\n<h1>Not here</h1>\n")
    assert isinstance(ended.error, ProviderError)
    assert (ended.error.kind, ended.error.detail) == (Kind.PROTOCOL, "<html>")


@pytest.mark.parametrize(("read", "warned"), [(900, True), (2000, False), (None, False)], ids=str)
def test_prompt_that_was_read_by_half_is_a_warning(read: int | None, warned: bool) -> None:
    long = ChatRequest("m", (message("user", "word " * 2000),))
    raw = HELLO + (done() if read is None else done(prompt_eval_count=read))
    events = decode_every_way(lambda: WIRE.decoder(long), raw)
    assert any(isinstance(event, Notice) for event in events) is warned
    assert events[-1] == COMPLETE


def test_short_prompt_is_never_a_warning() -> None:
    short = ChatRequest("m", (message("user", "word " * 100),))
    events = decode_every_way(lambda: WIRE.decoder(short), HELLO + done(prompt_eval_count=1))
    assert not any(isinstance(event, Notice) for event in events)


# ---- the request


def message(role: str, content: str, **metadata: Any) -> Message:
    return new_message(role, content, "2026-02-09T21:30:00Z", metadata)


def body(
    *messages: Message, model: str = "llama3", quirks: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    return WIRE.body(ChatRequest(model, messages, **more), frozenset(quirks))


def test_parameters_stand_among_the_options() -> None:
    asked = {"temperature": 0.5, "max_tokens": 7, "num_ctx": 8192, "seed": None}
    sent = body(message("user", "x"), parameters={**asked, "extra": {"keep_alive": "5m"}})
    assert sent["options"] == {"temperature": 0.5, "num_predict": 7, "num_ctx": 8192}
    assert (sent["keep_alive"], sent["stream"]) == ("5m", True)
    assert "options" not in body(message("user", "x"))


def test_conversation_has_this_wires_form() -> None:
    sent = body(
        message("user", "?", attachments=[{"hash": "h", "media_type": "image/png"}]),
        message(
            "assistant",
            "",
            reasoning="hm",
            tool_calls=[{"id": "a", "name": "f", "arguments": '{"x":1}'}],
        ),
        message("tool", "42", tool_call_id="a", tool_name="f"),
        message("assistant", "It is 42.", reasoning="ah"),
        system="Be brief.",
        pictures={"h": b"PNG"},
        tools=(Tool("f", "Does f.", {"type": "object"}),),
    )
    assert sent["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "?", "images": ["UE5H"]},
        {
            "role": "assistant",
            "content": "",
            "thinking": "hm",
            "tool_calls": [{"function": {"name": "f", "arguments": {"x": 1}}}],
        },
        {"role": "tool", "content": "42", "tool_name": "f"},
        {"role": "assistant", "content": "It is 42."},
    ]
    assert sent["tools"][0]["function"]["name"] == "f"


@pytest.mark.parametrize(
    ("model", "effort", "think"),
    [
        ("qwen3", "high", True),
        ("qwen3", "none", False),
        ("gpt-oss:20b", "low", "low"),
        ("gpt-oss:20b", "none", False),
    ],
)
def test_effort_is_a_level_only_where_levels_are_known(
    model: str, effort: str, think: bool | str
) -> None:
    asked = {"reasoning_effort": effort}
    assert body(message("user", "x"), model=model, parameters=asked)["think"] == think
    assert "think" not in body(message("user", "x"), parameters=asked, quirks=("think",))


def test_what_the_model_refuses_is_learnt() -> None:
    def refused(words: str) -> str | None:
        quirk = WIRE.quirk(ProviderError(Kind.REQUEST, "No.", detail=words))
        return quirk and quirk.name

    assert refused('"llama3" does not support thinking') == "think"
    assert refused('"llama3" does not support tools') == "tools"
    assert refused("No.") is None


def test_key_is_sent_only_if_there_is_one() -> None:
    assert WIRE.headers("k")["authorization"] == "Bearer k"
    assert "authorization" not in WIRE.headers(None)
    assert WIRE.path(ChatRequest("m", ())) == "/api/chat"


def test_pulled_models_are_offered() -> None:
    found, after = WIRE.models({"models": [{"model": "a:1b"}, {"name": "b"}]})
    assert [m.id for m in found] == ["a:1b", "b"]
    assert WIRE.models_path("") == "/api/tags"
    assert WIRE.models_path(after) == "/api/ps"
    assert WIRE.models({"models": []}) == ([], "")
    with pytest.raises(ProviderError, match="list of models"):
        WIRE.models({"data": []})


def test_context_of_a_loaded_model_is_told() -> None:
    row = {"model": "a:1b", "context_length": 4096, "expires_at": "2026-02-09T22:00:00Z"}
    found, after = WIRE.models({"models": [row]})
    assert [(m.id, m.context_length) for m in found] == [("a:1b", 4096)]
    assert after == ""
