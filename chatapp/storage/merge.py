"""Two versions of one session become one, the same on every machine and in any order.

- Messages: the union by id. The order respects both sides; where neither says
  anything, time decides, then the id. A cycle, made by reordering by hand on both
  sides, is cut at the smallest key.
- A message both sides have but differ in: the side that changed it since the common
  version; if both did, the higher `metadata.rev`, then a finished one over one still
  streaming, then the longer, then the larger bytes.
- A removal counts only against a known common version, and only if the other side left
  the message as it was; else everything stays.
- Header and metadata, key by key: the side that changed it since the common version;
  if both did, the one changed last; ties by bytes. Errors: the union.

The merge is commutative and idempotent and loses no message either side has.
"""

from __future__ import annotations

import heapq
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from chatapp.domain.message import Message, Status
from chatapp.storage import codec

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from chatapp.domain.ids import MessageId
    from chatapp.domain.session import Session

Keyed: TypeAlias = "dict[MessageId, Message]"
Key: TypeAlias = "tuple[str, MessageId]"
T = TypeVar("T")


def merge(one: Session, other: Session, base: Session | None = None) -> Session:
    """What both versions of a session say.

    Args:
        one: A version.
        other: Another version of the same session.
        base: The last version both had in common; a message of it that one side
            lacks was removed there. None: not known, so nothing was removed.
    """
    newer, older = (one, other) if _side_key(one) >= _side_key(other) else (other, one)
    common = _everything(base) if base else {}
    gone = _removed(_everything(one), _everything(other), common)
    messages = merge_messages(newer.messages, older.messages, common, gone)
    branches = merge_messages(newer.branches, older.branches, common, gone)
    apart = _in_two_places(newer, messages, branches)
    return replace(
        _merged_header(newer, older, base),
        day=min(one.day, other.day),
        last_updated=max(one.last_updated, other.last_updated),
        messages=[message for message in messages if (message.id, True) not in apart],
        branches=[message for message in branches if (message.id, False) not in apart],
        errors=_errors(newer.errors, older.errors),
    )


def common_version(known: Session, mine: Session, theirs: Session) -> Session:
    """What `mine` and `theirs` are sure to have in common.

    `known` is what `mine` was made from. Usually `theirs` was made from it too. But a
    sync client may put another machine's file in place, which stems from an earlier
    version: what it lacks it may never have had, and that is no removal. So unless
    `theirs` is no older and brings nothing new, only what it has itself counts.
    """
    had, has = _everything(known), _everything(theirs)
    if theirs.last_updated >= known.last_updated and has.keys() <= had.keys():
        return known
    own = _everything(mine)

    def sure(messages: Iterable[Message]) -> list[Message]:
        return [one for one in messages if one.id in has or one.id not in own]

    return replace(known, messages=sure(known.messages), branches=sure(known.branches))


def merge_messages(
    one: Sequence[Message],
    other: Sequence[Message],
    common: Keyed | None = None,
    gone: Collection[MessageId] = (),
) -> list[Message]:
    """The union of two versions of a list of messages, without those in `gone`.

    Args:
        one: A version of the list.
        other: Another version of it.
        common: The messages of the last version both had in common.
        gone: Ids to leave out.
    """
    if one == other and not gone and len(_keyed(one)) == len(one):
        return list(one)
    here, there, common = _keyed(one), _keyed(other), common or {}
    chosen = {
        key: _preferred(here.get(key), there.get(key), common.get(key))
        for key in dict.fromkeys((*here, *there))
        if key not in gone
    }
    sides = [[key for key in side if key in chosen] for side in (here, there)]
    return [chosen[key] for key in _ordered(chosen, sides)]


def _everything(session: Session) -> Keyed:
    return {message.id: message for message in (*session.branches, *session.messages)}


def _removed(one: Keyed, other: Keyed, common: Keyed) -> set[MessageId]:
    """What one side removed and the other left as it was."""
    return {
        key
        for key, was in common.items()
        if (one.get(key), other.get(key)) in ((None, was), (was, None))
    }


def _keyed(messages: Iterable[Message]) -> Keyed:
    """By id; of two messages with one id in one list, the one to prefer."""
    keyed: Keyed = {}
    for message in messages:
        keyed[message.id] = _preferred(message, keyed.get(message.id), None)
    return keyed


