"""A conversation as one Markdown page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatapp.domain.message import Role, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatapp.domain.message import Message
    from chatapp.domain.session import Session

_SPEAKERS: dict[str, str] = {
    Role.USER: "You",
    Role.ASSISTANT: "Assistant",
    Role.SYSTEM: "System",
    Role.TOOL: "Tool",
}
_ENDINGS = {
    Status.INTERRUPTED: "interrupted",
    Status.TRUNCATED: "cut off",
    Status.CANCELLED: "stopped",
    Status.FAILED: "failed",
}


def export_chunks(session: Session) -> Iterator[bytes]:
    """The page, message by message, as UTF-8."""
    heading = " ".join((session.title or "Chat").split())
    yield f"# {heading}\n\nStarted {session.started_at}, id `{session.id}`\n".encode()
    for message in session.messages:
        yield f"\n## {_heading(message)}\n\n{message.content.rstrip()}\n".encode()
        if message.has_error:
            reason = " ".join(str(message.metadata.get("error_message", "It failed.")).split())
            yield f"\n> {reason}\n".encode()


def _heading(message: Message) -> str:
    parts = [_SPEAKERS.get(message.role, message.role)]
    if message.model:
        parts.append(message.model)
    parts.append(message.timestamp)
    if message.status in _ENDINGS:
        parts.append(_ENDINGS[message.status])
    return " · ".join(parts)
