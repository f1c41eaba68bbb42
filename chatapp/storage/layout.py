r"""The indented layout of a session file as its own index.

In the form this program writes, the lines `    },\n    {` stand between two messages
and nowhere else: inside JSON text a line break is escaped. So single messages are
found by searching bytes, without decoding what lies between.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chatapp.storage.files import Files

_LISTS = {"messages": b'\n  "messages": [\n', "branches": b'\n  "branches": [\n'}
_END = b"\n  ]"  # two spaces: the end of a list of the document itself
_BETWEEN = b"\n    },\n    {\n"
_TAIL_BYTES = 1 << 17  # 50 messages and what follows them, as a rule
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


def find_start(head: bytes) -> int | None:
    """Where the first message stands, in the first bytes of a file."""
    found = head.find(_LISTS["messages"])
    start = found + len(_LISTS["messages"])
    return start if found >= 0 and head.startswith(b"    {\n", start) else None


def find_end(files: Files, path: Path, size: int, back: int, *, has_branches: bool) -> int | None:
    """Where the list of messages ends, or the message `back` places before its last.

    Args:
        files: The file system.
        path: The file.
        size: Its length in bytes.
        back: 0 is the last message.
        has_branches: Whether messages of other branches follow those in view.
    """
    for ending in _endings(files, path, size):
        places = _last_places(ending.raw, back + 1, has_branches=has_branches)
        if places is not None and len(places) > back:
            return ending.start + places[back].end
    return None


def last_messages(
    files: Files, path: Path, count: int, *, has_branches: bool
) -> list[dict[str, Any]] | None:
    """The last messages in view, read from the end of the file; None in another layout.

    What follows the messages (branches, metadata) is read too; of what stands before
    them, nothing.

    Args:
        files: The file system.
        path: The file.
        count: How many.
        has_branches: Whether messages of other branches follow; they look the same.
    """
    signature = files.signature(path)
    for ending in _endings(files, path, 0 if signature is None else signature.size):
        places = _last_places(ending.raw, count, has_branches=has_branches)
        if places is not None and (len(places) == count or ending.start == 0):
            return objects(ending.raw, places[::-1])
    return None


class _Ending(NamedTuple):
    """The last bytes of a file, from `start` on."""

    start: int
    raw: bytes


def _endings(files: Files, path: Path, size: int) -> Iterator[_Ending]:
    """Longer and longer ends of a file, at last all of it."""
    length = _TAIL_BYTES
    while size:
        start = max(0, size - length)
        yield _Ending(start, files.read(path, start, size - start))
        if start == 0:
            return
        length *= 4


def _last_places(raw: bytes, count: int, *, has_branches: bool) -> list[Region] | None:
    """The last messages in view in the end of a file, the last first; whole ones only."""
    end = raw.rfind(_END + b",\n")
    if has_branches:
        end = raw.rfind(_END + b"," + _LISTS["branches"])
    if end < 0:
        return None
    opened = raw.rfind(_LISTS["messages"], 0, end)
    start = opened + len(_LISTS["messages"]) if opened >= 0 else 0
    places = list(itertools.islice(borders_from_end(raw, Region(start, end)), count + 1))
    # Unless the list opens here, what stands first may be the end of a message only.
    return places[:count] if opened >= 0 or len(places) > count else None
