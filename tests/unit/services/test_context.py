from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatapp.domain.message import Message, Role, new_message
from chatapp.services.context import (
    PICTURE_TOKENS,
    Context,
    fit,
    message_tokens,
    reply_room,
    text_tokens,
)


def message(role: str, words: int = 10, **metadata: Any) -> Message:
    return new_message(role, "word" * words, "2026-02-09T21:30:00Z", metadata)


def turns(count: int, words: int = 96) -> list[Message]:
    """Turns of two messages; each message has `words` and 4 tokens."""
    return [message(role, words) for _ in range(count) for role in ("user", "assistant")]


def test_everything_is_sent_where_no_limit_is_known() -> None:
    said = turns(500)
    context = fit(said, limit=None)
    assert context.messages == tuple(said)
    assert context.sentence == ""


@pytest.mark.row("M16")
def test_oldest_turns_are_left_out_whole_and_that_is_said() -> None:
    said = [*turns(9), message("user", 96)]
    context = fit(said, limit=1000)
    assert context.messages == tuple(said[-7:])
    assert context.left_out == tuple(said[:-7])
    assert context.tokens == 700
    assert context.sentence == (
        "The 12 oldest messages were left out, to fit the 1000 tokens this model reads."
    )


@pytest.mark.row("M16")
def test_what_instructs_the_model_always_stays_in_its_place() -> None:
    said = [message("system", 96), *turns(9), message("system", 96), message("user", 96)]
    context = fit(said, limit=1000, system="word" * 100)
    assert context.messages[0] is said[0]
    assert context.messages[-2:] == tuple(said[-2:])
    assert context.messages[1].role == Role.USER
    assert context.tokens <= 750


def test_newest_turn_stays_even_if_it_is_too_long() -> None:
    said = [*turns(2), message("user", 5000)]
    context = fit(said, limit=1000)
    assert context.messages == (said[-1],)
    assert context.overflows
    assert "about 5004 tokens" in context.sentence


def test_messages_of_the_user_in_a_row_are_one_turn() -> None:
    said = [message("user", 96), message("user", 96), message("assistant", 96)]
    assert fit(said, limit=200).messages == tuple(said)


def test_result_of_a_tool_stays_with_its_call() -> None:
    said = [
        message("user", 300),
        message("assistant", 0, tool_calls=[{"id": "a"}]),
        message("tool", 300, tool_call_id="a"),
        message("assistant", 10),
        message("user", 10),
    ]
    assert fit(said, limit=500).messages == (said[-1],)


def test_count_of_the_server_is_the_measure() -> None:
    said = [*turns(4), message("user", 96)]
    said[7] = said[7].with_metadata(usage={"prompt_tokens": 1400})
    assert fit(said, limit=None).tokens == 1800
    said[7] = said[7].with_metadata(usage={"prompt_tokens": 10**9})
    assert fit(said, limit=None).tokens == 2700
    said[7] = said[7].with_metadata(usage={"prompt_tokens": 0})
    assert fit(said, limit=None).tokens == 900


def test_pictures_and_calls_are_counted() -> None:
    plain = message_tokens(message("user"))
    assert message_tokens(message("user", attachments=[{}, {}])) == plain + 2 * PICTURE_TOKENS
    assert message_tokens(message("assistant", tool_calls=[{"name": "f"}])) > plain


def test_characters_of_other_scripts_weigh_more() -> None:
    assert text_tokens("abcd") == 1
    assert text_tokens("日本語文") == 3
    assert text_tokens("") == 0
    assert text_tokens("\ud83d") == 1


@pytest.mark.parametrize(
    ("limit", "parameters", "room"),
    [(100_000, {}, 4096), (8000, {}, 2000), (8000, {"max_tokens": 100}, 100),
     (8000, {"max_tokens": 7000}, 2000), (8000, {"max_tokens": None}, 2000)],
)  # fmt: skip
def test_room_for_the_reply_is_kept(limit: int, parameters: dict[str, Any], room: int) -> None:
    assert reply_room(limit, parameters) == room


def test_one_message_left_out_is_said_in_the_singular() -> None:
    one = message("user")
    assert "oldest message was" in Context((), (one,), 1, 9).sentence


@given(
    said=st.lists(
        st.builds(
            message,
            st.sampled_from(["user", "assistant", "system", "tool"]),
            st.integers(0, 300),
        ),
        max_size=30,
    ),
    limit=st.integers(10, 5000),
)
@settings(deadline=None)
def test_what_is_sent_is_the_end_of_the_conversation_within_the_budget(
    said: list[Message], limit: int
) -> None:
    context = fit(said, limit=limit)
    spoken = [m for m in said if m.role != Role.SYSTEM]
    kept = [m for m in context.messages if m.role != Role.SYSTEM]
    assert kept == spoken[len(spoken) - len(kept) :]
    assert [m for m in said if m.role == Role.SYSTEM] == [
        m for m in context.messages if m.role == Role.SYSTEM
    ]
    assert not spoken or kept
    assert context.overflows or context.tokens <= limit
    assert len(kept) + len(context.left_out) == len(spoken)
