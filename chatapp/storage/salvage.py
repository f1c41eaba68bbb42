"""What can be read of a file that is no valid JSON: the header and every whole message.

Nothing is guessed: a message counts only if its JSON object is whole. Bytes in
another encoding are tried as UTF-16 and Windows-1252, zero bytes are gaps.
"""

from __future__ import annotations

import json
import re
from typing import Any

_START = re.compile(r'"(?P<key>messages|branches)"\s*:\s*\[')
_NEXT = re.compile(r"[\s,\0]*")
_OBJECT = re.compile(r"\{\s*\"")
_FIELD = re.compile(
    r'^\s{0,4}"(?P<key>session_id|user_name|started_at|last_updated|title)"\s*:\s*', re.MULTILINE
)
_METADATA = re.compile(r'^ {0,4}"metadata"\s*:\s*', re.MULTILINE)


def salvage(raw: bytes) -> dict[str, Any]:
    """A session document of the fields and messages that are whole.

    The result may lack every key; `messages` is always there.
    """
    text = _text(raw)
    start = _START.search(text)
    head = text[: start.start()] if start else text
    document: dict[str, Any] = {}
    for match in _FIELD.finditer(head):
        value = _value(text, match.end())
        if isinstance(value, str):
            document[match["key"]] = value
    document["messages"], end = _messages(text, start.end()) if start else ([], 0)
    if (branches := _START.search(text, end)) and branches["key"] == "branches":
        document["branches"], end = _messages(text, branches.end())
    if (metadata := _METADATA.search(text, end)) and start:
        value = _value(text, metadata.end())
        document["metadata"] = value if isinstance(value, dict) else {}
    return document


def join_duplicates(raw: bytes) -> dict[str, Any] | None:
    """The document of JSON in which a key stands twice, as after a merge by hand.

    Lists under the same key are joined, of other values the last counts. None if no
    key of the document stands twice, or the bytes are no JSON object.
    """
    try:
        pairs = json.loads(raw, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return None
    if not isinstance(pairs, _Pairs) or len({key for key, _ in pairs}) == len(pairs):
        return None
    document: dict[str, Any] = {}
    for key, value in pairs:
        plain, before = _plain(value), document.get(key)
        both = isinstance(plain, list) and isinstance(before, list)
        document[key] = before + plain if both else plain  # type: ignore[operator]
    return document


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with every pair it was written with."""


def _plain(value: object) -> object:
    if isinstance(value, _Pairs):
        return {key: _plain(entry) for key, entry in value}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value


def _text(raw: bytes) -> str:
    for bom, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if raw.startswith(bom):
            return raw[len(bom) :].decode(encoding, "replace")
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        # Cut inside a character: what stands before is sound. Else another encoding.
        if error.reason == "unexpected end of data" or b"\0" in raw:
            return raw.decode(errors="ignore")
        return raw.decode("cp1252", "replace")


def _messages(text: str, position: int) -> tuple[list[dict[str, Any]], int]:
    """The whole messages from `position` on, and where they end."""
    found: list[dict[str, Any]] = []
    while True:
        position = _after_space(text, position)
        if text[position : position + 1] != "{":
            return found, position
        entry, end = _whole(text, position)
        if end:
            position = end
            if isinstance(entry, dict) and ("role" in entry or "content" in entry):
                found.append(entry)
            continue
        # A broken object: go on at the next that could be a message.
        following = _OBJECT.search(text, position + 1)
        while following and not _is_message(text, following.start()):
            following = _OBJECT.search(text, following.start() + 1)
        if following is None:
            return found, position
        position = following.start()


def _is_message(text: str, position: int) -> bool:
    entry, end = _whole(text, position)
    return bool(end) and isinstance(entry, dict) and "role" in entry and "content" in entry


def _after_space(text: str, position: int) -> int:
    match = _NEXT.match(text, position)
    return match.end() if match else position


_DECODER = json.JSONDecoder(strict=False)


def _whole(text: str, position: int) -> tuple[Any, int]:
    """The JSON value at `position` and its end; the end is 0 if it is not whole."""
    try:
        return _DECODER.raw_decode(text, position)
    except (ValueError, RecursionError):
        return None, 0


def _value(text: str, position: int) -> object:
    return _whole(text, position)[0]
