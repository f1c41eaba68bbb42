"""The vectors TV14-TV54 of the wire, each cut in every way."""

from __future__ import annotations

import json
from typing import Any

import pytest

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
from chatapp.providers.chat_completions import ChatCompletions, request_body
from chatapp.providers.decoder import Decoder
from chatapp.providers.reply import Reply
from chatapp.providers.sse import ServerSentEvents
from wire.cuttings import decode, decode_every_way

DONE = b"data: [DONE]\n\n"
START = Start("m", "c1")
STOP = Finish("stop", "stop")
COMPLETE = End(Status.COMPLETE)


def new_decoder() -> Decoder:
    return Decoder(ServerSentEvents(), ChatCompletions(), Reply())


def event(payload: object) -> bytes:
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"


def chunk(delta: object = None, finish: object = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": {} if delta is None else delta, "finish_reason": finish}
    return event({"id": "c1", "model": "m", "choices": [choice], **more})


def say(text: object, **more: Any) -> bytes:
    return chunk({"content": text}, **more)


def call(**fragment: Any) -> bytes:
    function = {k: fragment.pop(k) for k in ("name", "arguments") if k in fragment}
    return chunk({"tool_calls": [{**fragment, "function": function}]})


def usage(prompt: int, completion: int) -> dict[str, int]:
    return {"prompt_tokens": prompt, "completion_tokens": completion}


END = chunk(finish="stop") + DONE
TOOLS = chunk(finish="tool_calls") + DONE
HELLO = say("Hel") + say("lo")
HELLO_EVENTS = [START, TextDelta("Hel"), TextDelta("lo")]
WHOLE = [*HELLO_EVENTS, STOP, COMPLETE]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(
            chunk({"role": "assistant", "content": ""})
            + HELLO
            + chunk(finish="stop")
            + event(
                {
                    "choices": [],
                    "usage": {
                        **usage(9, 2),
                        "prompt_tokens_details": {"cached_tokens": 4},
                        "completion_tokens_details": {"reasoning_tokens": 0},
                    },
                }
            )
            + DONE,
            [*HELLO_EVENTS, STOP, Usage(9, 2, 4, 0), COMPLETE],
            id="TV21 plain, with usage",
        ),
        pytest.param(HELLO + chunk(finish="stop"), WHOLE, id="TV22 no [DONE]"),
        pytest.param(HELLO + DONE, [*HELLO_EVENTS, COMPLETE], id="TV23 [DONE] without finish"),
        pytest.param(HELLO + END[:-1], WHOLE, id="TV11 no final blank line"),
        pytest.param(b": OPENROUTER PROCESSING\n\n" + HELLO + END, WHOLE, id="TV07 comments"),
        pytest.param(b"data: : keepalive\n\n" + HELLO + END, WHOLE, id="TV09 data keep-alive"),
        pytest.param(
            say("a\u2028\u2029\u0085b") + END,
            [START, TextDelta("a\u2028\u2029\u0085b"), STOP, COMPLETE],
            id="TV13 raw line separators",
        ),
        pytest.param(
            b'data: {"choices":[{"delta":{"content":"a\x0b\x0c\x1cb"}}]}\n\n' + END,
            [Start(), TextDelta("a\x0b\x0c\x1cb"), STOP, COMPLETE],
            id="TV13 raw control characters",
        ),
        pytest.param(
            b'data: {"choices":[{"delta":{"content":"a\xffb"}}]}\n\n' + END,
            [Start(), TextDelta("a\ufffdb"), STOP, COMPLETE],
            id="TV15 a byte that is no UTF-8",
        ),
        pytest.param(
            b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n'
            b'data: {"choices":[{"delta":{"content":"\\ude00!"}}]}\n\n' + END,
            [Start(), TextDelta("😀!"), STOP, COMPLETE],
            id="TV19 an emoji in two halves",
        ),
        pytest.param(
            b'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n' + say("b") + END,
            [Start(), TextDelta("a"), TextDelta("\ufffdb"), STOP, COMPLETE],
            id="TV19 a half alone",
        ),
        pytest.param(
            b'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n' + END,
            [Start(), TextDelta("a"), STOP, TextDelta("\ufffd"), COMPLETE],
            id="TV19 a half at the end",
        ),
        pytest.param(
            say("a\x00\x01\x1fb") + END,
            [START, TextDelta("a\x00\x01\x1fb"), STOP, COMPLETE],
            id="TV20 NUL and C0",
        ),
        pytest.param(
            event({"choices": [], "prompt_filter_results": [], "id": "", "model": ""})
            + HELLO
            + END,
            [Start(), *WHOLE[1:]],
            id="TV28 no choices first",
        ),
        pytest.param(
            event({"choices": None, "id": "c1", "model": "m"}) + HELLO + END,
            WHOLE,
            id="TV29 choices null",
        ),
        pytest.param(
            event({"choices": [{"index": 0}], "id": "c1", "model": "m"})
            + event({"choices": [{"index": 0, "delta": None}, 5]})
            + HELLO
            + END,
            WHOLE,
            id="TV30 delta missing or null",
        ),
        pytest.param(say(None) + HELLO + say("") + END, WHOLE, id="TV31 content null"),
        pytest.param(
            chunk({"role": "assistant", "content": "Hel"})
            + chunk({"role": "assistant", "content": "lo"})
            + END,
            WHOLE,
            id="TV32 role repeated",
        ),
        pytest.param(
            say("Hel")
            + chunk(finish="stop")
            + say("lo")
            + event({"choices": [], "usage": usage(9, 2)})
            + DONE,
            [START, TextDelta("Hel"), STOP, TextDelta("lo"), Usage(9, 2), COMPLETE],
            id="TV33 finish, then content, then usage",
        ),
        pytest.param(
            say("Hel", usage=usage(9, 1)) + say("lo", usage=usage(9, 2)) + END,
            [START, TextDelta("Hel"), Usage(9, 1), TextDelta("lo"), Usage(9, 2), STOP, COMPLETE],
            id="TV34 usage in each chunk, the last one wins",
        ),
        pytest.param(
            say("Hel", obfuscation="xK3", service_tier="x", new={"a": [1]})
            + chunk({"content": "lo", "unknown": {"b": 1}}, usage=None)
            + END,
            WHOLE,
            id="TV35 unknown fields",
        ),
        pytest.param(
            say([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}])
            + say([{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}])
            + END,
            [START, ReasoningDelta("hm"), *WHOLE[1:]],
            id="TV36 content as a list",
        ),
        pytest.param(
            chunk({"reasoning_content": "hm"}) + HELLO + END,
            [START, ReasoningDelta("hm"), *WHOLE[1:]],
            id="TV37 reasoning_content",
        ),
        pytest.param(
            chunk({"reasoning": "hm", "reasoning_content": "hm"}) + HELLO + END,
            [START, ReasoningDelta("hm"), *WHOLE[1:]],
            id="TV37 both names, told once",
        ),
        pytest.param(
            say("<th") + say("ink>h") + say("m</thi") + say("nk>\n\nHel") + say("lo") + END,
            [START, ReasoningDelta("h"), ReasoningDelta("m"), *WHOLE[1:]],
            id="TV37 <think> over deltas",
        ),
        pytest.param(
            say("Use ") + say("<think>") + say("</think>") + END,
            [START, *map(TextDelta, ("Use ", "<think>", "</think>")), STOP, COMPLETE],
            id="TV37 a later <think> is text",
        ),
        pytest.param(
            chunk({"reasoning_details": [{"index": 0, "type": "reasoning.text", "text": "h"}]})
            + chunk({"reasoning_details": [{"index": 0, "text": "m", "signature": "S=="}]})
            + HELLO
            + END,
            [
                START,
                ReasoningDelta("h"),
                ReasoningDelta("m"),
                *HELLO_EVENTS[1:],
                STOP,
                ReasoningOpaque(
                    {
                        "wire": "chat_completions",
                        "reasoning_details": [
                            {
                                "index": 0,
                                "type": "reasoning.text",
                                "text": "hm",
                                "signature": "S==",
                            }
                        ],
                    }
                ),
                COMPLETE,
            ],
            id="reasoning_details are told and kept",
        ),
        pytest.param(
            chunk({"content": None, "refusal": "I can't"}) + END,
            [START, Refusal("I can't"), STOP, COMPLETE],
            id="TV38 refusal",
        ),
        pytest.param(
            HELLO + chunk(finish="length") + DONE,
            [*HELLO_EVENTS, Finish("length", "length"), COMPLETE],
            id="length",
        ),
        pytest.param(
            say("Hel", finish="") + say("lo", finish=None) + END, WHOLE, id="TV54 finish empty"
        ),
        pytest.param(
            HELLO + chunk(finish="eos_token") + DONE,
            [*HELLO_EVENTS, Finish("other", "eos_token"), COMPLETE],
            id="TV54 finish unknown",
        ),
        pytest.param(
            event(
                {
                    "id": "c1",
                    "model": "m",
                    "choices": [
                        {"index": 1, "delta": {"content": "no"}, "finish_reason": "stop"},
                        {"index": 0, "delta": {"content": "Hel"}},
                    ],
                }
            )
            + say("lo")
            + END,
            WHOLE,
            id="TV53 only the first of several answers",
        ),
        pytest.param(
            HELLO + event({"choices": [], "timings": {"predicted_per_second": 41.5}}) + END,
            [*HELLO_EVENTS, Usage(tokens_per_second=41.5), STOP, COMPLETE],
            id="llama.cpp timings",
        ),
        pytest.param(
            b'\n\n{"id":"c1","model":"m","choices":[{"message":{"role":"assistant",\n'
            b'"content":"Hello"},"finish_reason":"stop"}],\n"usage":{"prompt_tokens":9}}\n',
            [START, TextDelta("Hello"), STOP, Usage(9), COMPLETE],
            id="a server that does not stream",
        ),
    ],
)
def test_reply_is_read_in_every_cutting(raw: bytes, expected: list[StreamEvent]) -> None:
    assert decode_every_way(new_decoder, raw) == expected


