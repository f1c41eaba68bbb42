"""What can be asked of all sessions, and what comes back: values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatapp.domain.ids import MessageId, SessionId


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a message, and the session it stands in, must be like. Everything must hold.

    Attributes:
        words: Whole words, in any order.
        phrases: Words in this order, side by side.
        beginning: The beginning of a word, as while it is being typed.
        excluded: Words or phrases that must not occur.
        roles: Who wrote it.
        models: With which model; the beginning of its name is enough.
        has: `code`, `error`, `reasoning`, `tool`, `attachment`, `link`.
        from_moment: The first moment, as a timestamp.
        to_moment: The first moment that is too late.
        tags: Tags the session has.
        folder: The folder it is in.
        type: `chat` or `voice`.
        archived: Only archived ones, only others, or both (None).
        pinned: Likewise.
        session_id: Only this session.
        best_first: By relevance among the newest 2 000, instead of the newest first.
    """

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    beginning: str = ""
    excluded: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    from_moment: str = ""
    to_moment: str = ""
    tags: tuple[str, ...] = ()
    folder: str | None = None
    type: str | None = None
    archived: bool | None = None
    pinned: bool | None = None
    session_id: SessionId | None = None
    best_first: bool = False

    @property
    def sought(self) -> tuple[str, ...]:
        """The texts to be shown in a result."""
        return (*self.phrases, *self.words, *((self.beginning,) if self.beginning else ()))


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A message that was found, or a session by its title.

    Attributes:
        message_id: None if the title was found.
        snippet: Its text around the first word found, on one line.
        row: Of the message in its session's branch in view; None if it is not there.
    """

    session_id: SessionId
    title: str
    message_id: MessageId | None
    role: str
    timestamp: str
    snippet: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The hits of one page.

    Attributes:
        following: What to pass to get the next page; None if there is none.
    """

    hits: list[SearchHit]
    following: int | None = None
