"""Arbitrary values of the domain, for property tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from chatapp.domain import changes
from chatapp.domain.message import Message, new_message, storable
from chatapp.domain.session import COUNTED, Session
from chatapp.kit.clock import timestamp

# Every character there is, lone surrogates among them.
any_text = st.text(st.characters(exclude_categories=()), max_size=20)
storable_text = any_text.map(storable)
moments = st.datetimes(timezones=st.just(dt.UTC)).map(timestamp)
# What a file may say in place of a moment.
written_moments = moments | st.sampled_from(
    ["2026-02-09T21:30:00Z", "2026-02-09 21:30", "2026-02-09T21:30:00+05:00", "once", ""]
)
# What JSON can hold; whole numbers beyond 64 bits are no part of the promise.
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | storable_text
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(storable_text, inner, max_size=3),
    max_leaves=6,
)
json_objects = st.dictionaries(storable_text, json_values, max_size=4)
roles = st.sampled_from(["user", "assistant", "system", "tool"]) | st.just("narrator")


def without(keys: tuple[str, ...] | frozenset[str]) -> st.SearchStrategy[dict[str, Any]]:
    """JSON objects that have none of `keys`."""
    return json_objects.map(
        lambda entry: {key: value for key, value in entry.items() if key not in keys}
    )


messages = st.builds(
    Message,
    role=roles,
    content=storable_text,
    timestamp=written_moments,
    metadata=json_objects | st.fixed_dictionaries({"id": storable_text, "odd": json_values}),
    extra=without(("role", "content", "timestamp", "metadata")),
)


def sessions(
    message_lists: st.SearchStrategy[list[Message]] | None = None,
) -> st.SearchStrategy[Session]:
    """Sessions with everything a file can hold."""
    lists = st.lists(messages, max_size=4) if message_lists is None else message_lists
    return st.builds(
        Session,
        id=st.from_regex(r"[a-z0-9_-]{1,12}", fullmatch=True).filter(lambda text: text != "con"),
        day=st.just("2026-02-09"),
        user_name=storable_text,
        started_at=written_moments,
        last_updated=moments,
        title=st.none() | storable_text,
        messages=lists,
        branches=lists,
        metadata=json_objects,
        errors=st.lists(json_values, max_size=2),
        extra=without(KNOWN_KEYS),
        extra_stats=without(COUNTED),
    )


KNOWN_KEYS = (
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
)

# ---- histories: changes that name messages which may be there

IDS = [f"m{number}" for number in range(6)]
ids = st.sampled_from(IDS)
known_messages = st.builds(
    lambda role, text, at, message_id, parent: new_message(
        role, text, at, {"id": message_id} | ({"parent_id": parent} if parent else {})
    ),
    roles,
    any_text,
    moments,
    ids,
    st.none() | ids,
)
each_change: dict[type, st.SearchStrategy[changes.Change]] = {
    changes.HeaderChanged: st.builds(
        changes.HeaderChanged,
        at=moments,
        title=st.none() | any_text,
        user_name=st.none() | any_text,
        metadata=st.dictionaries(st.sampled_from(["tags", "pinned"]), json_values, max_size=2),
    ),
    changes.MessageAdded: st.builds(changes.MessageAdded, known_messages),
    changes.MessageGrew: st.builds(
        changes.MessageGrew,
        message_id=ids,
        offset=st.integers(0, 6),
        text=any_text,
        reasoning=st.booleans(),
    ),
    changes.MessageReplaced: st.builds(changes.MessageReplaced, known_messages, moments),
    changes.MessagesRemoved: st.builds(
        changes.MessagesRemoved, st.lists(ids, max_size=3).map(tuple), moments
    ),
    changes.MessagesRestored: st.builds(
        changes.MessagesRestored,
        st.lists(st.tuples(st.integers(0, 6), known_messages), max_size=3).map(tuple),
        moments,
    ),
    changes.BranchLeft: st.builds(changes.BranchLeft, st.none() | ids, moments),
    changes.ErrorNoted: st.builds(
        changes.ErrorNoted,
        st.fixed_dictionaries({"timestamp": moments, "kind": any_text, "message": any_text}),
    ),
}
each_change[changes.Merged] = st.builds(
    changes.Merged, sessions(st.lists(known_messages, max_size=3, unique_by=lambda one: one.id))
)
any_change = st.one_of(*each_change.values())
histories = st.lists(any_change, max_size=12)
