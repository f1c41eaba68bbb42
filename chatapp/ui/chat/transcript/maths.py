r"""Formulas in Markdown: where they are, and how they look.

`$…$` and `\(…\)` stand in a line, `$$…$$` and `\[…\]` on their own. A dollar sign is
one of money unless it hugs what follows and its partner hugs what comes before, as
Pandoc has it: "$5 and $10" is no formula. Drawing needs the package `ziamath`, an
extra; it is imported with the first formula.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from chatapp.ui.chat.transcript.references import CODE_SPAN

LONGEST = 2_000  # characters of one formula; a longer one stays text

_FORMULA = re.compile(
    r"(?<!\\)\$\$(?P<display>.+?)\$\$"
    r"|\\\[(?P<square>.+?)\\\]"
    r"|\\\((?P<round>.+?)\\\)"
    r"|(?<![\\$\w])\$(?P<inline>(?! )[^$\n]*?[^$\n\s\\])\$(?![\d$])",
    re.DOTALL,
)
_MONEY = re.compile(r"[\d.,]+\s+[A-Za-z]{2,}")  # "$5 to 10$" speaks of money


class Formula(NamedTuple):
    """A formula in a text.

    Attributes:
        start: Where it begins, with its delimiters.
        end: Where it ends.
        tex: What stands between the delimiters.
        display: Whether it stands on its own.
    """

    start: int
    end: int
    tex: str
    display: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn formula: an SVG and its measures in pixels."""

    svg: bytes
    width: float
    height: float
    depth: float  # how much of the height is below the base line


def find(text: str) -> list[Formula]:
    """The formulas of a text, outside inline code."""
    if "$" not in text and "\\(" not in text and "\\[" not in text:
        return []
    code = [span.span() for span in CODE_SPAN.finditer(text)] if "`" in text else []
    found = []
    for match in _FORMULA.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in code):
            continue
        tex = next(group for group in match.groups() if group is not None).strip()
        if tex and len(tex) <= LONGEST and not _MONEY.match(tex):
            display = match["display"] is not None or match["square"] is not None
            found.append(Formula(*match.span(), tex, display))
    return found


@lru_cache(maxsize=1)
def is_available() -> bool:
    """Whether formulas can be drawn here."""
    return importlib.util.find_spec("ziamath") is not None


def draw(tex: str, size: float, colour: str, *, display: bool) -> Drawing | None:
    """Draw a formula with letters of `size` pixels; None if it is no TeX that can be drawn.

    Takes some milliseconds, the first time a quarter of a second.
    """
    try:
        from ziamath.config import config
        from ziamath.zmath import Latex

        config.svg2 = False  # QtSvg clips every glyph of the newer kind
        drawn = Latex(tex, size=size, color=colour, inline=not display)
        svg = drawn.svg()
    except Exception:  # noqa: BLE001 - what the user's model wrote may fail in any way
        return None
    box = re.search(r'viewBox="(\S+) (\S+) (\S+) (\S+)"', svg)
    if box is None:
        return None
    _, top, width, height = map(float, box.groups())
    return Drawing(svg.encode(), width, height, height + top)
