"""What a journal says: the JSON object of each record, and back.

    opened     first in each segment: who writes it, for which sessions folder
    began      a session became known: its whole document
    changed    one change, as `Session.apply` takes it
    folding    the session's file is about to be replaced: checksums before and after
    folded     it was replaced
    trashed    the session was moved to the trash

`covers` of a fold names, for each instance, the last sequence number whose effect
the file holds. An entry this version does not know is skipped, never an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from chatapp.domain.changes import (
    BranchLeft,
    Change,
    ErrorNoted,
    HeaderChanged,
    Merged,
    MessageAdded,
    MessageGrew,
    MessageReplaced,
    MessagesRemoved,
    MessagesRestored,
)
from chatapp.domain.ids import MessageId
from chatapp.storage import codec

if TYPE_CHECKING:
    from collections.abc import Callable

Object: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """A segment begins."""

    instance: str
    segment: int
    sessions: str


@dataclass(frozen=True, slots=True)
class Began:
    """A session became known to this journal; `document` is its file's content."""

    session: str
    day: str
    document: bytes


@dataclass(frozen=True, slots=True)
class Changed:
    """A session changed."""

    session: str
    day: str
    change: Change


@dataclass(frozen=True, slots=True)
class Folding:
    """The file is about to be replaced.

    Attributes:
        before: Checksum of the file that is expected there; None if there is none.
        after: Checksum of the file that will be there.
        covers: Instance -> the last sequence number `after` holds.
    """

    session: str
    day: str
    before: int | None
    after: int
    covers: dict[str, int]


@dataclass(frozen=True, slots=True)
class Folded:
    """The file was replaced."""

    session: str
    day: str
    covers: dict[str, int]


@dataclass(frozen=True, slots=True)
class Trashed:
    """The session was moved to the trash; what was said before is not owed to its file."""

    session: str
    day: str


Entry: TypeAlias = Opened | Began | Changed | Folding | Folded | Trashed


def dump(entry: Entry, sequence: int) -> bytes:
    """One line of JSON."""
    match entry:
        case Changed(session, day, change):
            head: Object = {"op": "changed", "seq": sequence, "sid": session, "day": day}
            return _dumps(head | _change_object(change))
        case Began(session, day, document):
            # The document is JSON already, and may be large: it is not parsed for this.
            head = {"op": "began", "seq": sequence, "sid": session, "day": day}
            return _dumps(head | {"document": orjson.Fragment(document)})
        case Opened(instance, segment, sessions):
            return _dumps({"op": "opened", "inst": instance, "seg": segment, "sessions": sessions})
        case Trashed(session, day):
            return _dumps({"op": "trashed", "seq": sequence, "sid": session, "day": day})
        case _:
            return _dumps(_fold_object(entry) | {"seq": sequence})


def load(payload: bytes) -> tuple[int, Entry] | None:
    """The sequence number and the entry, or None if it is not one this version knows."""
    try:
        entry = orjson.loads(payload)
        reader = _READERS[entry["op"]]
        return int(entry.get("seq", 0)), reader(entry)
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError):
        return None


def _fold_object(entry: Folding | Folded) -> Object:
    place: Object = {"sid": entry.session, "day": entry.day, "covers": entry.covers}
    if isinstance(entry, Folded):
        return {"op": "folded"} | place
    return {"op": "folding"} | place | {"before": entry.before, "after": entry.after}


def _change_object(change: Change) -> Object:
    match change:
        case MessageAdded(message):
            return {"do": "add", "message": codec.message_object(message)}
        case MessageGrew(message_id, offset, text, reasoning):
            grown = {"do": "grow", "mid": message_id, "at": offset, "text": text}
            return grown | ({"reasoning": True} if reasoning else {})
        case MessageReplaced(message, at):
            return {"do": "replace", "message": codec.message_object(message), "on": at}
        case MessagesRemoved(message_ids, at):
            return {"do": "remove", "mids": message_ids, "on": at}
        case MessagesRestored(placed, at):
            rows = [[row, codec.message_object(message)] for row, message in placed]
            return {"do": "restore", "placed": rows, "on": at}
        case BranchLeft(after, at):
            return {"do": "branch", "after": after, "on": at}
        case ErrorNoted(error):
            return {"do": "error", "error": error}
        case HeaderChanged(at, title, user_name, metadata):
            header = {"title": title, "user_name": user_name, "metadata": metadata}
            return {"do": "header", "on": at} | header
        case Merged():
            raise ValueError("a merge is in the file already")


def _change(entry: Object) -> Change:
    match entry["do"]:
        case "add":
            return MessageAdded(codec.decode_message(entry["message"]))
        case "grow":
            reasoning = bool(entry.get("reasoning"))
            return MessageGrew(MessageId(entry["mid"]), entry["at"], entry["text"], reasoning)
        case "replace":
            return MessageReplaced(codec.decode_message(entry["message"]), entry["on"])
        case "remove":
            return MessagesRemoved(tuple(map(MessageId, entry["mids"])), entry["on"])
        case "restore":
            placed = tuple((row, codec.decode_message(one)) for row, one in entry["placed"])
            return MessagesRestored(placed, entry["on"])
        case "branch":
            return BranchLeft(entry["after"], entry["on"])
        case "error":
            return ErrorNoted(entry["error"])
        case "header":
            title, user_name, metadata = entry["title"], entry["user_name"], entry["metadata"]
            return HeaderChanged(entry["on"], title, user_name, metadata)
        case unknown:
            raise ValueError(unknown)


_READERS: dict[str, Callable[[Object], Entry]] = {
    "opened": lambda e: Opened(e["inst"], e["seg"], e["sessions"]),
    "began": lambda e: Began(e["sid"], e["day"], orjson.dumps(e["document"])),
    "changed": lambda e: Changed(e["sid"], e["day"], _change(e)),
    "folding": lambda e: Folding(e["sid"], e["day"], e["before"], e["after"], e["covers"]),
    "folded": lambda e: Folded(e["sid"], e["day"], e["covers"]),
    "trashed": lambda e: Trashed(e["sid"], e["day"]),
}


def _dumps(value: Object) -> bytes:
    return codec.dumps_line(value)
