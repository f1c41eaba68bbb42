"""Cuts a growing Markdown text into segments.

A line is read once. A line whose end has not come is read as if it had, and taken
back when more comes. Hence two promises, in whatever pieces the text came:

* the segments of the text so far are those of the same text in one piece;
* a segment with another behind it is final, so only the last is drawn again.
"""

from __future__ import annotations

import re

from chatapp.ui.chat.transcript.block_reader import BlockReader, Mark
from chatapp.ui.chat.transcript.segment import Segment

LINE_LIMIT = 4_096  # characters; the rest of a longer line becomes a further segment

_UNDECIDED = re.compile(r"[ \t]*(?:[`~]{1,2}|[-=*_+ ]+|#{1,6}|\d{1,9}[.)]?|\$|\\|>)?[ \t]*\r?$")


class Segmenter:
    """Reads a text piece by piece.

    Attributes:
        held: The end of the text that is not read yet. A lone marker may still become
            anything: `-` below a paragraph would show it as a heading for the moment
            before the text of the list item arrives.
    """

    def __init__(self, *, plain: bool = False) -> None:
        """Read Markdown, or with `plain` a text in which only code fences mean anything."""
        self.held = ""
        self._reader = BlockReader(plain=plain)
        self._mark: Mark | None = None
        self._part = ""  # the line whose end has not come
        self._offset = 0  # where `_part` begins in the message
        self._midline = False  # `_part` is the rest of a line that was cut

    @property
    def segments(self) -> list[Segment]:
        """What the text gives so far; not to be changed by the caller."""
        return self._reader.segments

    def feed(self, text: str) -> int:
        """Read more text; gives the index of the first segment that may have changed."""
        first = self._resume()
        *lines, part = (self._part + text).split("\n")
        for line in lines:
            self._read_line(line)
        self._part = self._cut(part)
        self.held = self._part if self._is_undecided(self._part) else ""
        if self._part and not self.held:
            self._mark = self._reader.mark()
            self._read(self._part)
        return first

    def _is_undecided(self, part: str) -> bool:
        if fence := self._reader.fence:
            return not part.strip(f" {fence[0]}")
        return not self._midline and _UNDECIDED.match(part) is not None

    def finish(self) -> int:
        """Nothing more comes; gives the index of the first segment that may have changed."""
        first = self._resume()
        if self._part:
            self._read_line(self._part)
            self._part = self.held = ""
        self._reader.close()
        return first

    def _resume(self) -> int:
        mark, self._mark = self._mark, None
        if mark is not None:
            self._reader.take_back(mark)
        segments = self.segments
        # One before the open segment: its last line may turn out to be a table's head.
        return max(0, len(segments) - 1)

    def _read_line(self, line: str) -> None:
        rest = self._cut(line)
        self._read(rest)
        self._midline = False
        self._offset += len(rest) + 1

    def _cut(self, line: str) -> str:
        """Read what is beyond measure of a line; gives its rest."""
        while len(line) > LINE_LIMIT and not self._reader.in_code:
            at = line.rfind(" ", LINE_LIMIT // 2, LINE_LIMIT) + 1 or LINE_LIMIT
            self._read(line[:at])
            self._midline = True
            self._offset += at
            line = line[at:]
        return line

    def _read(self, text: str) -> None:
        start, end = self._offset, self._offset + len(text)
        text = text.removesuffix("\r")
        if self._midline:
            self._reader.read_piece(text, start, end)
        else:
            self._reader.read(text, start, end)


def split(text: str, *, plain: bool = False) -> list[Segment]:
    """The segments of a whole text."""
    segmenter = Segmenter(plain=plain)
    segmenter.feed(text)
    segmenter.finish()
    return segmenter.segments
