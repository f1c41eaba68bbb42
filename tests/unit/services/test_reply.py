"""What a reply's events amount to."""

from __future__ import annotations

import pytest

from chatapp.domain.errors import ChatAppError, ProviderError, ProviderErrorKind
from chatapp.domain.message import Status, new_message
from chatapp.domain.session import Session
from chatapp.domain.stream import (
    End,
    Finish,
    Notice,
    ReasoningDelta,
    ReasoningOpaque,
    Refusal,
    Start,
    TextDelta,
    ToolArguments,
    ToolBegin,
    ToolEnd,
    Usage,
)
from chatapp.services.reply import Reply

AT = "2026-02-09T12:00:00.000000Z"


def played(*events):
    """The message that a reply of these events makes."""
    session = Session("a", "2026-02-09", "User", AT, AT)
    session.messages.append(new_message("assistant", "", AT, {"id": "m1"}))
    reply = Reply("m1")
    for event in events:
        if (growth := reply.take(event, session.messages[0])) is not None:
            session.apply(growth)
    return reply.finished(session.messages[0], 812)


def test_words_and_refusals_are_the_text():
    message = played(TextDelta("I "), Refusal("will not."), End(Status.COMPLETE))
    assert (message.content, message.status) == ("I will not.", Status.COMPLETE)


def test_thoughts_stand_apart():
    message = played(ReasoningDelta("h"), TextDelta("x"), ReasoningDelta("m"))
    assert (message.content, message.reasoning) == ("x", "hm")


def test_reply_that_never_ended_is_truncated():
    assert played(TextDelta("x")).status is Status.TRUNCATED


@pytest.mark.row("M04")
def test_times_are_noted():
    message = played(TextDelta("x"), End(Status.COMPLETE))
    assert message.metadata["processing_time_ms"] == 812
    assert message.metadata["time_to_first_token_ms"] >= 0


def test_reply_without_a_word_has_no_time_of_its_first():
    assert "time_to_first_token_ms" not in played(End(Status.COMPLETE)).metadata


@pytest.mark.row("M12")
def test_last_count_of_tokens_holds_and_unknown_ones_are_left_out():
    message = played(Usage(prompt_tokens=1), Usage(prompt_tokens=9, completion_tokens=7))
    assert message.metadata["usage"] == {"prompt_tokens": 9, "completion_tokens": 7}
    assert "usage" not in played(TextDelta("x")).metadata


def test_server_is_quoted_where_it_says_who_it_is_and_why_it_stopped():
    metadata = played(Start("tiny-v2", "reply-1"), Finish("length", "max_tokens")).metadata
    assert (metadata["reported_model"], metadata["reply_id"]) == ("tiny-v2", "reply-1")
    assert metadata["finish_reason"] == "max_tokens"
    assert played(Start(), Finish("stop")).metadata["finish_reason"] == "stop"
    assert "reported_model" not in played(Start()).metadata


@pytest.mark.row("M13")
def test_interleaved_tool_calls_are_kept_in_their_slots():
    message = played(
        ToolBegin(1, "call-b", "search"),
        ToolBegin(0, "call-a", "clock"),
        ToolArguments(1, '{"q":'),
        ToolArguments(0, "{}"),
        ToolArguments(1, '"x"}'),
        ToolEnd(0),
        ToolEnd(1),
    )
    assert message.metadata["tool_calls"] == [
        {"id": "call-a", "name": "clock", "arguments": "{}"},
        {"id": "call-b", "name": "search", "arguments": '{"q":"x"}'},
    ]
    assert message.metadata["tools_used"] == ["clock", "search"]


def test_reply_without_tools_says_so():
    metadata = played(TextDelta("x")).metadata
    assert metadata["tools_used"] == []
    assert "tool_calls" not in metadata


def test_sealed_thoughts_and_notices_are_kept_in_order():
    metadata = played(
        ReasoningOpaque({"s": 1}), Notice("Shortened."), ReasoningOpaque({"s": 2}), Notice("Slow.")
    ).metadata
    assert metadata["reasoning_opaque"] == [{"s": 1}, {"s": 2}]
    assert metadata["notices"] == ["Shortened.", "Slow."]


def test_error_of_a_provider_is_noted_with_its_kind_and_the_servers_words_apart():
    error = ProviderError(
        ProviderErrorKind.QUOTA, "The quota is used up.", "Wait.", detail="quota exceeded"
    )
    metadata = played(End(Status.FAILED, error)).metadata
    assert (metadata["has_error"], metadata["error_kind"]) == (True, "quota")
    assert metadata["error_message"] == "The quota is used up. Wait."
    assert metadata["error_detail"] == "quota exceeded"


def test_error_from_elsewhere_has_no_kind():
    metadata = played(End(Status.FAILED, ChatAppError("It failed."))).metadata
    assert metadata["error_message"] == "It failed."
    assert {"error_kind", "error_detail"}.isdisjoint(metadata)


def test_reply_can_be_broken_off_until_the_provider_ends_it():
    reply = Reply("m1")
    reply.break_off(Status.CANCELLED)
    assert reply.end == End(Status.CANCELLED)
    reply.take(End(Status.COMPLETE), new_message("assistant", "", AT))
    reply.break_off(Status.CANCELLED)
    assert reply.end == End(Status.COMPLETE)


def test_thinking_is_timed_from_its_first_word_to_its_last(monkeypatch):
    moments = iter([10.0, 11.0, 13.5, 20.0])
    monkeypatch.setattr("chatapp.services.reply.time.monotonic", lambda: next(moments))

    message = played(ReasoningDelta("Hm"), ReasoningDelta(", yes."), TextDelta("Yes."))

    assert message.metadata["reasoning_time_ms"] == 2500
    assert message.metadata["time_to_first_token_ms"] == 1000


def test_reply_without_thoughts_says_nothing_of_their_time():
    assert "reasoning_time_ms" not in played(TextDelta("Yes.")).metadata
