"""What one line of Markdown means, whatever stands around it.

The rules are those of the CommonMark specification (spec.commonmark.org, 0.31) and
of GitHub's tables. A column is a place in a line with every tab taken as going to
the next fourth place.
"""

from __future__ import annotations

import re
from typing import NamedTuple

FENCE = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
RULE = re.compile(r"([-*_])[ \t]*(?:\1[ \t]*){2,}$")
SETEXT = re.compile(r"(?:=+|-+)[ \t]*$")
_MARKER = re.compile(r"([-*+]|(\d{1,9})[.)])([ \t]+|$)")
_DELIMITER = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
LANGUAGE = re.compile(r"[^\s{,]+")
_CELL = re.compile(r"(?<!\\)\|")
FORMULA_ENDS = {"$$": "$$", "\\[": "\\]"}
TAB = 4


class Line(NamedTuple):
    """A line that is not blank, with what every rule asks of it."""

    text: str
    start: int
    end: int
    indent: int  # columns before the first character
    body: str  # without them and without white space at its end

    def inside(self, columns: int) -> Line:
        """The line as it looks inside a list item whose content begins at `columns`."""
        if not columns:
            return self
        return self._replace(text=cut_indent(self.text, columns), indent=self.indent - columns)


def indent_of(text: str) -> int:
    """Columns of white space before the first character; a tab goes to the next fourth."""
    bare = text.lstrip(" \t")
    white = text[: len(text) - len(bare)]
    return len(white.expandtabs(TAB)) if "\t" in white else len(white)


def cut_indent(text: str, columns: int) -> str:
    """`text` without its first columns of white space, as many as there are up to `columns`."""
    if not columns:
        return text
    bare = text.lstrip(" \t")
    return " " * max(0, indent_of(text) - columns) + bare


def list_marker(line: Line) -> re.Match[str] | None:
    """The marker of a list item, if the line begins one."""
    if line.indent >= TAB or RULE.match(line.body):
        return None
    return _MARKER.match(line.body)


def content_column(line: Line, marker: re.Match[str]) -> int:
    """Where the content of the item begins; five spaces and more are one and code."""
    end = line.indent + len(marker[1])
    space = len((" " * end + marker[3]).expandtabs(TAB)) - end
    return end + (space if 1 <= space <= TAB else 1)


def renumbered(text: str, number: int) -> str:
    """`text`, which begins a list item, with another number."""
    return re.sub(r"^(\s*)\d+", rf"\g<1>{number}", text, count=1)


def is_fence(line: Line) -> bool:
    """Whether the line opens fenced code."""
    return line.indent < TAB and line.body[0] in "`~" and bool(FENCE.match(line.body))


def interrupts_list(line: Line) -> bool:
    """Whether a line ends a list although no blank line stands before it."""
    body = line.body
    if line.indent >= TAB:
        return False
    return body[0] == ">" or bool(HEADING.match(body) or RULE.match(body))


def interrupts_paragraph(line: Line, marker: re.Match[str]) -> bool:
    """Whether a list item may follow a paragraph without a blank line between."""
    return len(line.body) > len(marker[0]) and marker[2] in {None, "1"}


def is_delimiter_row(head: str, body: str) -> bool:
    """Whether `body` is the delimiter row of a table whose head is `head`."""
    if "|" not in body or "|" not in head or not _DELIMITER.match(body):
        return False
    return _columns(head) == _columns(body)


def _columns(row: str) -> int:
    row = row.strip()
    return len(_CELL.findall(row.removeprefix("|").removesuffix("|"))) + 1


def takes_lazy_text(line: str) -> bool:
    """Whether the paragraph in the last line of a quote goes on in a line without `>`."""
    body = line.lstrip(" >")
    if not body or indent_of(line.lstrip(" ").removeprefix(">")) > TAB:
        return False
    return not (HEADING.match(body) or RULE.match(body) or FENCE.match(body))


def as_text(text: str) -> str:
    """`text` so that its beginning is no marker of a block."""
    text = text.lstrip(" \t")
    return "\\" + text if text[:1] in {*"#>-+*=|`~$"} else text
