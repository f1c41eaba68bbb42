"""What of a conversation fits into the model that is asked.

Whole turns are left out, the oldest first; what instructs the model and the newest
turn always stay. Counts are estimates and are called so; where a server has counted
an earlier prompt of the chat, its count is the measure of the estimate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chatapp.domain.message import Message, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

BYTES_PER_TOKEN = 4  # of UTF-8: about a word of English, and one character of Chinese
PICTURE_TOKENS = 1000  # the vendors count 85 to 1600, by size
MESSAGE_TOKENS = 4  # what marks the role and the end of each message
MOST_REPLY_TOKENS = 4096
SURELY_READ_TOKENS = 1500  # by estimate; no model in use reads less
_LEAST_MEASURE, _GREATEST_MEASURE = 0.5, 3.0  # beyond these the server counted something else


@dataclass(frozen=True, slots=True)
class Context:
    """The part of a conversation that will be sent.

    Attributes:
        messages: Those that will be sent, oldest first.
        left_out: Those that will not, oldest first.
        tokens: How many tokens the request has, by estimate.
        limit: How many the model reads; None if nobody told.
        overflows: The newest turn alone is more than the model reads.
    """

    messages: tuple[Message, ...]
    left_out: tuple[Message, ...]
    tokens: int
    limit: int | None
    overflows: bool = False

    @property
    def sentence(self) -> str:
        """What a person should know of it; empty while everything is sent."""
        if self.overflows:
            return (
                f"This message has about {self.tokens} tokens, more than the {self.limit} this "
                "model reads."
            )
        if self.left_out:
            count = len(self.left_out)
            what = "oldest message was" if count == 1 else f"{count} oldest messages were"
            return f"The {what} left out, to fit the {self.limit} tokens this model reads."
        return ""


def fit(
    messages: Sequence[Message],
    *,
    limit: int | None,
    system: str = "",
    parameters: dict[str, Any] | None = None,
) -> Context:
    """What of `messages` to send to a model that reads `limit` tokens, its reply included.

    Args:
        messages: The conversation, oldest first.
        limit: What the model reads at most; None sends everything.
        system: The system prompt that goes with them.
        parameters: Of the request; `max_tokens` says how much room the reply needs.
    """
    measure = _measure(messages, system)
    turns = _turns(messages)
    sizes = [measure * sum(message_tokens(messages[row]) for row in turn) for turn in turns]
    instructing = text_tokens(system) + sum(map(message_tokens, filter(_instructs, messages)))
    used = measure * instructing
    room = math.inf if limit is None else limit - reply_room(limit, parameters or {})
    kept = 0
    for size in reversed(sizes):
        if kept and used + size > room:
            break
        kept += 1
        used += size
    gone = {row for turn in turns[: len(turns) - kept] for row in turn}
    return Context(
        messages=tuple(m for row, m in enumerate(messages) if row not in gone),
        left_out=tuple(m for row, m in enumerate(messages) if row in gone),
        tokens=round(used),
        limit=limit,
        overflows=used > room,
    )


def reply_room(limit: int, parameters: dict[str, Any]) -> int:
    """How many tokens of the limit are kept free for the reply: at most a quarter of it."""
    asked = parameters.get("max_tokens")
    wanted = asked if isinstance(asked, int) and asked > 0 else MOST_REPLY_TOKENS
    return min(wanted, limit // 4)


def message_tokens(message: Message) -> int:
    """How many tokens a message has, by estimate, with its pictures and tool calls."""
    attachments = message.metadata.get("attachments")
    pictures = len(attachments) if isinstance(attachments, list) else 0
    calls = message.metadata.get("tool_calls")
    called = text_tokens(str(calls)) if calls else 0
    return MESSAGE_TOKENS + text_tokens(message.content) + pictures * PICTURE_TOKENS + called


def text_tokens(text: str) -> int:
    """How many tokens a text has, by estimate."""
    return -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN)


def _turns(messages: Sequence[Message]) -> list[list[int]]:
    """The rows of each turn: what the user says, one or more messages, and what answers it.

    A tool's result stays with its call, since both belong to the answer.
    """
    turns: list[list[int]] = []
    last: str | None = None
    for row, message in enumerate(messages):
        if _instructs(message):
            continue
        if not turns or (message.role == Role.USER and last != Role.USER):
            turns.append([])
        turns[-1].append(row)
        last = message.role
    return turns


def _measure(messages: Sequence[Message], system: str) -> float:
    """How many tokens of this model's there are to one of the estimate's.

    Known from the last prompt that a server counted; else one to one.
    """
    for row in range(len(messages) - 1, 0, -1):
        usage = messages[row].metadata.get("usage")
        counted = usage.get("prompt_tokens") if isinstance(usage, dict) else None
        if isinstance(counted, int) and counted > 0:
            estimate = text_tokens(system) + sum(map(message_tokens, messages[:row]))
            return min(max(counted / max(estimate, 1), _LEAST_MEASURE), _GREATEST_MEASURE)
    return 1.0


def _instructs(message: Message) -> bool:
    return message.role == Role.SYSTEM
