r"""The indented layout of a session file as its own index.

In the form this program writes, the lines `    },\n    {` stand between two messages
and nowhere else: inside JSON text a line break is escaped. So single messages are
found by searching bytes, without decoding what lies between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTS = {"messages": b'\n  "messages": [\n', "branches": b'\n  "branches": [\n'}
_END = b"\n  ]"  # two spaces: the end of a list of the document itself
_BETWEEN = b"\n    },\n    {\n"
_HALF = len(b"\n    },\n")  # where the second message of a border begins


class Region(NamedTuple):
    """Where the objects of a list stand: from the first `    {` to the last `    }`."""

    start: int
    end: int


def find_region(raw: bytes, name: str = "messages") -> Region | None:
    """The list of that name; None if it is empty or the file has another layout."""
    found = raw.find(_LISTS[name])
    start = found + len(_LISTS[name])
    if found < 0 or not raw.startswith(b"    {\n", start):
        return None
    end = raw.find(_END, start)
    if end < 0 or not raw.endswith(b"\n    }", start, end):
        return None
    return Region(start, end)


def borders(raw: bytes, region: Region) -> Iterator[Region]:
    """Where each message of the list stands, first to last."""
    start = region.start
    while (found := raw.find(_BETWEEN, start, region.end)) >= 0:
        yield Region(start, found + _HALF - 2)
        start = found + _HALF
    yield Region(start, region.end)


def borders_from_end(raw: bytes, region: Region) -> Iterator[Region]:
    """Where each message of the list stands, last to first; each costs only its own length."""
    end = region.end
    while (found := raw.rfind(_BETWEEN, region.start, end)) >= 0:
        yield Region(found + _HALF, end)
        end = found + _HALF - 2
    yield Region(region.start, end)


def objects(raw: bytes, places: list[Region]) -> list[dict[str, Any]]:
    """The messages at these places."""
    return [orjson.loads(raw[place.start : place.end]) for place in places]
