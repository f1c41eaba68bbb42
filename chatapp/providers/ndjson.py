"""Newline-delimited JSON: one payload a line, no I/O."""

from __future__ import annotations

from chatapp.providers.lines import LineSplitter
from chatapp.providers.sse import Frame


class JsonLines:
    """Cuts a stream of bytes into lines that say something.

    Attributes:
        stray: Always empty: on this wire every line is a payload.
    """

    opening = b""
    closing = b"\n"

    def __init__(self) -> None:
        self.stray = bytearray()
        self._lines = LineSplitter()

    @property
    def is_between_events(self) -> bool:
        """Whether what comes next begins an event."""
        return self._lines.is_between_lines

    def feed(self, chunk: bytes) -> list[Frame]:
        """The payloads that `chunk` completed.

        Raises:
            ProviderError: A line grows without end.
        """
        return [Frame(line) for line in self._lines.feed(chunk) if line.strip()]

    def finish(self) -> list[Frame]:
        """The last line, if nothing ended it."""
        line = self._lines.rest()
        return [Frame(line)] if line.strip() else []
