"""What a row shows of its session's present: streaming, unread, failed, with a draft."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from chatapp.domain.ids import session_key
from chatapp.kit.signal import Signal

if TYPE_CHECKING:
    from chatapp.domain.ids import SessionId


class Mark(enum.Enum):
    """One state; its value is how it is said aloud."""

    STREAMING = "replying"
    FAILED = "reply failed"
    UNREAD = "unread reply"
    DRAFT = "draft"


class Marks:
    """Which sessions are marked with what; nothing of it is stored.

    Attributes:
        changed: The marks of a session are other ones.
    """

    def __init__(self) -> None:
        self.changed: Signal[SessionId] = Signal()
        self._of: dict[str, set[Mark]] = {}

    def of(self, session_id: SessionId) -> frozenset[Mark]:
        """The marks of a session."""
        return frozenset(self._of.get(session_key(session_id), ()))

    def set(self, session_id: SessionId, mark: Mark, on: bool) -> None:
        """Put a mark, or take it away."""
        marks = self._of.setdefault(session_key(session_id), set())
        if (mark in marks) == on:
            return
        (marks.add if on else marks.discard)(mark)
        if not marks:
            del self._of[session_key(session_id)]
        self.changed.emit(session_id)
