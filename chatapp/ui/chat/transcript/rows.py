"""The messages of the conversation in view: a long sequence that is only read where needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatapp.domain.ids import MessageId
    from chatapp.domain.message import Message


class Rows:
    """Messages by row, with what came or changed since they were given.

    The sequence given may be the live list of the session: it counts as it was,
    and messages are added only by `append`.
    """

    def __init__(self, messages: Sequence[Message] = ()) -> None:
        self._given = messages
        self._given_count = len(messages)
        self._added: list[Message] = []
        self._changed: dict[int, Message] = {}
        self._places: dict[MessageId, int] | None = None

    def __len__(self) -> int:
        return self._given_count + len(self._added)

    def __getitem__(self, row: int) -> Message:
        if row >= self._given_count:
            return self._added[row - self._given_count]
        changed = self._changed.get(row)
        return self._given[row] if changed is None else changed

    def append(self, message: Message) -> int:
        """Add a message to the end; gives its row."""
        self._added.append(message)
        row = len(self) - 1
        if self._places is not None:
            self._places[message.id] = row
        return row

    def replace(self, row: int, message: Message) -> None:
        """Let `message` stand in a row instead of what stood there."""
        if row >= self._given_count:
            self._added[row - self._given_count] = message
        else:
            self._changed[row] = message

    def find(self, message_id: MessageId) -> int | None:
        """The row of a message, or None. The newest are asked first, as they change most."""
        newest = range(len(self) - 1, max(-1, len(self) - 9), -1)
        for row in newest:
            if self[row].id == message_id:
                return row
        if self._places is None:
            self._places = {self[row].id: row for row in range(len(self))}
        return self._places.get(message_id)
