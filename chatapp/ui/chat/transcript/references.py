"""Link definitions and footnotes, which stand in one segment and are used in others.

A definition (`[label]: address`) draws nothing where it stands; the segments that
use its label are parsed with it. Footnotes are no part of the parser's dialect: a
reference (`[^id]`) becomes a link on a raised number, counted in reading order, and
the note itself begins with that number.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chatapp.ui.chat.transcript.segment import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatapp.ui.chat.transcript.segment import Segment

NOTE = "#note-"  # the address of a link to a footnote, followed by its number

_DEFINITION = re.compile(
    r""" {0,3}\[(?!\^)([^\[\]]+)\]:[ \t]*(<[^<>]*>|\S+)"""
    r"""([ \t]+("[^"]*"|'[^']*'|\([^()]*\)))?[ \t]*$"""
)
_LABEL = re.compile(r"\[([^\[\]]+)\]")
_FOOTNOTE = re.compile(r"\[\^([^\[\]\s]+)\](:?)")
CODE_SPAN = re.compile(r"(`+).*?(?<!`)\1(?!`)", re.DOTALL)
_PROSE = frozenset({Kind.PARAGRAPH, Kind.HEADING, Kind.LIST, Kind.QUOTE, Kind.TABLE})


class References:
    """Definitions and footnotes of one message."""

    def __init__(self) -> None:
        self._definitions: dict[str, tuple[int, str]] = {}  # label to segment and line
        self._notes: dict[str, tuple[int, int]] = {}  # id to number and first segment

    def follow(self, segments: Sequence[Segment], first: int) -> list[int]:
        """Read the segments from `first` on; gives those before whose text draws anew."""
        known = {label: line for label, (_, line) in self._definitions.items()}
        self._forget(first)
        for index in range(first, len(segments)):
            if segments[index].kind in _PROSE:
                self._read(index, segments[index])
        now = {label: line for label, (_, line) in self._definitions.items()}
        changed = {
            label for label in known.keys() | now.keys() if known.get(label) != now.get(label)
        }
        if not changed:
            return []
        return [index for index in range(first) if _labels(segments[index]) & changed]

    def is_hidden(self, segment: Segment) -> bool:
        """Whether a segment holds definitions only, and so draws nothing."""
        if segment.kind is not Kind.PARAGRAPH or not segment.lines[0].lstrip().startswith("["):
            return False
        return all(_DEFINITION.match(line) for line in segment.lines)

    def prepared(self, segment: Segment) -> str:
        """The Markdown of a segment with what it needs from elsewhere."""
        text = segment.text
        if "[" not in text or segment.kind not in _PROSE:
            return text
        used = _labels(segment) & self._definitions.keys() if self._definitions else ()
        if "[^" in text:
            text = _outside_code(text, self._numbered)
        lines = [self._definitions[label][1] for label in sorted(used)]
        return "\n\n".join([text, *lines])

    def segment_of(self, number: int, segments: Sequence[Segment]) -> int | None:
        """The segment a footnote stands in."""
        names = [name for name, (found, _) in self._notes.items() if found == number]
        for index, segment in enumerate(segments):
            start = segment.lines[0].lstrip() if segment.lines else ""
            if any(start.startswith(f"[^{name}]:") for name in names):
                return index
        return None

    def _forget(self, first: int) -> None:
        self._definitions = {k: v for k, v in self._definitions.items() if v[0] < first}
        self._notes = {k: v for k, v in self._notes.items() if v[1] < first}

    def _read(self, index: int, segment: Segment) -> None:
        text = segment.text
        if "[^" in text:
            for found in _FOOTNOTE.finditer(CODE_SPAN.sub("", text)):
                self._notes.setdefault(found[1], (len(self._notes) + 1, index))
        if segment.kind is Kind.PARAGRAPH and text.lstrip().startswith("["):
            for line in segment.lines:
                found_definition = _DEFINITION.match(line)
                if found_definition is None:
                    break
                label = _normal(found_definition[1])
                self._definitions.setdefault(label, (index, line.strip()))

    def _numbered(self, text: str) -> str:
        return _FOOTNOTE.sub(self._link, text)

    def _link(self, found: re.Match[str]) -> str:
        number, _ = self._notes.get(found[1], (0, 0))
        if not number:
            return found[0]
        return f"**{number}.**" if found[2] else f"[{number}]({NOTE}{number})"


def _labels(segment: Segment) -> set[str]:
    """What in a segment may be the label of a definition."""
    if segment.kind not in _PROSE or "[" not in segment.text:
        return set()
    return {_normal(found) for found in _LABEL.findall(segment.text)}


def _normal(label: str) -> str:
    """Labels are the same whatever their case and white space (CommonMark 4.7)."""
    return " ".join(label.casefold().split())


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    pieces, at = [], 0
    for found in CODE_SPAN.finditer(text):
        pieces += [change(text[at : found.start()]), found[0]]
        at = found.end()
    return "".join([*pieces, change(text[at:])])