@pytest.mark.parametrize(
    ("raw", "calls"),
    [
        pytest.param(
            call(index=0, id="a", name="f", arguments="")
            + call(index=1, id="b", name="g", arguments="")
            + call(index=0, arguments='{"x":')
            + call(index=1, arguments='{"y":2}')
            + call(index=0, arguments="1}"),
            [("a", "f", '{"x":1}'), ("b", "g", '{"y":2}')],
            id="TV39 two calls interleaved",
        ),
        pytest.param(
            call(index=0, id="a", name="f", arguments="{}")
            + call(index=0, id="b", name="f", arguments='{"y":2}'),
            [("a", "f", "{}"), ("b", "f", '{"y":2}')],
            id="TV40 index always 0",
        ),
        pytest.param(
            call(id="a", name="f", arguments='{"x":') + call(arguments="1}"),
            [("a", "f", '{"x":1}')],
            id="TV41 no index",
        ),
        pytest.param(
            call(index=0, name="f", arguments="{}") + call(index=0, name="g", arguments="{}"),
            [("call_0", "f", "{}"), ("call_1", "g", "{}")],
            id="a new name after arguments",
        ),
        pytest.param(
            call(index=0, id="a", name="get_")
            + call(index=0, name="weather")
            + call(index=0, arguments="{}"),
            [("a", "get_weather", "{}")],
            id="TV42 name in two pieces",
        ),
        pytest.param(
            call(index=0, id="a", name="f", arguments='{"x":')
            + call(index=0, id="a", name="f", arguments="1}"),
            [("a", "f", '{"x":1}')],
            id="TV42 name repeated",
        ),
        pytest.param(
            call(index=0, id="a", name="f", arguments=""),
            [("a", "f", "{}")],
            id="TV43 arguments empty",
        ),
        pytest.param(
            call(index=0, id="a", name="f", arguments="{oops"),
            [("a", "f", "{oops")],
            id="TV43 arguments invalid: given as they are",
        ),
        pytest.param(
            call(index=0, id="a", name="f", arguments={"x": 1}),
            [("a", "f", '{"x":1}')],
            id="TV43 arguments as an object",
        ),
        pytest.param(
            chunk({"function_call": {"name": "f", "arguments": "{}"}}),
            [("call_0", "f", "{}")],
            id="the form before tools",
        ),
    ],
)
def test_tool_calls_are_put_together(raw: bytes, calls: list[tuple[str, str, str]]) -> None:
    events = decode_every_way(new_decoder, raw + TOOLS)
    assert gathered(events) == calls
    assert {e.slot for e in events if isinstance(e, ToolEnd)} == set(range(len(calls)))
    assert Finish("tools", "tool_calls") in events
    assert events[-1] == COMPLETE


