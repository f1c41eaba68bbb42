"""A session: changed by changes only, its numbers always those of a recount."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given

import strategies
from chatapp.domain.changes import (
    BranchLeft,
    ErrorNoted,
    HeaderChanged,
    MessageAdded,
    MessageGrew,
    MessageReplaced,
    MessagesRemoved,
    MessagesRestored,
)
from chatapp.domain.message import Message, new_message
from chatapp.domain.session import Session, damaged_summary, one_line, summarise

BEGUN = "2026-02-09T12:00:00.000000Z"
LATER = "2026-02-09T13:00:00.000000Z"


def message(message_id, text="text", role="user", at=BEGUN, **metadata):
    return new_message(role, text, at, {"id": message_id, **metadata})


def session_of(*ids, **fields):
    messages = [message(each) for each in ids]
    return Session("a", "2026-02-09", "User", BEGUN, BEGUN, messages=messages, **fields)


def ids_of(messages):
    return [each.id for each in messages]


def recount(session):
    roles = [each.role for each in session.messages]
    return {
        "total_messages": len(roles),
        "user_messages": roles.count("user"),
        "assistant_messages": roles.count("assistant"),
        "errors": len(session.errors),
    }


# ---- numbers


@pytest.mark.row("M08")
@given(strategies.sessions(), strategies.histories)
def test_stats_equal_a_recount_after_any_history(session, history):
    for change in history:
        session.apply(change)
        stats = session.stats
        assert {key: stats[key] for key in recount(session)} == recount(session)


def test_foreign_numbers_stand_after_our_own():
    session = session_of("m1", extra_stats={"likes": 3})
    assert list(session.stats) == [
        "total_messages",
        "user_messages",
        "assistant_messages",
        "errors",
        "likes",
    ]


@given(strategies.sessions(), strategies.histories)
def test_each_message_is_found_where_it_stands_after_any_history(session, history):
    for change in history:
        session.apply(change)
    for each in session.messages:
        assert session.message(each.id).id == each.id
    assert session.row("nobody") is None
    assert session.message("nobody") is None


# ---- adding


def test_added_message_comes_to_the_end():
    session = session_of("m1")
    assert session.apply(MessageAdded(message("m2")))
    assert ids_of(session.messages) == ["m1", "m2"]


@pytest.mark.row("T17")
def test_same_words_twice_are_two_messages():
    session = session_of()
    session.apply(MessageAdded(new_message("user", "yes", BEGUN)))
    session.apply(MessageAdded(new_message("user", "yes", BEGUN)))
    assert len(session.messages) == 2


def test_message_moves_the_last_update_forward():
    session = session_of()
    session.apply(MessageAdded(message("m1", at=LATER)))
    assert session.last_updated == LATER


def test_older_message_does_not_move_the_last_update_back():
    session = session_of()
    session.apply(MessageAdded(message("m1", at="2020-01-01T00:00:00Z")))
    assert session.last_updated == BEGUN


# ---- growing


def test_text_grows_at_its_end():
    session = session_of("m1")
    assert session.apply(MessageGrew("m1", 4, " and more"))
    assert session.messages[0].content == "text and more"


def test_reasoning_grows_apart_from_the_text():
    session = session_of("m1")
    session.apply(MessageGrew("m1", 0, "hm", reasoning=True))
    assert (session.messages[0].content, session.messages[0].reasoning) == ("text", "hm")


def test_text_that_is_there_already_is_not_added_again():
    session = session_of("m1")
    assert session.apply(MessageGrew("m1", 2, "xt and more"))
    assert session.messages[0].content == "text and more"


def test_text_with_a_gap_before_it_is_not_added():
    session = session_of("m1")
    assert not session.apply(MessageGrew("m1", 5, "later"))


def test_growth_of_an_unknown_message_is_nothing():
    assert not session_of().apply(MessageGrew("m1", 0, "text"))


def test_halves_of_a_character_within_one_growth_are_not_added_twice():
    session = session_of("m1")
    growth = MessageGrew("m1", 4, "\ud83d\ude00")
    session.apply(growth)
    assert not session.apply(growth)
    assert session.messages[0].content == "text\U0001f600"


# ---- replacing


def test_replaced_message_keeps_its_place():
    session = session_of("m1", "m2")
    assert session.apply(MessageReplaced(message("m1", "new"), LATER))
    assert [each.content for each in session.messages] == ["new", "text"]
    assert session.last_updated == LATER


def test_replacing_an_unknown_message_is_nothing():
    assert not session_of("m1").apply(MessageReplaced(message("m2"), LATER))


# ---- removing and restoring


def test_removed_messages_are_gone_and_come_back_to_their_places():
    session = session_of("m1", "m2", "m3")
    removed = ((0, session.messages[0]), (2, session.messages[2]))
    session.apply(MessagesRemoved(("m1", "m3"), LATER))
    assert ids_of(session.messages) == ["m2"]
    session.apply(MessagesRestored(removed, LATER))
    assert ids_of(session.messages) == ["m1", "m2", "m3"]


def test_removing_what_is_not_there_is_nothing():
    session = session_of("m1")
    assert not session.apply(MessagesRemoved(("m2",), LATER))
    assert session.last_updated == BEGUN


def test_restoring_what_is_there_is_nothing():
    session = session_of("m1")
    assert not session.apply(MessagesRestored(((0, message("m1")),), LATER))
    assert session.last_updated == BEGUN


# ---- branches


def test_what_follows_leaves_the_view_and_is_kept_with_its_parents():
    session = session_of("m1", "m2", "m3")
    assert session.apply(BranchLeft("m1", LATER))
    assert ids_of(session.messages) == ["m1"]
    assert [(each.id, each.parent_id) for each in session.branches] == [("m2", "m1"), ("m3", "m2")]


def test_whole_conversation_can_leave_the_view():
    session = session_of("m1", "m2")
    assert session.apply(BranchLeft(None, LATER))
    assert session.messages == []
    assert [(each.id, each.parent_id) for each in session.branches] == [("m1", None), ("m2", "m1")]


def test_written_down_parent_is_kept():
    session = session_of("m1")
    session.apply(MessageAdded(message("m2", parent_id="elsewhere")))
    session.apply(BranchLeft("m1", LATER))
    assert session.branches[0].parent_id == "elsewhere"


def test_branch_that_is_kept_already_is_not_kept_twice():
    session = session_of("m1", "m2")
    session.apply(BranchLeft("m1", LATER))
    session.apply(MessageAdded(message("m2")))
    session.apply(BranchLeft("m1", LATER))
    assert ids_of(session.branches) == ["m2"]


@pytest.mark.parametrize("after", ["m2", "nobody"])
def test_leaving_where_nothing_follows_is_nothing(after):
    assert not session_of("m1", "m2").apply(BranchLeft(after, LATER))


# ---- header and errors


def test_title_is_set_and_an_empty_one_removes_it():
    session = session_of()
    assert session.apply(HeaderChanged(LATER, title="Trip"))
    assert session.title == "Trip"
    assert session.apply(HeaderChanged(LATER, title=""))
    assert session.title is None


def test_user_name_is_set():
    session = session_of()
    session.apply(HeaderChanged(LATER, user_name="Ada"))
    assert session.user_name == "Ada"


def test_metadata_is_set_key_by_key_and_none_removes_one():
    session = session_of(metadata={"type": "chat", "pinned": True})
    session.apply(HeaderChanged(LATER, metadata={"pinned": None, "tags": ["a"]}))
    assert session.metadata == {"type": "chat", "tags": ["a"]}


@pytest.mark.row("L16")
def test_renaming_is_no_activity():
    session = session_of()
    session.apply(HeaderChanged(LATER, title="Trip"))
    assert session.last_updated == BEGUN


def test_names_are_made_storable():
    session = session_of()
    session.apply(HeaderChanged(LATER, title="a\ud800", user_name="b\ud800"))
    assert (session.title, session.user_name) == ("a\ufffd", "b\ufffd")


def test_error_is_noted_once():
    session = session_of()
    noted = ErrorNoted({"timestamp": LATER, "kind": "timeout", "message": "It took too long."})
    assert session.apply(noted)
    assert not session.apply(noted)
    assert session.stats["errors"] == 1


def test_what_is_no_change_is_a_bug():
    with pytest.raises(AssertionError):
        session_of().apply("rename yourself")


# ---- snapshots


@given(strategies.sessions(), strategies.histories)
def test_snapshot_stays_as_it_was_whatever_happens_to_the_session(session, history):
    snapshot = session.snapshot()
    assert snapshot == session
    before = dataclasses.replace(
        session, messages=list(session.messages), branches=list(session.branches)
    )
    metadata, errors = repr(session.metadata), list(session.errors)
    for change in history:
        session.apply(change)
    assert snapshot.messages == before.messages
    assert snapshot.branches == before.branches
    assert (repr(snapshot.metadata), snapshot.errors) == (metadata, errors)
    assert snapshot.stats == before.stats | {"errors": len(errors)}


def test_snapshot_does_not_know_messages_that_came_after_it():
    session = session_of("m1", "m2")
    session.row("m1")  # the places of all messages are known from now on
    snapshot = session.snapshot()
    session.apply(MessageAdded(message("m3")))
    assert snapshot.message("m3") is None
    assert snapshot.apply(MessageAdded(message("m3")))


# ---- what lists show


def test_preview_is_the_first_words_of_the_user_on_one_line():
    session = session_of()
    session.apply(MessageAdded(message("m1", "Hello.", role="assistant")))
    session.apply(MessageAdded(message("m2", "  How\n\tare   you? ")))
    assert session.preview == "How are you?"


def test_preview_of_a_silent_user_is_empty():
    assert session_of().preview == ""


def test_line_is_cut_at_its_length():
    assert one_line("word " * 1000, 10) == "word word "


@given(strategies.sessions())
def test_any_session_has_a_summary(session):
    summary = summarise(session)
    assert summary.session_id == session.id
    assert summary.total_messages == len(session.messages)
    assert summary.title == (session.title or "")
    hash(summary)


def test_summary_shows_tags_marks_and_kind():
    metadata = {"type": "voice", "tags": ["a", 7], "pinned": True, "archived": 1}
    summary = summarise(session_of(metadata=metadata))
    assert (summary.type, summary.tags, summary.pinned, summary.archived) == (
        "voice",
        ("a", "7"),
        True,
        True,
    )


def test_message_of_a_file_without_ids_is_found():
    session = Session("a", "2026-02-09", "User", BEGUN, BEGUN, messages=[Message("user", "x", "")])
    assert session.row(session.messages[0].id) == 0


def test_damaged_file_stands_in_the_list_at_its_day_with_the_reason():
    summary = damaged_summary("a", "2026-02-09", "The file is empty.")
    assert (summary.session_id, summary.day, summary.damage) == (
        "a",
        "2026-02-09",
        "The file is empty.",
    )
    assert summary.last_updated == "2026-02-09T00:00:00.000000Z"
    assert (summary.total_messages, summary.preview) == (0, "")
