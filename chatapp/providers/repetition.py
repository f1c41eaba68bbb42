"""Reading at once what a stream repeats.

Most events of a reply differ from the one before in one string alone, the text. Two
such events in a row, `P T1 S` and `P T2 S`, whose texts differ, prove that what
stands between `P` and `S` is the text: everything else is equal, and yet the
readings differed by just that. As `P` ends and `S` begins with the quotation mark
of the string, any `P X S` with no quotation mark in `X` is the same JSON with another
text, and `X` is that text as JSON writes it. So most of a stream needs no parser.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import orjson

_MOST_MISSES = 16  # in a row; the stream goes on otherwise then, and is read without looking for it


class Leap(NamedTuple):
    """What was read at once.

    Attributes:
        tell: What is to be told of it.
        texts: The texts, joined.
        end: Where in the piece the reading stopped, behind an event.
    """

    tell: Callable[[str], None]
    texts: str
    end: int


class _Sample(NamedTuple):
    """An event that said one text and nothing else."""

    data: bytes
    name: bytes
    text: bytes
    tell: Callable[[str], None]


class Repetition:
    """What the events of one stream have in common."""

    def __init__(self, opening: bytes, closing: bytes) -> None:
        """Nothing is known yet.

        Args:
            opening: What stands before a payload.
            closing: What ends an event.
        """
        self._opening = opening
        self._closing = closing
        self._misses = 0
        self._sample: _Sample | None = None
        self._head = b""  # what an event begins with, up to its text
        self._tail = b""  # what follows the text, up to the next event

    @property
    def is_sought(self) -> bool:
        """Whether it was not found yet, and may still be."""
        return not self._tail and self.is_worthwhile

    @property
    def is_worthwhile(self) -> bool:
        """Whether it holds, or may still be found."""
        return self._misses < _MOST_MISSES

    def learn(self, data: bytes, name: bytes, text: str, tell: Callable[[str], None]) -> None:
        """Take an event that said `text`, by `tell`, and nothing else, as a sample."""
        before = self._sample
        sample = self._sample = _Sample(data, name, text.encode(), tell)
        if before is None or (before.name, before.tell) != (name, tell):
            return
        start = data.rfind(b'"' + sample.text + b'"') + 1
        prefix, suffix = data[:start], data[start + len(sample.text) :]
        if start and before.text != sample.text and before.data == prefix + before.text + suffix:
            named = b"event: " + name + b"\n" if name else b""
            self._head = named + self._opening + prefix
            self._tail = suffix + self._closing
            self._misses = 0

    def leap(self, piece: bytes, start: int) -> Leap | None:
        """Read the events of a piece from `start`, the beginning of one, as far as they repeat."""
        self._misses += 1
        if self._sample is None or not self._tail or not piece.startswith(self._head, start):
            return None
        texts, end = self._texts(piece, start + len(self._head))
        joined = b"".join(texts)
        try:
            if not joined.isascii():  # half a character of one is not completed by the next
                deque(map(bytes.decode, texts), maxlen=0)
            read = orjson.loads(b'"' + joined + b'"')
        except ValueError:
            return None
        if not texts:
            return None
        self._misses = 0
        return Leap(self._sample.tell, read, end)

    def _texts(self, piece: bytes, start: int) -> tuple[list[bytes], int]:
        """The texts from `start`, where one begins, and where the last of their events ends."""
        between = self._tail + self._head
        step = len(between)
        find, follows = piece.find, piece.startswith
        texts = []
        end = find(b'"', start)
        while follows(between, end):
            texts.append(piece[start:end])
            start = end + step
            end = find(b'"', start)
        if follows(self._tail, end):
            return [*texts, piece[start:end]], end + len(self._tail)
        return texts, start - len(self._head)
