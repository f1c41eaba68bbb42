"""The one flow of every wire: bytes, frames, payloads, events.

A `Decoder` joins three parts: a framing that cuts bytes into payloads, a wire that
knows what the payloads of its protocol mean, and the `Reply` that judges the end.
It does no I/O, and tells the same however the bytes are cut; only texts that came
together may be told as one. Nothing a server sends makes it raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from chatapp.domain.errors import ProviderError, ProviderErrorKind
from chatapp.providers import shapes
from chatapp.providers.failures import error_in_payload, plain_excerpt
from chatapp.providers.repetition import Repetition
from chatapp.providers.reply import Reply

if TYPE_CHECKING:
    from chatapp.domain.stream import StreamEvent
    from chatapp.providers.sse import Frame

_END_MARK = b"[DONE]"


class Framing(Protocol):
    """Cuts bytes into frames: server-sent events or JSON lines.

    Attributes:
        opening: What usually stands before a payload.
        closing: What usually ends an event.
        stray: What belongs to no event.
    """

    opening: bytes
    closing: bytes
    stray: bytearray

    @property
    def is_between_events(self) -> bool:
        """Whether what comes next begins an event."""
        ...

    def feed(self, chunk: bytes) -> list[Frame]:
        """The frames that `chunk` completed."""
        ...

    def finish(self) -> list[Frame]:
        """The frame that nothing ended."""
        ...


class Payloads(Protocol):
    """What the payloads of one wire mean; keeps what it must know from one to the next."""

    def take(self, payload: dict[str, Any], reply: Reply) -> None:
        """Tell `reply` what `payload` says; unknown fields and kinds are passed over."""
        ...

    def close(self, reply: Reply) -> None:
        """The bytes have ended: tell what was still being gathered."""
        ...


class Decoder:
    """Bytes of one reply in, events out."""

    def __init__(self, framing: Framing, payloads: Payloads, reply: Reply) -> None:
        self._framing = framing
        self._payloads = payloads
        self._reply = reply
        self._heard = False  # whether any payload came
        self._repetition = Repetition(framing.opening, framing.closing)

    @property
    def done(self) -> bool:
        """Whether the rest of the bytes can be left unread."""
        return self._reply.done

    @property
    def finished(self) -> bool:
        """Whether the answer is whole, and at most numbers are still to come."""
        return self._reply.finished

    def feed(self, chunk: bytes) -> list[StreamEvent]:
        """The events that `chunk` completed."""
        try:
            start = self._skim(chunk)
            if start < len(chunk):
                self._read(chunk[start:])
        except ProviderError as error:  # one piece without end
            self._reply.fail(error)
        return self._reply.take_events()

    def finish(self, broken: ProviderError | None = None) -> list[StreamEvent]:
        """The last events, of which the very last is the `End`.

        Args:
            broken: Why the connection broke, if it did not simply close.
        """
        for data, name in self._framing.finish():
            self._take(data, name, last=True)
        self._take_stray()
        self._payloads.close(self._reply)
        self._reply.end(broken)
        return self._reply.take_events()

    def _skim(self, chunk: bytes) -> int:
        """Read what repeats, and the events between; gives where the rest begins."""
        framing, reply, repetition = self._framing, self._reply, self._repetition
        start = 0
        while start < len(chunk) and repetition.is_worthwhile and not reply.done:
            leap = repetition.leap(chunk, start) if framing.is_between_events else None
            if leap is not None:
                leap.tell(leap.texts)
                start = leap.end
                continue
            end = chunk.find(framing.closing, start) + len(framing.closing)
            end = end if end > start else len(chunk)
            self._read(chunk[start:end])
            start = end
        return start

    def _read(self, chunk: bytes) -> None:
        for data, name in self._framing.feed(chunk):
            self._take(data, name)

    def _take(self, data: bytes, name: bytes, *, last: bool = False) -> None:
        reply = self._reply
        if reply.done:
            return
        try:
            payload = shapes.load(data)
        except ValueError:
            if not last:  # a last frame that is no JSON was cut in its middle
                self._take_text(data.strip())
            return
        self._heard = True
        if isinstance(payload, dict):
            before = reply.count
            self._take_payload(payload, named_error=name == b"error")
            if self._repetition.is_sought and (text := reply.text_since(before)):
                self._repetition.learn(data, name, text, reply.teller)
        else:
            for part in shapes.objects(payload):  # Google may send a list of one error
                self._take_payload(part)

    def _take_payload(self, payload: dict[str, Any], *, named_error: bool = False) -> None:
        if error := error_in_payload(payload, named_error=named_error):
            self._reply.fail(error)
        else:
            self._payloads.take(payload, self._reply)

    def _take_text(self, data: bytes) -> None:
        """A payload that is no JSON: an end mark, a keep-alive, or an error in words."""
        if data.startswith(_END_MARK):
            self._reply.terminate()
        elif data and not data.startswith(b":"):
            self._reply.fail(_not_the_wire(data))

    def _take_stray(self) -> None:
        """Read what came in place of a stream: a JSON error, a whole reply, a page of HTML."""
        stray = bytes(self._framing.stray).removeprefix(b"error:").strip()
        if self._reply.done or self._reply.finished or not stray:
            return
        try:
            payload = shapes.load(stray)
        except ValueError:
            if not self._heard:
                self._reply.fail(_not_the_wire(stray))
            return
        for part in shapes.objects(payload if isinstance(payload, list) else [payload]):
            self._take_payload(part)


def _not_the_wire(data: bytes) -> ProviderError:
    return ProviderError(
        ProviderErrorKind.PROTOCOL,
        "The server answered with something that is no reply.",
        "Check the address in the settings.",
        detail=plain_excerpt(data),
    )
