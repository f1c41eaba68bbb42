"""What can happen to a session, as values.

A session changes only by `Session.apply`, one change at a time. The same values
are what a store makes durable and what recovery applies again, so every change
can be applied twice without harm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from chatapp.domain.ids import MessageId
from chatapp.domain.message import Message

if TYPE_CHECKING:
    from chatapp.domain.session import Session


@dataclass(frozen=True, slots=True)
class HeaderChanged:
    """Fields of the header got new values.

    Attributes:
        at: When, as a timestamp.
        title: The new title; None leaves it.
        user_name: The new name; None leaves it.
        metadata: Session metadata keys to set; a value of None removes the key.
    """

    at: str
    title: str | None = None
    user_name: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageAdded:
    """A message came to the end of the branch in view; one whose id is known is ignored."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageGrew:
    """Streamed text came to the end of a message.

    Attributes:
        message_id: Which message.
        offset: Length of the text before, in characters; text already there is not added again.
        text: What came.
        reasoning: Whether it belongs to the reasoning instead of the content.
    """

    message_id: MessageId
    offset: int
    text: str
    reasoning: bool = False


@dataclass(frozen=True, slots=True)
class MessageReplaced:
    """A message with the same id got a new value: edited, finished, marked."""

    message: Message
    at: str


@dataclass(frozen=True, slots=True)
class MessagesRemoved:
    """Messages were deleted from the branch in view."""

    message_ids: tuple[MessageId, ...]
    at: str


@dataclass(frozen=True, slots=True)
class MessagesRestored:
    """Removed messages came back, each with the place it had in the branch in view."""

    placed: tuple[tuple[int, Message], ...]
    at: str


@dataclass(frozen=True, slots=True)
class BranchLeft:
    """What followed a message left the view and became another branch.

    Attributes:
        after: The last message that stays in view; None moves all of them.
    """

    after: MessageId | None
    at: str


@dataclass(frozen=True, slots=True)
class ErrorNoted:
    """Something failed; `{"timestamp", "kind", "message"}`, without message text, key or path."""

    error: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Merged:
    """Another program saved the session too; this is what both together say.

    Attributes:
        session: A snapshot; the file holds it already.
    """

    session: Session


Change: TypeAlias = (
    HeaderChanged
    | MessageAdded
    | MessageGrew
    | MessageReplaced
    | MessagesRemoved
    | MessagesRestored
    | BranchLeft
    | ErrorNoted
    | Merged
)