def gathered(events: list[StreamEvent]) -> list[tuple[str, str, str]]:
    begun = [e for e in events if isinstance(e, ToolBegin)]
    return [
        (
            b.id,
            b.name,
            "".join(e.text for e in events if isinstance(e, ToolArguments) and e.slot == b.slot),
        )
        for b in begun
    ]


def test_calls_under_a_stop_are_calls() -> None:
    events = decode(new_decoder(), [call(index=0, id="a", name="f", arguments="{}") + END])
    assert Finish("tools", "stop") in events


def test_done_without_finish_gives_a_call_whose_arguments_are_whole() -> None:
    whole = call(index=0, id="a", name="f", arguments='{"x":1}')
    assert decode_every_way(new_decoder, whole + DONE)[-2:] == [ToolEnd(0), COMPLETE]


@pytest.mark.parametrize("end", [b"", DONE])
def test_a_call_that_was_cut_is_never_given_out_as_whole(end: bytes) -> None:
    cut = HELLO + call(index=0, id="a", name="f", arguments='{"path": "/')
    events = decode_every_way(new_decoder, cut + end)
    assert not any(isinstance(e, ToolEnd) for e in events)
    assert isinstance(events[-1], End)
    assert events[-1].status is Status.FAILED
    assert "not run" in str(events[-1].error)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(HELLO, id="between events"),
        pytest.param(HELLO + say("more")[:-20], id="TV24 inside JSON"),
    ],
)
def test_text_without_an_end_mark_is_truncated(raw: bytes) -> None:
    *events, end = decode_every_way(new_decoder, raw)
    assert events == HELLO_EVENTS
    assert isinstance(end, End)
    assert end.status is Status.TRUNCATED


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(chunk({"reasoning_content": "hm"}), id="TV26 thoughts only"),
        pytest.param(b"", id="TV27 nothing"),
        pytest.param(DONE, id="TV27 only the end mark"),
        pytest.param(END, id="a finish without a word"),
        pytest.param(chunk(finish="length") + DONE, id="no tokens left"),
        pytest.param(chunk(finish="content_filter") + DONE, id="filtered"),
    ],
)
def test_no_answer_is_an_empty_reply(raw: bytes) -> None:
    end = decode_every_way(new_decoder, raw)[-1]
    assert isinstance(end, End)
    assert (end.status, end.error and end.error.kind) == (Status.FAILED, Kind.EMPTY)


