"""A session: the one thing that changes."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, assert_never

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
from chatapp.domain.message import Message, Role, storable
from chatapp.kit.clock import sortable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatapp.domain.ids import MessageId, SessionId

PREVIEW_LENGTH = 120
COUNTED = ("total_messages", "user_messages", "assistant_messages", "errors")


@dataclass(slots=True)
class Session:
    """A conversation in memory.

    Attributes:
        id: Its name.
        day: The local date when it began, `YYYY-MM-DD`; names its folder, never changes.
        messages: The branch in view, in order. Read it; change it by `apply` only.
        branches: Messages of other branches, tied by `parent_id`.
        errors: What failed, each with `timestamp`, `kind` and `message`.
        extra: Top-level keys this program does not know, in their order.
        extra_stats: Keys of `stats` beside the counted ones.
        revision: Counts changes since the object was made; never stored.
    """

    id: SessionId
    day: str
    user_name: str
    started_at: str
    last_updated: str
    title: str | None = None
    messages: list[Message] = field(default_factory=list)
    branches: list[Message] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    errors: list[Any] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    extra_stats: dict[str, Any] = field(default_factory=dict)
    revision: int = 0
    # Never taken over by a copy: each is about its own list of messages.
    _counts: Counter[str] = field(init=False, repr=False, compare=False)
    _rows: dict[MessageId, int] | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._counts = Counter(message.role for message in self.messages)

    # ---- reading

    @property
    def stats(self) -> dict[str, Any]:
        """The numbers of the file's `stats`; always equal to a recount."""
        counted = (
            len(self.messages),
            self._counts[Role.USER],
            self._counts[Role.ASSISTANT],
            len(self.errors),
        )
        return {**dict(zip(COUNTED, counted, strict=True)), **self.extra_stats}

    @property
    def preview(self) -> str:
        """The beginning of the first user message, on one line."""
        for message in self.messages:
            if message.role == Role.USER:
                return one_line(message.content)
        return ""

    def row(self, message_id: MessageId) -> int | None:
        """The place of a message in the branch in view, or None."""
        if self.messages and self.messages[-1].id == message_id:
            return len(self.messages) - 1
        if self._rows is None:
            self._rows = {message.id: row for row, message in enumerate(self.messages)}
        return self._rows.get(message_id)

    def message(self, message_id: MessageId) -> Message | None:
        """The message of the branch in view with this id, or None."""
        row = self.row(message_id)
        return None if row is None else self.messages[row]

    def snapshot(self) -> Session:
        """A copy that another thread may read while this one goes on changing.

        Messages are values and are shared; only the lists and the header are copied.
        """
        twin = copy.copy(self)  # `replace` would count the messages again
        twin.messages, twin.branches = list(self.messages), list(self.branches)
        twin.metadata, twin.errors = copy.deepcopy(self.metadata), list(self.errors)
        twin._counts = self._counts.copy()  # noqa: SLF001 - another of this class
        twin._rows = None  # noqa: SLF001
        return twin

    # ---- changing

    def apply(self, change: Change) -> bool:
        """Let `change` happen; False if it had happened already."""
        match change:
            case MessageGrew():
                happened = self._grow(change)
            case MessageAdded(message):
                happened = self._add(message)
            case MessageReplaced(message, at):
                happened = self._replace(message, at)
            case MessagesRemoved(ids, at):
                happened = self._remove(ids, at)
            case MessagesRestored(placed, at):
                happened = self._restore(placed, at)
            case BranchLeft(after, at):
                happened = self._leave_branch(after, at)
            case ErrorNoted(error):
                happened = self._note_error(error)
            case HeaderChanged():
                happened = self._change_header(change)
            case Merged():
                happened = self._become(change.session)
            case _:
                assert_never(change)
        self.revision += happened
        return happened

    def _add(self, message: Message) -> bool:
        if self.row(message.id) is not None:
            return False
        if self.branches:  # it stands in view or beside it, never in both
            self.branches = [one for one in self.branches if one.id != message.id]
        self.messages.append(message)
        self._counts[message.role] += 1
        if self._rows is not None:
            self._rows[message.id] = len(self.messages) - 1
        self._touch(message.timestamp)
        return True

    def _grow(self, change: MessageGrew) -> bool:
        row = self.row(change.message_id)
        if row is None:
            return False
        message = self.messages[row]
        before = message.reasoning if change.reasoning else message.content
        # Cut only what is storable: a pair of surrogates is one character then, as in `before`.
        fresh = storable(change.text)[max(0, len(before) - change.offset) :]
        if not fresh or len(before) < change.offset:
            return False
        if change.reasoning:
            self.messages[row] = message.with_metadata(reasoning=before + fresh)
        else:
            self.messages[row] = message.with_content(before + fresh)
        return True

    def _replace(self, message: Message, at: str) -> bool:
        row = self.row(message.id)
        if row is None or self.messages[row] == message:
            return False
        self._counts[self.messages[row].role] -= 1
        self._counts[message.role] += 1
        self.messages[row] = message
        self._touch(at)
        return True

    def _remove(self, message_ids: tuple[MessageId, ...], at: str) -> bool:
        gone = set(message_ids)
        kept = [message for message in self.messages if message.id not in gone]
        if len(kept) == len(self.messages):
            return False
        self._view(kept)
        self._touch(at)
        return True

    def _restore(self, placed: tuple[tuple[int, Message], ...], at: str) -> bool:
        missing = [(row, message) for row, message in placed if self.row(message.id) is None]
        if not missing:
            return False
        messages = list(self.messages)
        for row, message in sorted(missing, key=lambda pair: pair[0]):
            messages.insert(row, message)
        self._view(messages)
        self._touch(at)
        return True

    def _leave_branch(self, after: MessageId | None, at: str) -> bool:
        row = -1 if after is None else self.row(after)
        if row is None or row + 1 >= len(self.messages):
            return False
        leaving = self.messages[row + 1 :]
        known = {message.id for message in self.branches}
        parent = after
        for message in leaving:
            if message.id not in known:
                self.branches.append(_tied(message, parent))
            parent = message.id
        self._view(self.messages[: row + 1])
        self._touch(at)
        return True

    def _change_header(self, change: HeaderChanged) -> bool:
        before = (self.title, self.user_name, dict(self.metadata))
        if change.title is not None:
            self.title = storable(change.title) or None
        if change.user_name is not None:
            self.user_name = storable(change.user_name)
        self.metadata.update(change.metadata)
        for key in [key for key, value in change.metadata.items() if value is None]:
            del self.metadata[key]
        return before != (self.title, self.user_name, self.metadata)

    def _become(self, other: Session) -> bool:
        before, other = self.snapshot(), other.snapshot()
        for name in (
            *("user_name", "started_at", "last_updated", "title"),
            *("branches", "metadata", "errors", "extra", "extra_stats"),
        ):
            setattr(self, name, getattr(other, name))
        self._view(other.messages)
        return self != replace(before, revision=self.revision)

    def _note_error(self, error: dict[str, Any]) -> bool:
        if error in self.errors:
            return False
        self.errors.append(error)
        return True

    def _view(self, messages: Iterable[Message]) -> None:
        self.messages = list(messages)
        self._counts = Counter(message.role for message in self.messages)
        self._rows = None

    def _touch(self, at: str) -> None:
        self.last_updated = max(self.last_updated, at, key=sortable)


