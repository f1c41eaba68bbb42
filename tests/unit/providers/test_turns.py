from __future__ import annotations

from typing import Any

from chatapp.domain.message import Message, Role, new_message
from chatapp.providers.base import ChatRequest
from chatapp.providers.turns import Call, Picture, Turn, turns


def message(role: str, content: str, **metadata: Any) -> Message:
    return new_message(role, content, "2026-02-09T21:30:00Z", metadata)


def read(*messages: Message, **more: Any) -> list[Turn]:
    return turns(ChatRequest("m", messages, **more))


CALLING = message("assistant", "", tool_calls=[{"id": "a", "name": "f", "arguments": {"x": 1}}])
CALL = Turn(Role.ASSISTANT, "", calls=(Call("a", "f", '{"x":1}'),))


def test_a_reply_that_said_nothing_is_left_out() -> None:
    said = read(
        message("user", "a"), message("assistant", "", has_error=True), message("user", "b")
    )
    assert [turn.text for turn in said] == ["a", "b"]


def test_unknown_role_counts_as_the_users() -> None:
    assert read(message("narrator", "Once"))[0].role is Role.USER


def test_call_and_result_are_kept_together() -> None:
    result = message("tool", "42", tool_call_id="a", tool_name="f")
    assert read(CALLING, result) == [CALL, Turn(Role.TOOL, "42", answers="a", tool="f")]


def test_call_without_a_result_gets_one_that_says_so() -> None:
    not_run = Turn(Role.TOOL, "This call was not run.", answers="a", tool="f")
    user = Turn(Role.USER, "stop")
    assert read(CALLING, message("user", "stop")) == [CALL, not_run, user]
    assert read(CALLING) == [CALL, not_run]


def test_result_without_a_call_is_left_out() -> None:
    assert read(message("tool", "42", tool_call_id="a"), message("user", "x")) == [
        Turn(Role.USER, "x")
    ]


def test_pictures_are_those_whose_bytes_are_there() -> None:
    attached = [
        {"hash": "h", "media_type": "image/png"},
        {"hash": "gone", "media_type": "image/png"},
        {"hash": "t", "media_type": "text/plain"},
    ]
    (turn,) = read(message("user", "", attachments=attached), pictures={"h": b"PNG", "t": b"txt"})
    assert turn.pictures == (Picture("image/png", b"PNG"),)
    assert turn.pictures[0].base64 == "UE5H"


def test_odd_metadata_reads_as_none() -> None:
    odd = message("user", "x", tool_calls="no", attachments={"a": 1}, reasoning_opaque=[3])
    assert read(odd) == [Turn(Role.USER, "x")]