@pytest.mark.parametrize(
    ("raw", "kind", "detail"),
    [
        (event({"error": {"message": "boom", "code": 500}}), Kind.SERVER, "boom"),
        (event({"error": {"message": "boom", "code": "500"}}), Kind.SERVER, "boom"),
        (event({"error": "boom"}), Kind.SERVER, "boom"),
        (event({"error": {"x": 1}, "message": "boom"}), Kind.SERVER, "boom"),
        (event({"error": {"type": "overloaded_error", "message": "O"}}), Kind.OVERLOADED, "O"),
        (b"event: error\ndata: " + b'{"message": "boom"}\n\n', Kind.SERVER, "boom"),
        (b"data: error: boom\n\n", Kind.PROTOCOL, "error: boom"),
        (
            event({"choices": [{"error": {"code": 502, "message": "boom"}, "delta": {}}]}),
            Kind.SERVER,
            "boom",
        ),
        (b'{"error": {"message": "boom"}}', Kind.SERVER, "boom"),
        (b'error: {"code": 500, "message": "boom", "error": "boom"}\n\n', Kind.SERVER, "boom"),
    ],
)
@pytest.mark.parametrize("before", [b"", HELLO], ids=["TV44 first", "TV45 in the middle"])
def test_an_error_in_a_good_response_fails_the_reply(
    before: bytes, raw: bytes, kind: Kind, detail: str
) -> None:
    *events, end = decode_every_way(new_decoder, before + raw)
    assert [e for e in events if isinstance(e, TextDelta)] == HELLO_EVENTS[1:] * bool(before)
    assert isinstance(end, End)
    assert end.status is Status.FAILED
    assert (end.error.kind, end.error.detail) == (kind, detail)


