"""A message is a value that keeps whatever came from outside."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given

import strategies
from chatapp.domain.message import Message, Role, Status, new_message, storable

AT = "2026-02-09T21:30:10Z"


def test_new_message_has_an_id_of_its_own():
    one, other = new_message("user", "yes", AT), new_message("user", "yes", AT)
    assert one.id != other.id


def test_new_message_keeps_an_id_it_is_given():
    assert new_message("user", "yes", AT, {"id": "mine"}).id == "mine"


def test_new_message_leaves_the_callers_metadata_alone():
    given_metadata = {"id": "mine", "mode": "brief"}
    new_message("user", "yes", AT, given_metadata)
    assert given_metadata == {"id": "mine", "mode": "brief"}


def test_id_stands_first_in_the_metadata():
    assert list(new_message("user", "yes", AT, {"mode": "brief"}).metadata) == ["id", "mode"]


@pytest.mark.parametrize("metadata", [{}, {"id": 5}, {"id": ""}, {"id": None}])
def test_message_without_a_usable_id_has_one_derived_from_what_it_says(metadata):
    message = Message("user", "yes", AT, metadata)
    assert message.id.startswith("h")
    assert message.id == Message("user", "yes", AT).id
    assert message.id != Message("user", "no", AT).id


@given(strategies.any_text)
def test_any_text_has_a_derived_id(text):
    assert Message("user", text, AT).id


@given(strategies.messages, strategies.any_text)
def test_text_changes_and_the_id_stays(message, text):
    changed = message.with_content(text)
    assert changed.id == message.id
    assert changed.content == storable(text)


@given(strategies.messages)
def test_marking_a_message_keeps_all_its_other_metadata(message):
    marked = message.with_metadata(status="failed")
    assert marked.metadata == message.metadata | {"status": "failed"}
    assert marked.extra == message.extra


def test_none_removes_a_key_and_spares_those_that_came_empty_from_outside():
    message = Message("user", "yes", AT, {"reply_to": None, "has_error": True, "tags": []})
    assert message.with_metadata(has_error=None).metadata == {"reply_to": None, "tags": []}


def test_parent_is_read_from_the_metadata():
    assert Message("user", "yes", AT, {"parent_id": "m1"}).parent_id == "m1"


@pytest.mark.parametrize("stored", [None, "", 7, ["m1"]])
def test_odd_parent_is_none(stored):
    assert Message("user", "yes", AT, {"parent_id": stored}).parent_id is None


def test_moment_is_read_from_the_timestamp():
    assert Message("user", "yes", AT).time == dt.datetime(2026, 2, 9, 21, 30, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize("status", Status)
def test_status_is_read_from_the_metadata(status):
    assert Message("user", "yes", AT, {"status": status.value}).status is status


@pytest.mark.parametrize("stored", [None, "", "done", 3, ["failed"]])
def test_message_with_an_unknown_status_is_complete(stored):
    assert Message("user", "yes", AT, {"status": stored}).status is Status.COMPLETE


def test_reasoning_and_model_are_read_from_the_metadata():
    message = Message("assistant", "yes", AT, {"reasoning": "hm", "model": "local/tiny"})
    assert (message.reasoning, message.model) == ("hm", "local/tiny")


@pytest.mark.parametrize("stored", [None, 3, ["text"]])
def test_odd_reasoning_and_model_are_empty(stored):
    message = Message("assistant", "yes", AT, {"reasoning": stored, "model": stored})
    assert (message.reasoning, message.model) == ("", "")


def test_error_mark_is_read_from_the_metadata():
    assert Message("assistant", "", AT, {"has_error": True}).has_error
    assert not Message("assistant", "", AT).has_error


@given(strategies.any_text)
def test_storable_text_can_be_written_as_utf_8(text):
    storable(text).encode()


@given(strategies.any_text)
def test_making_text_storable_twice_equals_once(text):
    assert storable(storable(text)) == storable(text)


@given(strategies.storable_text)
def test_text_without_lone_surrogates_stays_as_it_is(text):
    assert storable(text) == text


def test_halves_of_one_character_are_joined():
    assert storable("\ud83d\ude00") == "\U0001f600"


def test_lone_half_is_replaced():
    assert storable("a\ud83d") == "a\ufffd"


def test_roles_are_their_names():
    assert Role.USER == "user"
