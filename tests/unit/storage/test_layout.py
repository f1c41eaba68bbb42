"""Messages are found in the bytes of a file without decoding what lies between."""

from __future__ import annotations

import pytest

from chatapp.domain.message import Message
from chatapp.storage import codec
from chatapp.storage.files import RealFiles
from chatapp.storage.layout import borders, borders_from_end, find_end, find_region, objects
from unit.storage.store_contract import AT, session_of

# What looks like the border of two messages, inside a text.
TRICKY = "\n    },\n    {\n"


def found(raw, name="messages"):
    region = find_region(raw, name)
    return [one["content"] for one in objects(raw, list(borders(raw, region)))]


@pytest.mark.parametrize("texts", [["one"], ["one", TRICKY, "three"]])
def test_every_message_of_a_file_is_found_in_its_order(texts):
    assert found(codec.encode(session_of("a", *texts))) == texts


def test_the_two_lists_are_told_apart():
    session = session_of("a", "in view")
    session.branches.append(Message("user", "left", AT, {"id": "b"}))
    raw = codec.encode(session)
    assert found(raw) == ["in view"]
    assert found(raw, "branches") == ["left"]


@pytest.mark.parametrize(
    "raw",
    [
        codec.encode(session_of("a")),
        codec.encode(session_of("a", "one")).replace(b"  ", b"\t"),
        codec.encode(session_of("a", "one")).split(b"\n  ]")[0],
        codec.encode(session_of("a", "one")).replace(b"\n    }\n  ]", b"\n    }\n\n  ]"),
    ],
    ids=["empty", "tabs", "cut", "blank line"],
)
def test_file_of_another_layout_has_no_region(raw):
    assert find_region(raw) is None


def test_messages_are_found_from_the_end_as_from_the_beginning():
    raw = codec.encode(session_of("a", "one", TRICKY, "three"))
    region = find_region(raw)
    assert list(borders_from_end(raw, region)) == list(borders(raw, region))[::-1]


def test_end_that_is_not_in_the_file_is_not_found(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(codec.encode(session_of("a", "one")))
    size = path.stat().st_size
    assert find_end(RealFiles(), path, size, 0, has_branches=False) is not None
    assert find_end(RealFiles(), path, size, 1, has_branches=False) is None
    assert find_end(RealFiles(), path, size, 0, has_branches=True) is None
