"""Newline-delimited JSON: one payload a line, no I/O."""

from __future__ import annotations

from chatapp.providers.lines import LineSplitter
from chatapp.providers.sse import Frame


class JsonLines:
    """Cuts a stream of bytes into lines that say something.

    Attributes:
        stray: Always empty: on this wire every line is a payload.
    """

    def __init__(self) -> None:
        self.stray = bytearray()
        self._lines = LineSplitter()

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
