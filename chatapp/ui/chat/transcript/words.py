"""The words a message is shown with, beside its own text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chatapp.domain.message import Role, Status
from chatapp.ui.chat.transcript.safety import visible

if TYPE_CHECKING:
    import datetime as dt

    from chatapp.domain.message import Message
    from chatapp.kit.clock import Clock

_NAMES = {
    Role.USER: "You",
    Role.ASSISTANT: "Assistant",
    Role.SYSTEM: "System message",
    Role.TOOL: "Tool",
}
REASONING = "toggle_reasoning"
TOOL_CALL = "toggle_tool_"
_RETRY = ("retry", "Retry")
_CONTINUE = ("continue", "Continue")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a message ended, when it did not end well.

    Attributes:
        sentence: What happened and what to do.
        detail: What the server itself said; untrusted.
        failed: Whether it is an error, or only a remark.
        actions: Buttons, each an action and its label.
    """

    sentence: str
    detail: str = ""
    failed: bool = False
    actions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message that folds to a line.

    Attributes:
        action: Folds or unfolds it; also tells it from the other parts.
        label: The line.
        text: What is shown unfolded, Markdown.
        complete: Whether the text grows no more.
    """

    action: str
    label: str
    text: str
    complete: bool = True


def author(message: Message) -> str:
    """Who speaks: the model by name where it is known."""
    if message.role == Role.ASSISTANT and message.model:
        return message.model
    return _NAMES.get(Role(message.role), "") if message.role in set(Role) else message.role


def clock_time(message: Message, clock: Clock) -> str:
    """The time of day a message was written, `21:44`."""
    return clock.local(message.time).strftime("%H:%M")


def day_name(day: dt.date, today: dt.date) -> str:
    """A day as people name it: Today, Yesterday, Monday, 9 February 2026."""
    distance = (today - day).days
    if distance in {0, 1}:
        return ("Today", "Yesterday")[distance]
    if 1 < distance < 7:
        return f"{day:%A}"
    return f"{day:%A}, {day.day} {day:%B %Y}"


def day_of(message: Message, clock: Clock) -> dt.date:
    """The local day a message was written."""
    return clock.local(message.time).date()


def thought(message: Message) -> str:
    """The one line reasoning folds to, or an empty text."""
    if not message.reasoning:
        return ""
    if message.status is Status.STREAMING and not message.content:
        return "Thinking…"
    milliseconds = message.metadata.get("reasoning_time_ms")
    if not isinstance(milliseconds, int | float):
        return "Thought about it"
    return f"Thought for {duration(milliseconds)}"


def parts(message: Message) -> list[Part]:
    """Reasoning and tool calls, each as a part that folds."""
    found = []
    if label := thought(message):
        found.append(Part(REASONING, label, message.reasoning, bool(message.content)))
    calls = message.metadata.get("tool_calls")
    for number, call in enumerate(calls if isinstance(calls, list) else ()):
        if isinstance(call, dict):
            found.append(_tool_part(call, number))
    return found


def _tool_part(call: dict[str, Any], number: int) -> Part:
    function = call.get("function")
    told = function if isinstance(function, dict) else call  # as OpenAI writes it, or flat
    name, arguments = str(told.get("name") or "a tool"), str(told.get("arguments") or "{}")
    fence = "`" * (max(map(len, re.findall(r"`+", arguments)), default=0) + 3)
    text = f"{fence}json\n{arguments}\n{fence}"
    if result := call.get("result"):
        fence = "`" * (max(map(len, re.findall(r"`+", str(result))), default=0) + 3)
        text += f"\n\n{fence}\n{result}\n{fence}"
    return Part(f"{TOOL_CALL}{number}", f"Used {visible(name)}", text)


def duration(milliseconds: float) -> str:
    """A span of time as people say it: `1.8 s`, `12 s`, `3 min 5 s`."""
    seconds = milliseconds / 1000
    if seconds < 9.95:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def cost(message: Message) -> str:
    """Tokens and time of a reply, `412 tokens · 1.8 s`; what is unknown is left out."""
    usage = message.metadata.get("usage")
    tokens = usage.get("completion_tokens") if isinstance(usage, dict) else None
    milliseconds = message.metadata.get("processing_time_ms")
    parts = []
    if isinstance(tokens, int):
        parts.append(f"{tokens:,} token{'s' if tokens != 1 else ''}".replace(",", "\u202f"))
    if isinstance(milliseconds, int | float):
        parts.append(duration(milliseconds))
    return " · ".join(parts)


def ending(message: Message) -> Ending | None:
    """What to say of a message that failed or was cut off; None if it ended well."""
    kept = " What had arrived is kept." if message.content else ""
    again = (_CONTINUE, _RETRY) if message.content else (_RETRY,)
    if message.has_error or message.status is Status.FAILED:
        said = str(message.metadata.get("error_message") or "The reply failed.")
        detail = str(message.metadata.get("error_detail") or "")
        return Ending(said + kept, detail, failed=True, actions=again)
    if message.status is Status.INTERRUPTED:
        return Ending(f"The program ended while this reply was arriving.{kept}", actions=again)
    if message.status is Status.TRUNCATED:
        return Ending(f"The connection ended before the reply was complete.{kept}", actions=again)
    if message.status is Status.CANCELLED:
        return Ending("Stopped.", actions=again)
    return None
