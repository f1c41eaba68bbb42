"""Whatever the wire, the same rules say what was told and how a reply ended."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatapp.domain.errors import ProviderError
from chatapp.domain.errors import ProviderErrorKind as Kind
from chatapp.domain.message import Status
from chatapp.domain.stream import (
    End,
    Finish,
    Notice,
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
from chatapp.providers.reply import Reply
from chatapp.providers.think import Thinking

LOST = ProviderError(Kind.CONNECTION, "The connection was lost.", "Try again.")


def ended(*steps: Callable[[Reply], object], broken: ProviderError | None = None) -> End:
    """How a reply ends that was told these steps."""
    reply = Reply()
    for step in steps:
        step(reply)
    reply.end(broken)
    end = reply.take_events()[-1]
    assert isinstance(end, End)
    return end


def says(reply: Reply) -> None:
    reply.text("hello")


def stops(reply: Reply) -> None:
    reply.finish("stop", "stop")


def calls(reply: Reply) -> None:
    reply.tool_begin(0, "c", "search")


def test_each_thing_told_is_an_event_and_is_taken_once() -> None:
    reply = Reply(Thinking.PLAIN)
    reply.start("model", "id")
    reply.start("another", "id")
    reply.reasoning("hm")
    reply.opaque({"sealed": 1})
    reply.text("hello")
    reply.refusal("no")
    reply.notice("A notice.")
    assert reply.count == 6
    assert reply.take_events() == [
        Start("model", "id"),
        ReasoningDelta("hm"),
        ReasoningOpaque({"sealed": 1}),
        TextDelta("hello"),
        Refusal("no"),
        Notice("A notice."),
    ]
    assert reply.take_events() == []


def test_half_of_a_character_waits_for_its_other_half_and_a_lone_one_is_replaced() -> None:
    reply = Reply(Thinking.PLAIN)
    reply.text("a\ud83d")
    reply.text("\ude00b\ud83d")
    reply.end()
    texts = [one.text for one in reply.take_events() if isinstance(one, TextDelta)]
    assert "".join(texts) == "a😀b\ufffd"


def test_one_text_since_is_told_and_nothing_else_is() -> None:
    reply = Reply(Thinking.PLAIN)
    reply.text("one")
    assert reply.text_since(0) == "one"
    reply.notice("A notice.")
    assert reply.text_since(1) == ""
    assert reply.text_since(0) == ""


def test_numbers_left_out_keep_what_was_said_before() -> None:
    reply = Reply()
    reply.usage(Usage(prompt_tokens=5))
    reply.usage(Usage(completion_tokens=2))
    reply.usage(Usage(completion_tokens=2))
    assert reply.take_events() == [
        Usage(prompt_tokens=5),
        Usage(prompt_tokens=5, completion_tokens=2),
    ]


def test_call_has_an_id_and_arguments_even_if_the_server_gave_none() -> None:
    reply = Reply()
    reply.tool_begin(3, "", "search")
    assert reply.is_calling(3)
    reply.tool_end(3)
    reply.tool_end(3)
    assert reply.take_events() == [
        ToolBegin(3, "call_3", "search"),
        ToolArguments(3, "{}"),
        ToolEnd(3),
    ]


def test_model_that_stops_with_a_call_stops_for_its_tools_and_the_first_reason_counts() -> None:
    reply = Reply()
    calls(reply)
    reply.tool_arguments(0, "{}")
    reply.take_events()
    stops(reply)
    reply.finish("length", "length")
    reply.end()
    assert reply.take_events() == [Finish("tools", "stop"), ToolEnd(0), End(Status.COMPLETE)]


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ((says, stops), Status.COMPLETE),
        ((says, Reply.terminate), Status.COMPLETE),
        ((says,), Status.TRUNCATED),
        ((), Status.FAILED),
        ((stops,), Status.FAILED),
        ((says, calls), Status.FAILED),
        ((says, calls, Reply.terminate), Status.FAILED),
        ((says, lambda reply: reply.fail(LOST), stops), Status.FAILED),
    ],
)
def test_only_what_the_wire_said_was_whole_is_complete(
    steps: tuple[Callable[[Reply], object], ...], status: Status
) -> None:
    assert ended(*steps).status == status


def test_why_it_broke_is_told_and_the_word_of_the_server_goes_before_it() -> None:
    refused = ProviderError(Kind.SERVER, "The server is overloaded.", "Try again.")
    assert ended(says, broken=LOST).error is LOST
    assert ended(calls, broken=LOST).error is LOST
    assert ended(lambda reply: reply.fail(refused), broken=LOST).error is refused


@pytest.mark.parametrize(
    ("reason", "remedy"), [("length", "tokens"), ("filter", "filter"), ("stop", "long")]
)
def test_empty_reply_says_what_to_do_for_its_reason(reason: str, remedy: str) -> None:
    error = ended(lambda reply: reply.finish(reason, reason)).error
    assert error is not None
    assert error.kind == Kind.EMPTY
    assert remedy in error.remedy


def test_thoughts_between_tags_are_told_as_thoughts() -> None:
    reply = Reply(Thinking.TAGGED)
    reply.text("<think>hm</think>hello")
    reply.end()
    told: list[StreamEvent] = reply.take_events()
    assert [one.text for one in told if isinstance(one, ReasoningDelta)] == ["hm"]
    assert [one.text for one in told if isinstance(one, TextDelta)] == ["hello"]
