"""Changes are values that can be applied twice without harm."""

from __future__ import annotations

import dataclasses
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from chatapp.domain.changes import Change
from chatapp.domain.session import Session


def empty():
    at = "2026-02-09T12:00:00.000000Z"
    return Session("a", "2026-02-09", "User", at, at)


def test_every_kind_of_change_is_among_the_histories():
    assert set(strategies.each_change) == set(get_args(Change))


@given(strategies.any_change)
def test_change_is_a_value(change):
    assert change == dataclasses.replace(change)


@pytest.mark.parametrize("kind", strategies.each_change, ids=lambda kind: kind.__name__)
@given(history=strategies.histories, data=st.data())
def test_applying_twice_equals_once(kind, history, data):
    session = empty()
    for change in history:
        session.apply(change)
    change = data.draw(strategies.each_change[kind])
    session.apply(change)
    once = session.snapshot()
    assert session.apply(change) is False
    assert session == once


@given(strategies.histories)
def test_session_that_did_not_change_keeps_its_revision_and_the_other_way_round(history):
    session = empty()
    for change in history:
        before = session.snapshot()
        happened = session.apply(change)
        assert session.revision == before.revision + happened
        assert happened == (dataclasses.replace(session, revision=before.revision) != before)
