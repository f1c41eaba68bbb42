"""Runs a search in a transcript: in slices, marking what is in view, going from hit to hit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from chatapp.kit.signal import Signal
from chatapp.ui.chat.transcript.find import Hit, Search, pattern_for

if TYPE_CHECKING:
    from chatapp.ui.chat.transcript.area import TranscriptArea

Marks = tuple[list[tuple[int, int]], int | None]


class Finder:
    """Searches one transcript.

    Attributes:
        changed: Which hit is the current one, from 1 (0 without any), how many there are
            so far, and a sentence if what was typed is no regular expression.
    """

    def __init__(self, area: TranscriptArea) -> None:
        self.changed: Signal[int, int, str] = Signal()
        self._area = area
        self._search: Search | None = None
        self._timer = QTimer(area)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_slice)

    def find(self, text: str, *, regex: bool, case: bool) -> None:
        """Search for `text`, and go to the first hit in view or below; an empty text ends it."""
        self._search = None
        self._timer.stop()
        problem = ""
        if text:
            try:
                self._search = Search(pattern_for(text, regex=regex, case=case))
                self._timer.start()
            except re.error as error:
                problem = f"This is no regular expression: {error.msg}."
        self.changed.emit(0, 0, problem)
        self._area.viewport().update()

    @property
    def is_active(self) -> bool:
        """Whether anything is being looked for."""
        return self._search is not None

    def step(self, change: int) -> None:
        """Go to the next hit, or with -1 to the one before."""
        if self._search is not None:
            self._go_to(self._search.step(change))

    def forget(self, row: int) -> None:
        """The messages from `row` on changed: what was found there is looked for again."""
        if self._search is not None:
            self._search.forget(row)
            self._timer.start()

    def marks(self, row: int, block: int) -> Marks:
        """The places to mark in a segment that is drawn, and which is the current one."""
        if self._search is None:
            return [], None
        body = self._area.flow.item(row).body
        segment = body.segments[block]
        first, count = self._search.hits_in(row, segment.start, segment.end)
        if not count:
            return [], None
        marks = body.item(block).find(self._search.pattern)
        place = self._search.current - first
        current = min(place, len(marks) - 1) if 0 <= place < count and marks else None
        return marks, current

    def _on_slice(self) -> None:
        search = self._search
        if search is None:
            return
        more = search.advance(self._area.flow.rows)
        if not more:
            self._timer.stop()
        if search.current < 0 and search.hits:
            nearest = search.nearest(self._area.flow.anchor().row)
            if search.hits[nearest].row >= self._area.flow.anchor().row or not more:
                search.current = nearest - 1
                self._go_to(search.step(1))
                return
        self._tell()

    def _go_to(self, hit: Hit | None) -> None:
        if hit is not None:
            self._area.commands.reveal(hit.row, hit.start, self._number_in_block)
        self._tell()
        self._area.viewport().update()

    def _number_in_block(self, row: int, block: int) -> tuple[int, int] | None:
        """The place of the current hit in the segment it stands in."""
        marks, current = self.marks(row, block)
        return None if current is None else marks[current]

    def _tell(self) -> None:
        search = self._search
        if search is not None:
            self.changed.emit(search.current + 1, len(search.hits), "")