def _tied(message: Message, parent: MessageId | None) -> Message:
    """`message` with its parent written down, so that it can be placed again."""
    if message.parent_id is not None or parent is None:
        return message
    return message.with_metadata(parent_id=parent)


def one_line(text: str, length: int = PREVIEW_LENGTH) -> str:
    """The beginning of `text` with every run of white space as one space."""
    return " ".join(text[: length * 4].split())[:length]


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """What a list shows of a session, without its messages.

    Attributes:
        damage: Why the file cannot be read as a session, or an empty text.
    """

    session_id: SessionId
    day: str
    title: str
    user_name: str
    started_at: str
    last_updated: str
    type: str
    total_messages: int
    user_messages: int
    assistant_messages: int
    errors: int
    preview: str
    tags: tuple[str, ...] = ()
    pinned: bool = False
    archived: bool = False
    damage: str = ""


def summarise(session: Session) -> SessionSummary:
    """The summary of a session in memory."""
    stats, metadata = session.stats, session.metadata
    tags = metadata.get("tags")
    return SessionSummary(
        session_id=session.id,
        day=session.day,
        title=session.title or "",
        user_name=session.user_name,
        started_at=session.started_at,
        last_updated=session.last_updated,
        type=str(metadata.get("type", "chat")),
        total_messages=stats["total_messages"],
        user_messages=stats["user_messages"],
        assistant_messages=stats["assistant_messages"],
        errors=stats["errors"],
        preview=session.preview,
        tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
        pinned=bool(metadata.get("pinned")),
        archived=bool(metadata.get("archived")),
    )


def damaged_summary(session_id: SessionId, day: str, reason: str) -> SessionSummary:
    """What a list shows of a file that cannot be read as a session."""
    return SessionSummary(
        session_id=session_id,
        day=day,
        title="",
        user_name="",
        started_at=f"{day}T00:00:00.000000Z",
        last_updated=f"{day}T00:00:00.000000Z",
        type="chat",
        total_messages=0,
        user_messages=0,
        assistant_messages=0,
        errors=0,
        preview="",
        damage=reason,
    )
