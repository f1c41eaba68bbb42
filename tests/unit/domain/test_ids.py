"""Ids: safe as file names, hard to guess, and in the order they were made."""

from __future__ import annotations

import re
import secrets
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.domain import ids
from chatapp.domain.errors import InvalidSessionId
from chatapp.domain.ids import MessageIds, check_session_id, new_session_id, session_key


@pytest.mark.row("L02")
def test_ten_thousand_session_ids_are_unique_and_of_one_pattern():
    made = [new_session_id() for _ in range(10_000)]
    assert len(set(made)) == len(made)
    assert all(re.fullmatch(r"[0-9a-f]{12}", session_id) for session_id in made)


@pytest.mark.row("T26", "S02")
def test_session_id_comes_from_the_secrets_of_the_system(monkeypatch):
    asked = []

    def token(size):
        asked.append(size)
        return "0123456789ab"

    monkeypatch.setattr(secrets, "token_hex", token)
    assert new_session_id() == "0123456789ab"
    assert asked == [6]


@pytest.mark.row("L21")
@pytest.mark.parametrize(
    "text",
    ["user_1_abc", "chat_x_2025-01-01", "a", "A" * 64, "session_0123456789ab_1700000000", "-", "_"],
)
def test_safe_id_of_a_front_end_is_taken_as_it_is(text):
    assert check_session_id(text) == text


UNSAFE = [
    "",
    "../../x",
    "/etc/passwd",
    "..\\x",
    "a\0b",
    "x" * 65,
    "x" * 300,
    "CON",
    "nul",
    "Com1",
    "LPT9",
    "lpt0",
    "trailing.",
    "with space",
    "a/b",
    "a\n",
    "a:b",
    "~",
    "é",
    "\u0661",
    "\ud800",
    ".",
    "..",
    ".hidden",
]


@pytest.mark.row("T25", "S01", "L21")
@pytest.mark.parametrize("text", UNSAFE)
def test_unsafe_id_is_refused(text):
    with pytest.raises(InvalidSessionId):
        check_session_id(text)


@pytest.mark.row("T25")
@given(st.text(st.characters(exclude_categories=())))
def test_accepted_id_is_a_file_name_on_every_system(text):
    try:
        accepted = check_session_id(text)
    except InvalidSessionId:
        return
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", accepted)
    assert len(f"{accepted}.json".encode()) <= 255


def test_refusal_tells_what_an_id_may_hold_and_not_the_id():
    with pytest.raises(InvalidSessionId) as refused:
        check_session_id("../../home/secret")
    assert "secret" not in str(refused.value)
    assert "1 to 64" in refused.value.remedy


def test_ids_that_differ_in_case_are_one():
    assert session_key("Chat_X") == session_key("chat_x")


def test_message_id_is_a_ulid_of_its_millisecond(monkeypatch):
    monkeypatch.setattr(time, "time_ns", lambda: 1_469_918_176_385_000_000)
    # The example of the specification: that millisecond is written 01ARYZ6S41.
    assert re.fullmatch(r"01ARYZ6S41[0-9A-HJKMNP-TV-Z]{16}", MessageIds().new())


@given(st.lists(st.integers(0, 2**48 - 1), min_size=2, max_size=20))
def test_message_ids_rise_whatever_the_clock_does(milliseconds):
    source = MessageIds()
    with pytest.MonkeyPatch.context() as patch:
        made = []
        for moment in milliseconds:
            patch.setattr(time, "time_ns", lambda moment=moment: moment * 1_000_000)
            made.append(source.new())
    assert made == sorted(set(made))


def test_message_ids_within_one_millisecond_rise_even_after_the_greatest_chance(monkeypatch):
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000)
    monkeypatch.setattr(ids.secrets, "randbits", lambda bits: 2**bits - 1)
    source = MessageIds()
    first, second = source.new(), source.new()
    assert first < second
