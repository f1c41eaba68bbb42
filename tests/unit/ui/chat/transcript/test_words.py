"""The words around a message."""

from __future__ import annotations

import datetime as dt

import pytest

from chatapp.domain.message import new_message
from chatapp.ui.chat.transcript import words

WHEN = "2026-11-20T21:44:00Z"


class UtcClock:
    def now(self):
        return dt.datetime(2026, 11, 21, tzinfo=dt.UTC)

    def local(self, moment):
        return moment


def message(role="assistant", text="text", **metadata):
    return new_message(role, text, WHEN, metadata)


@pytest.mark.row("M04")
def test_details_of_a_reply_are_said_and_the_unknown_is_left_out():
    assert words.cost(message(usage={"completion_tokens": 412}, processing_time_ms=1800)) == (
        "412 tokens · 1.8 s"
    )
    assert words.cost(message(usage={"completion_tokens": 1})) == "1 token"
    assert words.cost(message(processing_time_ms=200)) == "0.2 s"
    assert words.cost(message(usage="odd", processing_time_ms="odd")) == ""
    assert words.author(message(model="qwen3")) == "qwen3"


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 s"),
        (1800, "1.8 s"),
        (6000, "6 s"),
        (12_300, "12 s"),
        (185_000, "3 min 5 s"),
        (59_700, "1 min 0 s"),
    ],
)
def test_durations_read_as_people_say_them(milliseconds, text):
    assert words.duration(milliseconds) == text


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("user", "You"),
        ("assistant", "Assistant"),
        ("system", "System message"),
        ("tool", "Tool"),
        ("odd", "odd"),
    ],
)
def test_authors_have_names(role, name):
    assert words.author(message(role)) == name


def test_times_are_local():
    assert words.clock_time(message(), UtcClock()) == "21:44"
    assert words.day_of(message(), UtcClock()) == dt.date(2026, 11, 20)


def test_reasoning_folds_to_a_line():
    assert words.thought(message()) == ""
    assert words.thought(message(text="", reasoning="x", status="streaming")) == "Thinking…"
    assert words.thought(message(reasoning="x")) == "Thought about it"
    assert words.thought(message(reasoning="x", reasoning_time_ms=12_000)) == "Thought for 12 s"


@pytest.mark.row("M05")
def test_failed_reply_says_what_happened_and_what_is_kept():
    failed = words.ending(
        message(status="failed", error_message="It failed. Try again.", error_detail="x")
    )
    assert failed.sentence == "It failed. Try again. What had arrived is kept."
    assert (failed.detail, failed.failed) == ("x", True)
    assert [action for action, _ in failed.actions] == ["continue", "retry"]
    empty = words.ending(message(text="", has_error=True))
    assert empty.sentence == "The reply failed."
    assert [action for action, _ in empty.actions] == ["retry"]


@pytest.mark.row("M02")
@pytest.mark.parametrize(
    ("status", "part"),
    [("interrupted", "program ended"), ("truncated", "connection"), ("cancelled", "Stopped")],
)
def test_cut_off_reply_says_so_calmly(status, part):
    ending = words.ending(message(status=status))
    assert part in ending.sentence
    assert not ending.failed


def test_good_ending_says_nothing():
    assert words.ending(message()) is None
    assert words.ending(message(status="streaming")) is None
