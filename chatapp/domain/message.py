"""A message: a value, equal to another if its content is.

Timestamps are kept as the text that was written, so that a file made by hand or
by another program is saved again unchanged. `content` is always text; what is
not text (reasoning, tool calls, attachments) stands in `metadata`, which is open:
whatever came from outside stays in it. Values are never changed in place; each
`with_…` method gives a new message.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chatapp.domain.ids import MessageId, new_message_id
from chatapp.kit.clock import parse_timestamp

if TYPE_CHECKING:
    import datetime as dt


class Role(enum.StrEnum):
    """Who speaks."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    TOOL = "tool"


class Status(enum.StrEnum):
    """How a message ended, or that it has not."""

    COMPLETE = "complete"
    STREAMING = "streaming"
    INTERRUPTED = "interrupted"  # this program died while it streamed
    TRUNCATED = "truncated"  # the connection ended without the wire's own terminator
    CANCELLED = "cancelled"  # the user pressed Stop
    FAILED = "failed"


UNFINISHED = frozenset({Status.INTERRUPTED, Status.TRUNCATED, Status.CANCELLED, Status.FAILED})


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a session.

    Attributes:
        role: Who speaks; a role this program does not know is kept as plain text.
        content: The text, Markdown.
        timestamp: When, as written in the file.
        metadata: Open; `id`, `parent_id`, `status`, `model`, `usage`, `reasoning`, ….
        extra: Keys beside the four known ones, in their order.
    """

    role: str
    content: str
    timestamp: str
    metadata: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> MessageId:
        """The stored id, else one derived from what the message says."""
        stored = self.metadata.get("id")
        if isinstance(stored, str) and stored:
            return MessageId(stored)
        text = f"{self.role}\n{self.timestamp}\n{self.content}"
        return MessageId(
            "h" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
        )

    @property
    def parent_id(self) -> MessageId | None:
        """The message this one answers or follows, where that is written down."""
        stored = self.metadata.get("parent_id")
        return MessageId(stored) if isinstance(stored, str) and stored else None

    @property
    def time(self) -> dt.datetime:
        """The moment `timestamp` names, in UTC."""
        return parse_timestamp(self.timestamp)

    @property
    def status(self) -> Status:
        """How it ended; a message that says nothing of it is complete."""
        stored = self.metadata.get("status")
        try:
            return Status(str(stored))
        except ValueError:
            return Status.COMPLETE

    @property
    def reasoning(self) -> str:
        """The model's thoughts, or an empty text."""
        stored = self.metadata.get("reasoning")
        return stored if isinstance(stored, str) else ""

    @property
    def model(self) -> str:
        """The model that wrote it, or an empty text."""
        stored = self.metadata.get("model")
        return stored if isinstance(stored, str) else ""

    @property
    def has_error(self) -> bool:
        """Whether the message is marked as failed."""
        return bool(self.metadata.get("has_error"))

    def with_metadata(self, **changes: object) -> Message:
        """The same message with these metadata keys set; None removes a key."""
        removed = {key for key, value in changes.items() if value is None}
        kept = {key: value for key, value in self.metadata.items() if key not in removed}
        fresh = {key: value for key, value in changes.items() if value is not None}
        return replace(self, metadata=kept | fresh)

    def with_content(self, content: str) -> Message:
        """The same message, its id kept, with another text."""
        identity = {"id": self.id}
        return replace(
            self, content=storable(content), metadata=identity | self.metadata | identity
        )


def new_message(
    role: str, content: str, timestamp: str, metadata: dict[str, Any] | None = None
) -> Message:
    """A message with an id of its own, unless `metadata` brings one."""
    metadata = dict(metadata or {})
    identity = {"id": metadata.pop("id", None) or new_message_id()}
    return Message(role, storable(content), timestamp, identity | metadata)


def storable(text: str) -> str:
    """`text` with lone surrogates replaced, so that it can be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