@pytest.mark.parametrize(
    ("raw", "kind", "detail"),
    [
        pytest.param(
            b'{"error":{"message":"bad key","code":"invalid_api_key"}}',
            Kind.AUTHENTICATION,
            "bad key",
            id="TV46 JSON error",
        ),
        pytest.param(
            b"<!DOCTYPE html>\n<html><h1>Sign in</h1>" + b"x" * 900,
            Kind.PROTOCOL,
            "<!DOCTYPE html> <html><h1>Sign in</h1>" + "x" * 162,
            id="TV47 a page",
        ),
        pytest.param(b"Unexpected endpoint", Kind.PROTOCOL, "Unexpected endpoint", id="TV110"),
    ],
)
def test_what_is_no_stream_is_an_error_with_its_beginning(
    raw: bytes, kind: Kind, detail: str
) -> None:
    end = decode_every_way(new_decoder, raw)[-1]
    assert isinstance(end, End)
    assert (end.error.kind, end.error.detail) == (kind, detail)


def test_what_follows_the_end_mark_or_an_error_is_left_unread() -> None:
    decoder = new_decoder()
    decoder.feed(HELLO + DONE + say("more"))
    assert decoder.done
    assert decoder.feed(say("more")) == []
    assert decoder.finish() == [COMPLETE]


def test_a_broken_connection_after_the_finish_harms_nothing() -> None:
    decoder = new_decoder()
    decoder.feed(HELLO + chunk(finish="stop"))
    assert decoder.finished
    from chatapp.domain.errors import ProviderError

    assert decoder.finish(ProviderError(Kind.CONNECTION, "lost")) == [COMPLETE]


# ---- the request

NOW = "2026-02-09T21:30:00.000000Z"


def message(role: str, content: str, **metadata: Any) -> Message:
    return new_message(role, content, NOW, metadata)


def body(*messages: Message, **more: Any) -> dict[str, Any]:
    return request_body(ChatRequest("m", messages, **more))


def test_request_streams_and_asks_for_usage() -> None:
    assert body(message("user", "Hello")) == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.row("T17")
def test_the_whole_conversation_goes_out_in_order_after_the_system_prompt() -> None:
    sent = body(
        message("user", "yes"),
        message("assistant", "ok"),
        message("user", "yes"),
        message("user", "yes"),
        system="Be brief.",
    )
    assert [(m["role"], m["content"]) for m in sent["messages"]] == [
        ("system", "Be brief."),
        ("user", "yes"),
        ("assistant", "ok"),
        ("user", "yes"),
        ("user", "yes"),
    ]


def test_parameters_go_by_name_and_extra_ones_as_they_are() -> None:
    sent = body(
        message("user", "x"),
        parameters={
            "temperature": 0.0,
            "max_tokens": 5,
            "seed": None,
            "num_ctx": 9,
            "extra": {"top_k": 3, "stream_options": {}},
        },
    )
    assert (sent["temperature"], sent["max_tokens"], sent["top_k"]) == (0.0, 5, 3)
    assert sent["stream_options"] == {}
    assert "seed" not in sent
    assert "num_ctx" not in sent


def test_pictures_go_as_data_addresses() -> None:
    attached = [{"hash": "h", "media_type": "image/png"}]
    sent = body(message("user", "What is it?", attachments=attached), pictures={"h": b"\x89PNG"})
    assert sent["messages"][0]["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
    ]


@pytest.mark.row("M13")
def test_tools_calls_and_results_are_paired() -> None:
    calls = [{"id": "a", "name": "f", "arguments": '{"x":1}'}]
    sent = body(
        message("user", "x"),
        message("assistant", "", tool_calls=calls),
        message("tool", "42", tool_call_id="a"),
        tools=(Tool("f", "Does f.", {"type": "object"}),),
    )
    assert sent["messages"][1:] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}
            ],
        },
        {"role": "tool", "content": "42", "tool_call_id": "a"},
    ]
    assert sent["tools"] == [
        {
            "type": "function",
            "function": {"name": "f", "description": "Does f.", "parameters": {"type": "object"}},
        }
    ]


def test_thoughts_go_back_only_where_that_is_wanted() -> None:
    details = [{"type": "reasoning.encrypted", "data": "S=="}]
    blobs = [
        {"wire": "chat_completions", "reasoning_details": details},
        {"wire": "anthropic", "signature": "x"},
    ]
    said = message("assistant", "ok", reasoning="hm", reasoning_opaque=blobs)
    request = ChatRequest("m", (said,))
    assert request_body(request)["messages"] == [
        {"role": "assistant", "content": "ok", "reasoning_details": details}
    ]
    replayed = request_body(request, replay_reasoning=True)["messages"][0]
    assert replayed["reasoning_content"] == "hm"
