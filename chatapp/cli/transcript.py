"""A conversation as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatapp.cli.output import plain, plain_line
from chatapp.domain.message import UNFINISHED, Role
from chatapp.kit.clock import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatapp.domain.message import Message
    from chatapp.kit.clock import Clock

_SPEAKERS: dict[str, str] = {Role.USER: "You", Role.SYSTEM: "System", Role.TOOL: "Tool"}


def transcript(messages: Iterable[Message], clock: Clock) -> str:
    """The messages one after another, each under who spoke and when, in local time."""
    return "\n\n".join(_entry(message, clock) for message in messages)


def local_time(timestamp: str, clock: Clock) -> str:
    """A stored moment as `2026-02-09 21:30`, in local time."""
    return f"{clock.local(parse_timestamp(timestamp)):%Y-%m-%d %H:%M}"


def _entry(message: Message, clock: Clock) -> str:
    speaker = _SPEAKERS.get(message.role) or message.model or message.role.capitalize()
    heading = [speaker, local_time(message.timestamp, clock)]
    if message.status in UNFINISHED:
        heading.append(message.status.value)
    lines = [f"── {plain_line(' · '.join(heading))}", plain(message.content.rstrip())]
    if message.has_error:
        lines.append(plain_line(f"[{message.metadata.get('error_message', 'It failed.')}]"))
    return "\n".join(line for line in lines if line)
