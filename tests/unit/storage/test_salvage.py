from __future__ import annotations

import orjson
import pytest

from chatapp.domain.ids import SessionId
from chatapp.domain.message import Message
from chatapp.domain.session import Session
from chatapp.storage import codec
from chatapp.storage.salvage import join_duplicates, salvage

TRICKY = ['{"role": "user"}', "a } ] , \n \\ “quote”", "漢字 🙂", "", '"messages": [', "\x00x"]


def document(count=12):
    messages = [
        Message(
            "user", TRICKY[row % len(TRICKY)], f"2026-01-01T00:00:{row:02d}Z", {"id": f"m{row}"}
        )
        for row in range(count)
    ]
    session = Session(
        SessionId("abc"), "2026-01-01", "Ana", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z",
        title="A title", messages=messages, branches=messages[:1], metadata={"type": "chat"},
    )  # fmt: skip
    return codec.encode(session), [codec.message_object(one) for one in messages]


def ends_of_messages(raw):
    ends, position = [], 0
    while (position := raw.find(b"\n    }", position)) >= 0:
        position += len(b"\n    }")
        ends.append(position)
    return ends


def test_every_whole_message_before_any_cut_is_found_and_none_is_wrong():
    raw, messages = document()
    ends = ends_of_messages(raw)[: len(messages)]
    for cut in range(len(raw)):
        found = salvage(raw[:cut])["messages"]
        whole = sum(end <= cut for end in ends)
        assert found == messages[:whole], cut


def test_tail_of_zeros_hides_nothing_before_it():
    raw, messages = document()
    ends = ends_of_messages(raw)[: len(messages)]
    for cut in range(0, len(raw), 7):
        found = salvage(raw[:cut] + bytes(len(raw) - cut))["messages"]
        assert found == messages[: sum(end <= cut for end in ends)], cut


def test_hole_of_zeros_costs_only_the_messages_it_touches():
    raw, messages = document()
    middle = ends_of_messages(raw)[3]
    damaged = raw[: middle + 10] + bytes(60) + raw[middle + 70 :]
    found = salvage(damaged)["messages"]
    assert found[:4] == messages[:4]
    assert messages[-1] in found
    assert all(one in messages for one in found)


def test_header_metadata_and_branches_are_kept():
    raw, messages = document()
    found = salvage(raw[:-3])
    assert found["session_id"] == "abc"
    assert found["title"] == "A title"
    assert found["branches"] == messages[:1]
    assert found["metadata"] == {"type": "chat"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_other_encodings_are_read(encoding):
    raw = orjson.dumps({"session_id": "abc", "messages": [{"role": "user", "content": "Grüße"}]})
    found = salvage(raw.decode().encode(encoding))
    assert found["messages"] == [{"role": "user", "content": "Grüße"}]


@pytest.mark.parametrize("raw", [b"", b"\0" * 500, b"[" * 100_000, b'{"messages": [' + b"[" * 9999])
def test_nothing_to_find_is_no_error(raw):
    assert salvage(raw) == {"messages": []}


def test_list_that_stands_twice_is_joined():
    raw = b'{"title": "a", "messages": [{"x": {"y": 1}}], "messages": [2], "title": "b"}'
    assert join_duplicates(raw) == {"title": "b", "messages": [{"x": {"y": 1}}, 2]}


@pytest.mark.parametrize("raw", [b'{"messages": [{"a": 1, "a": 2}]}', b"[]", b"{", b"[" * 100_000])
def test_document_without_double_keys_is_left_alone(raw):
    assert join_duplicates(raw) is None