def _preferred(one: Message | None, other: Message | None, base: Message | None) -> Message:
    if one is None or other is None:
        return one or other  # type: ignore[return-value]  # an id comes from one of the two
    if other in (base, one):
        return one
    return other if one == base else max(one, other, key=_weight)


def _weight(message: Message) -> tuple[int, bool, int, bytes]:
    revision = message.metadata.get("rev")
    return (
        revision if isinstance(revision, int) else 0,
        message.status is not Status.STREAMING,
        len(message.content),
        codec.dumps_line(codec.message_object(message)),
    )


def _ordered(chosen: Keyed, sides: list[list[MessageId]]) -> list[MessageId]:
    """A topological order of both sides' orders (Kahn), smallest (time, id) first."""
    after: dict[MessageId, list[MessageId]] = {message_id: [] for message_id in chosen}
    waiting = dict.fromkeys(chosen, 0)
    for side in sides:
        for first, second in itertools.pairwise(side):
            after[first].append(second)
            waiting[second] += 1
    keys = {message_id: (chosen[message_id].timestamp, message_id) for message_id in chosen}
    ready = [keys[message_id] for message_id, count in waiting.items() if not count]
    heapq.heapify(ready)
    order: dict[MessageId, None] = {}
    while len(order) < len(chosen):
        _, message_id = heapq.heappop(ready) if ready else _cut(keys, order)
        if message_id in order:
            continue
        order[message_id] = None
        for later in after[message_id]:
            waiting[later] -= 1
            if not waiting[later]:
                heapq.heappush(ready, keys[later])
    return list(order)


def _cut(keys: dict[MessageId, Key], order: Collection[MessageId]) -> Key:
    """Where a cycle is opened: its smallest key."""
    return min(key for message_id, key in keys.items() if message_id not in order)


def _merged_header(newer: Session, older: Session, base: Session | None) -> Session:
    """`newer` with each field and each key of the side that changed it."""

    def field(name: str) -> Any:  # noqa: ANN401 - fields of several types
        known = _ABSENT if base is None else getattr(base, name)
        return _chosen(getattr(newer, name), getattr(older, name), known)

    def table(name: str) -> dict[str, Any]:
        known = {} if base is None else getattr(base, name)
        return _merged_table(getattr(newer, name), getattr(older, name), known)

    return replace(
        newer,
        title=field("title"),
        user_name=field("user_name"),
        started_at=field("started_at"),
        metadata=table("metadata"),
        extra=table("extra"),
        extra_stats=table("extra_stats"),
    )


def _merged_table(
    newer: dict[str, Any], older: dict[str, Any], base: dict[str, Any]
) -> dict[str, Any]:
    merged = {}
    for key in dict.fromkeys((*newer, *older)):
        one, other, known = (side.get(key, _ABSENT) for side in (newer, older, base))
        if known is _ABSENT and _ABSENT in (one, other):
            value = other if one is _ABSENT else one  # added on one side
        else:
            value = _chosen(one, other, known)
        if value is not _ABSENT:
            merged[key] = value
    return merged


def _chosen(newer: T, older: T, base: object) -> T:
    """The side that changed a value; the newer if both did."""
    return older if newer == base else newer


_ABSENT: Any = object()


def _in_two_places(
    newer: Session, messages: Iterable[Message], branches: Iterable[Message]
) -> set[tuple[MessageId, bool]]:
    """Places (id, in view) to drop: a message that left the view on one side stands twice."""
    twice = {message.id for message in messages} & {message.id for message in branches}
    if not twice:
        return set()
    in_view = {message.id for message in newer.messages}
    return {(message_id, message_id not in in_view) for message_id in twice}


def _errors(one: Sequence[Any], other: Sequence[Any]) -> list[Any]:
    if one == other:
        return list(one)
    union: list[Any] = []
    for error in (*one, *other):
        if error not in union:
            union.append(error)
    return sorted(union, key=_error_key)


def _error_key(error: object) -> tuple[str, bytes]:
    at = error.get("timestamp") if isinstance(error, dict) else None
    return (at if isinstance(at, str) else "", codec.dumps_line({"error": error}))


def _side_key(session: Session) -> tuple[str, bytes, list[MessageId]]:
    """Orders two versions; equal only if they have the same header and the same view."""
    header = replace(session, messages=[], branches=[], errors=[])
    text = codec.dumps_line({"day": session.day}) + codec.encode(header)
    return (session.last_updated, text, [message.id for message in session.messages])
