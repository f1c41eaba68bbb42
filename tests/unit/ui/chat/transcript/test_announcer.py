"""What a screen reader hears of a reply: its beginning and its end, nothing between."""

from __future__ import annotations

import pytest

from chatapp.domain.message import new_message
from chatapp.ui.chat.transcript.announcer import Announcer

WHEN = "2026-11-20T21:44:00Z"


@pytest.fixture
def said():
    return []


@pytest.fixture
def announcer(said):
    return Announcer(lambda text, *, assertive: said.append((text, assertive)))


def reply(text, status, **metadata):
    return new_message("assistant", text, WHEN, {"model": "qwen3", "status": status, **metadata})


def test_reply_is_announced_at_its_beginning_and_its_end_only(announcer, said):
    growing = reply("", "streaming")
    announcer.message_added(growing)
    for count in range(50):
        announcer.message_changed(growing, growing.with_content("word " * count))
    announcer.message_changed(
        growing, growing.with_content("one two").with_metadata(status="complete")
    )
    assert said == [
        ("qwen3 is answering.", False),
        ("The answer is complete, 2 words.", False),
    ]


def test_error_interrupts_what_is_read(announcer, said):
    failed = reply("", "failed", error_message="The server said no.")
    announcer.message_changed(reply("", "streaming"), failed)
    assert said == [("The server said no.", True)]


def test_own_messages_and_finished_ones_are_not_announced(announcer, said):
    announcer.message_added(new_message("user", "Hi", WHEN))
    announcer.message_added(reply("Old", "complete"))
    announcer.message_changed(reply("Old", "complete"), reply("Edited", "complete"))
    assert said == []
