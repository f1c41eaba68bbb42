"""Session <-> the bytes of its JSON file.

The layout is part of the promise: UTF-8, two-space indent, final newline, keys in
the order of the published schema (`resources/session.schema.json`). Unknown keys
at every level are kept, in their order.

Reading is tolerant: a field that is missing, null or of another type costs that
field, never the conversation. Only bytes that are no JSON object at all, or one
with neither messages nor an id, are refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson

from chatapp.domain.errors import InvalidSessionId
from chatapp.domain.ids import SessionId, check_session_id
from chatapp.domain.message import Message, Role, storable
from chatapp.domain.session import COUNTED, Session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MESSAGES_PER_SLICE = 256  # more in one call would hold the interpreter lock too long
FORMAT = 1
FORMAT_KEY = "format"  # top level; only a later format needs to write it
UNREADABLE = "unreadable_messages"  # entries of `messages` that are no objects, kept aside
_MESSAGE_KEYS = ("role", "content", "timestamp", "metadata")
_SESSION_KEYS = frozenset(
    {
        "session_id",
        "user_name",
        "started_at",
        "last_updated",
        "title",
        "messages",
        "branches",
        "metadata",
        "stats",
        "errors",
    }
)
_DEEPEST = 200  # orjson writes 254 levels
_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
_LIST_HEAD = b'{\n  "m": [\n'
_LIST_TAIL = b"\n  ]\n}"


class DamagedFile(ValueError):  # noqa: N818 - a state of the file, not of the program
    """The bytes are not a session; the text says why, in words for the user."""


def encode(session: Session) -> bytes:
    """The bytes of the session's file."""
    return b"".join(encode_chunks(session))


def encode_chunks(session: Session) -> Iterator[bytes]:
    """The bytes of the session's file, in pieces that are each quick to make."""
    yield encode_head(session)
    separator = b"\n"
    for chunk in encode_messages(session.messages):
        yield separator + chunk
        separator = b",\n"
    yield from encode_tail(session)


def encode_head(session: Session) -> bytes:
    """The beginning of the file, up to the bracket that opens the messages."""
    header: dict[str, Any] = {
        "session_id": session.id,
        "user_name": session.user_name,
        "started_at": session.started_at,
        "last_updated": session.last_updated,
    }
    if session.title is not None:
        header["title"] = session.title
    header |= session.extra
    return _dumps(header)[: -len(b"\n}")] + b',\n  "messages": ['


def encode_messages(messages: Sequence[Message]) -> Iterator[bytes]:
    """Messages as they stand in the file, some to a piece; `,` and a line break go between."""
    for start in range(0, len(messages), MESSAGES_PER_SLICE):
        part = messages[start : start + MESSAGES_PER_SLICE]
        # A list one level deep is indented just as it is in the file.
        text = _dumps({"m": [message_object(message) for message in part]})
        yield text[len(_LIST_HEAD) : -len(_LIST_TAIL)]


def encode_tail(session: Session) -> Iterator[bytes]:
    """What follows the last message in view, to the end of the file."""
    yield b"\n  ]" if session.messages else b"]"
    if session.branches:
        separator = b',\n  "branches": [\n'
        for chunk in encode_messages(session.branches):
            yield separator + chunk
            separator = b",\n"
        yield b"\n  ]"
    footer = {"metadata": session.metadata, "stats": session.stats, "errors": session.errors}
    yield b"," + _dumps(footer)[len(b"{") :] + b"\n"


def message_object(message: Message) -> dict[str, Any]:
    """The JSON object of one message."""
    return {
        "role": message.role,
        "content": message.content,
        "timestamp": message.timestamp,
        "metadata": message.metadata,
        **message.extra,
    }


