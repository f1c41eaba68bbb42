"""What a provider says while a reply arrives: the one event model of every wire.

A reply is complete only if the wire's own terminator was seen; `End` says so, and
is always the last event. Tool calls are told slot by slot, since several may be
interleaved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from chatapp.domain.errors import ChatAppError
from chatapp.domain.message import Status


@dataclass(frozen=True, slots=True)
class Start:
    """The server began; which model really answers, under which id."""

    model: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Text of the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """Text of the model's thoughts."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningOpaque:
    """A blob that must go back to the provider byte for byte: signature, encrypted thought."""

    blob: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolBegin:
    """A tool call opened in `slot`."""

    slot: int
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ToolArguments:
    """A piece of the JSON arguments of the call in `slot`."""

    slot: int
    text: str


@dataclass(frozen=True, slots=True)
class ToolEnd:
    """The arguments of the call in `slot` are whole."""

    slot: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Text in which the model refuses."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server counts them; None is unknown, never nought.

    Each event replaces the one before.

    Attributes:
        tokens_per_second: The server's own measure of its speed, where it tells.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    tokens_per_second: float | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """Why the model stopped: `stop`, `length`, `tools`, `filter`, `refusal`, `other`."""

    reason: str
    raw_reason: str = ""


@dataclass(frozen=True, slots=True)
class Alive:
    """Bytes came that say nothing: the server is there, but has no word yet."""


@dataclass(frozen=True, slots=True)
class Retrying:
    """Nothing of the reply had come, and the question will be asked again.

    Attributes:
        seconds: How long until then.
        error: Why the last attempt failed.
    """

    seconds: float
    error: ChatAppError


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know of this reply: a parameter left out, a proxy not used."""

    sentence: str


@dataclass(frozen=True, slots=True)
class End:
    """The last event: how the reply ended, and the error if it failed."""

    status: Status
    error: ChatAppError | None = None


StreamEvent: TypeAlias = (
    Start
    | TextDelta
    | ReasoningDelta
    | ReasoningOpaque
    | ToolBegin
    | ToolArguments
    | ToolEnd
    | Refusal
    | Usage
    | Finish
    | Alive
    | Retrying
    | Notice
    | End
)
