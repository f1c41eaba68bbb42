"""Each entry of the journal comes back as it was said, and no other line is an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from chatapp.domain.changes import Merged
from chatapp.storage.entries import (
    Began,
    Changed,
    Folded,
    Folding,
    Opened,
    Trashed,
    dump,
    load,
)
from unit.storage.store_contract import session_of

DAY = "2026-02-09"


@pytest.mark.parametrize(
    "entry",
    [
        Began("a", DAY, b'{"session_id":"a"}'),
        Folding("a", DAY, None, 7, {"ab12": 3}),
        Folding("a", DAY, 6, 7, {"ab12": 3, "cd34": 1}),
        Folded("a", DAY, {"ab12": 3}),
        Trashed("a", DAY),
    ],
    ids=lambda entry: type(entry).__name__,
)
def test_entry_is_read_as_it_was_written(entry):
    assert load(dump(entry, 12)) == (12, entry)


def test_beginning_of_a_segment_has_no_number():
    opened = Opened("ab12", 1, "/home/ada/chats")
    assert load(dump(opened, 0)) == (0, opened)


@pytest.mark.parametrize("kind", [kind for kind in strategies.each_change if kind is not Merged])
@given(data=st.data())
def test_change_of_any_kind_is_read_as_it_was_written(kind, data):
    line = dump(Changed("a", DAY, data.draw(strategies.each_change[kind])), 3)
    assert b"\n" not in line
    number, entry = load(line)
    assert isinstance(entry.change, kind)
    assert (number, dump(entry, 3)) == (3, line)


def test_merge_is_never_said_because_its_file_has_it_already():
    with pytest.raises(ValueError, match="in the file already"):
        dump(Changed("a", DAY, Merged(session_of("a"))), 1)


@pytest.mark.parametrize(
    "payload",
    [
        b"not json",
        b"[]",
        b"{}",
        b"1",
        b'{"op": "danced", "seq": 1}',
        b'{"op": "changed", "seq": 1, "sid": "a", "day": "d", "do": "danced"}',
        b'{"op": "folded", "seq": 1}',
        b'{"op": "folded", "seq": null, "sid": "a", "day": "d", "covers": 5}',
    ],
)
def test_entry_of_another_version_is_skipped(payload):
    assert load(payload) is None