def decode(raw: bytes, *, file_id: str, day: str) -> Session:
    """The session in `raw`.

    Args:
        raw: The bytes of the file.
        file_id: The id its name gives it, for a file that does not say.
        day: The name of its folder.

    Raises:
        DamagedFile: The bytes are not a session.
    """
    document = _document(raw)
    stats = _object(document.get("stats"))
    messages, unreadable = _messages(document.get("messages"))
    branches, unreadable_branches = _messages(document.get("branches"))
    unreadable += unreadable_branches
    extra = {key: value for key, value in document.items() if key not in _SESSION_KEYS}
    if unreadable:
        extra[UNREADABLE] = [*_list(extra.get(UNREADABLE)), *unreadable]
    title = document.get("title")
    return Session(
        id=_session_id(document.get("session_id"), file_id),
        day=day,
        user_name=_text(document.get("user_name")),
        started_at=_text(document.get("started_at")),
        last_updated=_text(document.get("last_updated")) or _text(document.get("started_at")),
        title=None if title is None else _text(title),
        messages=messages,
        branches=branches,
        metadata=_object(document.get("metadata")),
        errors=_list(document.get("errors")),
        extra=extra,
        extra_stats={key: value for key, value in stats.items() if key not in COUNTED},
    )


def decode_message(entry: dict[str, Any]) -> Message:
    """The message in one JSON object."""
    extra = {key: value for key, value in entry.items() if key not in _MESSAGE_KEYS}
    return Message(
        role=_text(entry.get("role")) or Role.USER,
        content=_text(entry.get("content")),
        timestamp=_text(entry.get("timestamp")),
        metadata=_object(entry.get("metadata")),
        extra=extra,
    )


def _document(raw: bytes) -> dict[str, Any]:
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        document = _with_half_characters(raw)
        if document is None:
            raise DamagedFile(_why_not_json(raw, error)) from error
    if not isinstance(document, dict) or not ("messages" in document or "session_id" in document):
        raise DamagedFile("The file is valid JSON, but not a session.")
    return document


def _with_half_characters(raw: bytes) -> object:
    r"""What `raw` says if halves of characters are all that is wrong with it, else None.

    A program that cuts texts by UTF-16 units, as JavaScript does, writes them as escapes
    like `\ud83d`. They are replaced; nothing else of the text is lost.
    """
    if not _HALF_CHARACTER.search(raw):
        return None
    import json  # orjson refuses them

    try:
        return _plain(json.loads(raw, parse_constant=_refuse))
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _why_not_json(raw: bytes, error: orjson.JSONDecodeError) -> str:
    if not raw.strip():
        return "The file is empty."
    if not raw.strip(b"\0"):
        return "The file holds only zero bytes, as after a power cut."
    return f"The file is not valid JSON (line {error.lineno}, column {error.colno})."


def _messages(value: object) -> tuple[list[Message], list[Any]]:
    entries = _list(value)
    readable = [decode_message(entry) for entry in entries if isinstance(entry, dict)]
    return readable, [entry for entry in entries if not isinstance(entry, dict)]


def _session_id(stored: object, file_id: str) -> SessionId:
    try:
        return check_session_id(stored if isinstance(stored, str) else file_id)
    except InvalidSessionId:
        return SessionId(file_id)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else _dumps(value).decode()


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _dumps(value: object) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2)
    except TypeError:
        return orjson.dumps(_plain(value), option=orjson.OPT_INDENT_2)


def dumps_line(value: dict[str, Any]) -> bytes:
    """`value` as JSON on one line, whatever stands in it."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return orjson.dumps(_plain(value))


def _plain(value: object, depth: int = 0) -> object:
    """`value` with whatever JSON in UTF-8 cannot hold replaced by text that it can."""
    if isinstance(value, dict) and depth < _DEEPEST:
        return {storable(str(key)): _plain(entry, depth + 1) for key, entry in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)) and depth < _DEEPEST:
        return [_plain(entry, depth + 1) for entry in value]
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int) and -(2**63) <= value < 2**64:
        return value
    try:
        return storable(str(value))
    except RecursionError:
        return "(nested too deeply)"
