"""A reply as it grows: gathers events and judges, at the end, how it ended.

Every wire tells its `Reply` what it reads; the rules that hold for all of them
stand here once. A reply is complete only if its wire said so: a connection that
merely closed leaves it truncated, a tool call that was not finished is never
given out as one, and a reply without an answer is no reply.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chatapp.domain.errors import ProviderError, ProviderErrorKind
from chatapp.domain.message import Status, storable
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
    ToolEnd,
    Usage,
)
from chatapp.providers import shapes
from chatapp.providers.think import Thinking, ThinkSplitter

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEDY_WHEN_EMPTY = {
    "length": "It ran out of tokens before the answer: allow it more, or send less.",
    "filter": "The provider's filter withheld it: say it in another way.",
}


class Reply:
    """What has been read of one reply.

    Attributes:
        done: Nothing that may follow matters; the connection can be closed.
        finished: The wire has told why the model stopped; at most numbers follow.
        terminated: The wire's end mark came, whether or not it told why.
        teller: The method that told the last text: `text` or `reasoning`.
    """

    def __init__(self, thinking: Thinking = Thinking.TAGGED) -> None:
        self.done = False
        self.finished = False
        self.terminated = False
        self.teller = self.text
        self._events: list[StreamEvent] = []
        self._started = False
        self._answered = False
        self._reason = ""
        self._usage = Usage()
        self._error: ProviderError | None = None
        self._open_calls: dict[int, bool] = {}  # slot → whether arguments have come
        self._called = False
        self._half = ""  # a high surrogate waiting for its other half
        self._think = ThinkSplitter(thinking)

    def take_events(self) -> list[StreamEvent]:
        """What has come since the last call."""
        events, self._events = self._events, []
        return events

    @property
    def count(self) -> int:
        """How many events have come since they were last taken."""
        return len(self._events)

    def text_since(self, count: int) -> str:
        """The one text that came since there were `count` events; empty if anything else did."""
        if len(self._events) != count + 1:
            return ""
        event = self._events[count]
        return event.text if isinstance(event, TextDelta | ReasoningDelta) else ""

    # ---- what a wire tells

    def start(self, model: str, reply_id: str) -> None:
        """The server named itself; only the first time counts."""
        if not self._started:
            self._started = True
            self._events.append(Start(storable(model), storable(reply_id)))

    def text(self, text: str) -> None:
        """Text of the answer came."""
        if self._half or not text.isascii():
            text = self._paired(text)
        if not text:
            return
        self.teller = self.text
        if self._think.passes:
            self._answered = True
            self._events.append(TextDelta(text))
        else:
            self._take_pieces(self._think.feed(text))

    def reasoning(self, text: str) -> None:
        """Text of the model's thoughts came."""
        if text := storable(text):
            self.teller = self.reasoning
            self._events.append(ReasoningDelta(text))

    def opaque(self, blob: dict[str, Any]) -> None:
        """Something came that must go back as it is; what cannot be stored cannot go back."""
        if shapes.json_text(blob):
            self._events.append(ReasoningOpaque(blob))

    def refusal(self, text: str) -> None:
        """The model refuses, in these words."""
        if text := storable(text):
            self._answered = True
            self._events.append(Refusal(text))

    def tool_begin(self, slot: int, call_id: str, name: str) -> None:
        """A call of a tool opened in `slot`."""
        self._open_calls[slot] = False
        self._called = True
        # results are matched to calls by id, so a server that gives none must not mix them up
        call_id = storable(call_id) or f"call_{slot}"
        self._events.append(ToolBegin(slot, call_id, storable(name)))

    def tool_arguments(self, slot: int, text: str) -> None:
        """A piece of the arguments of the call in `slot` came."""
        if text := storable(text):
            self._open_calls[slot] = True
            self._events.append(ToolArguments(slot, text))

    def tool_end(self, slot: int) -> None:
        """The call in `slot` is whole; one without arguments has an empty object."""
        if slot not in self._open_calls:
            return
        if not self._open_calls.pop(slot):
            self._events.append(ToolArguments(slot, "{}"))
        self._answered = True
        self._events.append(ToolEnd(slot))

    def is_calling(self, slot: int) -> bool:
        """Whether the call in `slot` is open."""
        return slot in self._open_calls

    def notice(self, sentence: str) -> None:
        """The user should know something of this reply."""
        self._events.append(Notice(sentence))

    def usage(self, usage: Usage) -> None:
        """The server counted; what it leaves out now keeps what it said before."""
        known = {name: getattr(usage, name) for name in Usage.__slots__}
        usage = replace(self._usage, **{k: v for k, v in known.items() if v is not None})
        if usage != self._usage:
            self._usage = usage
            self._events.append(usage)

    def finish(self, reason: str, raw_reason: str) -> None:
        """The model stopped, and the wire tells why; only the first time counts."""
        if self.finished:
            return
        if self._called and reason == "stop":
            reason = "tools"
        self.finished = True
        self._reason = reason
        self._events.append(Finish(reason, storable(raw_reason)))

    def fail(self, error: ProviderError) -> None:
        """The server says that it failed; nothing after that counts."""
        if not self.done:
            self._error = error
            self.done = True

    def terminate(self) -> None:
        """The wire's own end mark came: nothing follows, and an answer that came is whole."""
        self.done = True
        self.terminated = True

    # ---- the end

    def end(self, broken: ProviderError | None = None) -> None:
        """No more bytes come; `broken` says why if the connection did not simply close."""
        if self._half:
            self.text("")
        self._take_pieces(self._think.finish())
        if self.finished and self._error is None:
            for slot in tuple(self._open_calls):
                self.tool_end(slot)
        self.done = True
        self.finished |= self.terminated and self._answered and not self._open_calls
        self._events.append(self._verdict(broken))

    def _verdict(self, broken: ProviderError | None) -> End:
        if self._error is not None:
            return End(Status.FAILED, self._error)
        if not self.finished:
            return self._unfinished(broken)
        if not self._answered:
            return End(Status.FAILED, self._empty())
        return End(Status.COMPLETE)

    def _unfinished(self, broken: ProviderError | None) -> End:
        if self._open_calls:
            return End(
                Status.FAILED, broken or _broken_off(" inside a tool call, which was not run")
            )
        if self._answered:
            return End(Status.TRUNCATED, broken or _broken_off(""))
        return End(Status.FAILED, broken or self._empty())

    def _empty(self) -> ProviderError:
        return ProviderError(
            ProviderErrorKind.EMPTY,
            "The model sent an empty reply.",
            _REMEDY_WHEN_EMPTY.get(
                self._reason, "Try again; if the chat is long, it may not fit the model."
            ),
        )

    # ---- halves

    def _take_pieces(self, pieces: list[tuple[bool, str]]) -> None:
        for is_thought, text in pieces:
            event: Callable[[str], StreamEvent] = ReasoningDelta if is_thought else TextDelta
            self._answered |= not is_thought
            self._events.append(event(text))

    def _paired(self, text: str) -> str:
        """`text` with surrogate halves joined over deltas, and lone ones replaced."""
        joined = self._half + text
        self._half = ""
        if text and "\ud800" <= joined[-1] <= "\udbff":
            joined, self._half = joined[:-1], joined[-1]
        return storable(joined)


def _broken_off(where: str) -> ProviderError:
    return ProviderError(
        ProviderErrorKind.CONNECTION, f"The reply broke off{where}.", "Continue it, or ask again."
    )
