"""Gathers the events of one reply into what its message shall say."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from chatapp.domain.changes import MessageGrew
from chatapp.domain.errors import ChatAppError, ProviderError
from chatapp.domain.message import Message, Status
from chatapp.domain.stream import (
    End,
    Finish,
    Notice,
    ReasoningDelta,
    ReasoningOpaque,
    Refusal,
    Start,
    StreamEvent,
    TextDelta,
    ToolArguments,
    ToolBegin,
    Usage,
)

if TYPE_CHECKING:
    from chatapp.domain.ids import MessageId
    from chatapp.services.context import Context

_WORDS = (TextDelta, ReasoningDelta, Refusal)


class Reply:
    """One reply while it arrives.

    Attributes:
        end: How it ended; truncated until something says otherwise.
        has_ended: Whether the provider said so.
    """

    def __init__(self, message_id: MessageId) -> None:
        self.message_id = message_id
        self.end = End(Status.TRUNCATED)
        self.has_ended = False
        self._begun = time.monotonic()
        self._first_word: float | None = None
        self._thought: tuple[float, float] | None = None  # first and last moment of a thought
        self._metadata: dict[str, Any] = {}
        self._tools: dict[int, dict[str, Any]] = {}
        self._opaque: list[dict[str, Any]] = []

    def take(self, event: StreamEvent, message: Message) -> MessageGrew | None:
        """Remember `event`; gives how the message grew by it, if it did."""
        if isinstance(event, _WORDS):
            now = time.monotonic()
            self._first_word = self._first_word or now
            if isinstance(event, ReasoningDelta):
                self._thought = (self._thought[0] if self._thought else now, now)
            return self._growth(event, message)
        if isinstance(event, (ToolBegin, ToolArguments)):
            self._take_tool(event)
        else:
            self._take_fact(event)
        return None

    def take_context(self, context: Context) -> None:
        """Remember what of the conversation was sent."""
        if context.limit is not None:
            self._metadata["context"] = {
                "tokens": context.tokens,
                "limit": context.limit,
                "left_out": len(context.left_out),
            }
        if context.sentence:
            self._take_fact(Notice(context.sentence))

    def break_off(self, status: Status, error: ChatAppError | None = None) -> None:
        """End it from this side, unless the provider has ended it already."""
        if not self.has_ended:
            self.end = End(status, error)

    def _take_tool(self, event: ToolBegin | ToolArguments) -> None:
        if isinstance(event, ToolBegin):
            self._tools[event.slot] = {"id": event.id, "name": event.name, "arguments": ""}
        else:
            self._tools[event.slot]["arguments"] += event.text

    def _take_fact(self, event: StreamEvent) -> None:
        match event:
            case Start(model, reply_id):
                self._metadata |= {"reported_model": model or None, "reply_id": reply_id or None}
            case Usage():
                self._metadata["usage"] = _known(asdict(event))
            case Finish(reason, raw_reason):
                self._metadata["finish_reason"] = raw_reason or reason
            case ReasoningOpaque(blob):
                self._opaque.append(blob)
            case Notice(sentence):
                self._metadata.setdefault("notices", []).append(sentence)
            case End():
                self.end, self.has_ended = event, True
            case _:
                pass  # the end of a tool call, a sign of life, a wait before another attempt

    def finished(self, message: Message, milliseconds: int) -> Message:
        """The message, marked with how the reply ended after `milliseconds`."""
        error = self.end.error
        tools = [self._tools[slot] for slot in sorted(self._tools)]
        first, thought = self._first_word, self._thought
        return message.with_metadata(
            **self._metadata,
            status=self.end.status.value,
            processing_time_ms=milliseconds,
            time_to_first_token_ms=round((first - self._begun) * 1000) if first else None,
            reasoning_time_ms=round((thought[1] - thought[0]) * 1000) if thought else None,
            tools_used=[tool["name"] for tool in tools],
            tool_calls=tools or None,
            reasoning_opaque=self._opaque or None,
            has_error=True if error else None,
            error_message=str(error) if error else None,
            error_kind=error.kind.value if isinstance(error, ProviderError) else None,
            error_detail=(error.detail or None) if isinstance(error, ProviderError) else None,
        )

    @staticmethod
    def _growth(event: TextDelta | ReasoningDelta | Refusal, message: Message) -> MessageGrew:
        if isinstance(event, ReasoningDelta):
            return MessageGrew(message.id, len(message.reasoning), event.text, reasoning=True)
        return MessageGrew(message.id, len(message.content), event.text)


def _known(counts: dict[str, int | None]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count is not None}
