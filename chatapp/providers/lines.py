"""Lines out of bytes that arrive in pieces of any size.

The wires split on LF, CR and CRLF only: the text methods of Python and httpx also
split on U+2028 and its kin, which may stand raw inside a JSON string. Every byte
is looked at a fixed number of times, so a line of many megabytes costs no more
per byte than a short one.
"""

from __future__ import annotations

from chatapp.domain.errors import ProviderError, ProviderErrorKind

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MAX_EVENT_BYTES = 32 * 1024 * 1024  # the largest honest event is an inline picture


def check_size(size: int) -> None:
    """Refuse a line or event that has no end.

    Raises:
        ProviderError: It is longer than any honest one.
    """
    if size > MAX_EVENT_BYTES:
        raise ProviderError(
            ProviderErrorKind.PROTOCOL,
            "The server sent more in one piece than this program takes.",
            "Try again or choose another model.",
        )


class LineSplitter:
    """Cuts a stream of bytes into lines, without their ends.

    One leading byte order mark is dropped. A CR at the end of one chunk and an LF
    at the start of the next are one break.
    """

    def __init__(self) -> None:
        self._held: list[bytes] = []  # pieces of the line that has not ended
        self._size = 0
        self._after_cr = False
        self._start: bytes | None = b""  # None once it is known whether a mark stands first

    @property
    def is_between_lines(self) -> bool:
        """Whether what comes next begins a line; not before the first bytes."""
        return not self._held and self._start is None

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that ended in `chunk`.

        Raises:
            ProviderError: A line grows without end.
        """
        if self._start is not None:
            chunk = self._without_mark(self._start + chunk)
        if self._after_cr or b"\r" in chunk:
            chunk = self._with_line_feeds(chunk)
        ended, line_feed, begun = chunk.rpartition(b"\n")
        if not line_feed:
            self._hold(begun)
            return []
        self._held.append(ended)
        lines = b"".join(self._held).split(b"\n")
        self._held.clear()
        self._size = 0
        self._hold(begun)
        return lines

    def rest(self) -> bytes:
        """The last line, which nothing ended; afterwards the splitter is empty."""
        line = (self._start or b"") + b"".join(self._held)
        self._start = None
        self._held.clear()
        return line

    def _hold(self, piece: bytes) -> None:
        if piece:
            self._held.append(piece)
            self._size += len(piece)
            check_size(self._size)

    def _without_mark(self, start: bytes) -> bytes:
        if len(start) < len(BYTE_ORDER_MARK) and BYTE_ORDER_MARK.startswith(start):
            self._start = start
            return b""
        self._start = None
        return start.removeprefix(BYTE_ORDER_MARK)

    def _with_line_feeds(self, chunk: bytes) -> bytes:
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        if chunk.endswith(b"\r"):
            self._after_cr = True
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
