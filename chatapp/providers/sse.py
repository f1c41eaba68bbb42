"""Server-sent events: bytes in, events out, no I/O.

Follows the event stream interpretation of the WHATWG HTML standard (9.2.6), with
two differences that servers of language models need: an event that the last blank
line is missing of is still given by `finish`, and lines that are no field at all
are kept in `stray`, because an error page or a JSON error sent in place of a
stream consists of nothing else.
"""

from __future__ import annotations

from typing import NamedTuple

from chatapp.providers.lines import LineSplitter, check_size

MAX_STRAY_BYTES = 1024 * 1024
_IGNORED_FIELDS = (b"id", b"retry")


class Frame(NamedTuple):
    """One event as it stood on the wire.

    Attributes:
        data: Its payload, several `data` lines joined by LF; never empty.
        name: The `event` field, or empty.
    """

    data: bytes
    name: bytes = b""


class ServerSentEvents:
    """Cuts a stream of bytes into events.

    Attributes:
        stray: Lines that belong to no event, joined by LF, up to 1 MiB.
    """

    opening = b"data: "
    closing = b"\n\n"

    def __init__(self) -> None:
        self.stray = bytearray()
        self._lines = LineSplitter()
        self._data: list[bytes] = []
        self._size = 0
        self._name = b""

    @property
    def is_between_events(self) -> bool:
        """Whether what comes next begins an event."""
        return not (self._data or self._name) and self._lines.is_between_lines

    def feed(self, chunk: bytes) -> list[Frame]:
        """The events that `chunk` completed.

        Raises:
            ProviderError: An event grows without end.
        """
        return self._frames(self._lines.feed(chunk))

    def finish(self) -> list[Frame]:
        """The event that the stream ended in, if there is one."""
        return self._frames([self._lines.rest(), b""])

    def _frames(self, lines: list[bytes]) -> list[Frame]:
        frames = []
        data = self._data
        for line in lines:
            if line[:5] == b"data:":
                data.append(line[6:] if line[5:6] == b" " else line[5:])
            elif line:
                self._take_field(line)
            else:
                payload = data[0] if len(data) == 1 else b"\n".join(data)
                if payload:
                    frames.append(Frame(payload, self._name))
                data.clear()
                self._name = b""
                self._size = 0
        if data:
            self._size += sum(map(len, lines))
            check_size(self._size)
        return frames

    def _take_field(self, line: bytes) -> None:
        field, colon, value = line.partition(b":")
        if not field and colon:
            return  # a comment: keeps the connection alive, says nothing
        if field == b"data":
            self._data.append(b"")
        elif field == b"event":
            self._name = value.removeprefix(b" ")
        elif field not in _IGNORED_FIELDS and len(self.stray) < MAX_STRAY_BYTES:
            self.stray += line + b"\n"
