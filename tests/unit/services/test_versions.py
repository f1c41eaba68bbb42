"""Versions of a message are found, counted and changed for one another."""

from __future__ import annotations

import pytest

from chatapp.domain.changes import BranchLeft, MessageAdded
from chatapp.domain.message import new_message
from chatapp.domain.session import Session
from chatapp.services.versions import changes_to, place, versions

AT = "2026-02-09T12:00:00.000000Z"
LATER = "2026-02-09T13:00:00.000000Z"


def say(session, role, text, message_id, minute, parent=None):
    at = f"2026-02-09T12:{minute:02}:00.000000Z"
    metadata = {"id": message_id} | ({"parent_id": parent} if parent else {})
    session.apply(MessageAdded(new_message(role, text, at, metadata)))


@pytest.fixture
def session():
    """A question asked three times over; the second answer was followed by another turn."""
    session = Session("a", "2026-02-09", "User", AT, AT)
    say(session, "user", "Why?", "q", 0)
    say(session, "assistant", "One.", "a1", 1, "q")
    session.apply(BranchLeft("q", AT))
    say(session, "assistant", "Two.", "a2", 2, "q")
    say(session, "user", "And?", "q2", 3, "a2")
    say(session, "assistant", "So.", "b1", 4, "q2")
    session.apply(BranchLeft("q", AT))
    say(session, "assistant", "Three.", "a3", 5, "q")
    return session


def shown(session):
    return [message.content for message in session.messages]


def go(session, message_id, step):
    for change in changes_to(session, message_id, step, LATER):
        session.apply(change)


def test_versions_are_told_oldest_first(session):
    assert [message.content for message in versions(session, "a3")] == ["One.", "Two.", "Three."]
    assert place(session, "a3") == (3, 3)


def test_message_said_once_is_the_only_version(session):
    assert place(session, "q") == (1, 1)
    assert changes_to(session, "q", 1, LATER) == []


def test_message_that_is_not_in_view_has_no_place(session):
    assert versions(session, "a1") == []
    assert place(session, "a1") == (1, 1)
    assert changes_to(session, "a1", 1, LATER) == []


def test_version_before_comes_into_view_with_what_followed_it(session):
    go(session, "a3", -1)

    assert shown(session) == ["Why?", "Two.", "And?", "So."]
    assert place(session, "a2") == (2, 3)


def test_going_there_and_back_loses_and_changes_nothing(session):
    everything = {message.id for message in (*session.messages, *session.branches)}
    for message_id, step in (("a3", -1), ("a2", -1), ("a1", 1), ("a2", 1)):
        go(session, message_id, step)

    assert shown(session) == ["Why?", "Three."]
    assert {message.id for message in (*session.messages, *session.branches)} == everything
    assert len(session.messages) + len(session.branches) == len(everything)


def test_there_is_nothing_beyond_the_first_and_the_last(session):
    assert changes_to(session, "a3", 1, LATER) == []
    go(session, "a3", -1)
    go(session, "a2", -1)
    assert changes_to(session, "a1", -1, LATER) == []


def test_first_question_written_anew_has_versions_too():
    session = Session("a", "2026-02-09", "User", AT, AT)
    say(session, "user", "Wy?", "q1", 0)
    session.apply(BranchLeft(None, AT))
    say(session, "user", "Why?", "q2", 1)

    go(session, "q2", -1)

    assert shown(session) == ["Wy?"]


def test_chat_that_never_branched_is_not_searched():
    session = Session("a", "2026-02-09", "User", AT, AT)
    say(session, "user", "Why?", "q", 0)

    assert place(session, "q") == (1, 1)
