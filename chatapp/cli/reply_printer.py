"""Writes a reply to standard output while it arrives."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

from chatapp.cli.output import OutputRefused, note, plain, write
from chatapp.cli.prompt import on_signals
from chatapp.domain.ids import session_key
from chatapp.domain.message import Role, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatapp.domain.ids import SessionId
    from chatapp.domain.message import Message
    from chatapp.services.core import Core

_ENDINGS = {
    Status.TRUNCATED: "The connection ended before the reply was complete. What arrived is kept.",
    Status.CANCELLED: "Stopped. What arrived is kept.",
    Status.INTERRUPTED: "Interrupted. What arrived is kept.",
}


class ReplyPrinter:
    """Follows the replies of one session.

    When nobody reads standard output any more, the reply is stopped.

    Attributes:
        refused: Why nothing more is written, or None.
    """

    def __init__(self, core: Core, session_id: str) -> None:
        self.refused: OutputRefused | None = None
        self._core = core
        self._key = session_key(session_id)
        self._written = 0
        self._open_line = False
        core.manager.message_added.connect(self._on_message_added)
        core.manager.message_changed.connect(self._on_message_changed)
        core.conversation.reply_ended.connect(self._on_reply_ended)

    def _on_message_added(self, session_id: SessionId, message: Message) -> None:
        if message.role == Role.ASSISTANT and session_key(session_id) == self._key:
            self._written = 0

    def _on_message_changed(self, session_id: SessionId, message: Message) -> None:
        if message.role == Role.ASSISTANT and session_key(session_id) == self._key:
            fresh = message.content[self._written :]
            self._written = len(message.content)
            self._write(session_id, plain(fresh))

    def _on_reply_ended(self, session_id: SessionId, _message: Message) -> None:
        if self._open_line and session_key(session_id) == self._key:
            self._write(session_id, "\n")

    def _write(self, session_id: SessionId, text: str) -> None:
        if not text or self.refused is not None:
            return
        try:
            write(text)
        except OutputRefused as refused:
            self.refused = refused
            self._core.conversation.stop(session_id)
        self._open_line = not text.endswith("\n")


@contextlib.contextmanager
def stopped_by_control_c(core: Core, session_id: SessionId) -> Iterator[None]:
    """Let Ctrl-C stop the reply that arrives in a session, and nothing else."""
    loop = asyncio.get_running_loop()

    def stop(*_: object) -> None:
        loop.call_soon_threadsafe(core.conversation.stop, session_id)

    with on_signals((signal.SIGINT,), stop):
        yield


def say_ending(reply: Message) -> bool:
    """Say why a reply is not whole, if it is not; gives whether it is."""
    if reply.has_error:
        note(" ".join(str(reply.metadata.get("error_message", "It failed.")).split()))
    elif reply.status in _ENDINGS:
        note(_ENDINGS[reply.status])
    return not reply.has_error and reply.status is Status.COMPLETE
