"""The parts of a message that fold to a line: reasoning, tool calls.

Unfolded, a part's text stands below its line, smaller and beside a bar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from chatapp.ui.chat.transcript.body import Body
from chatapp.ui.chat.transcript.chrome import FOLD_HEIGHT, fold_spot, paint_fold
from chatapp.ui.chat.transcript.code import COPY_ACTION
from chatapp.ui.chat.transcript.item import Canvas, Spot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QPainter

    from chatapp.ui.chat.transcript.style import Style
    from chatapp.ui.chat.transcript.words import Part

COPY_PART = "copy_part"  # the action of a copy button, followed by its part and segment
INDENT = 18
BAR_X, BAR_WIDTH = 6, 2
BELOW = 4  # a fold line, and an unfolded text


@dataclass(slots=True)
class _Fold:
    part: Part
    spot: Spot
    body: Body | None
    y: float  # of the unfolded text


class FoldStack:
    """Fold lines one under another."""

    def __init__(self, style: Style, is_unfolded: Callable[[str], bool]) -> None:
        """Ask `is_unfolded` for each part, by its action, whether its text is shown."""
        self._style = style
        self._is_unfolded = is_unfolded
        self._folds: list[_Fold] = []
        self._parts: Sequence[Part] = ()
        self._bodies: dict[str, Body] = {}

    def set_parts(self, parts: Sequence[Part]) -> None:
        """Show these parts from now on; the same ones may have grown."""
        self._parts = parts
        for part in parts:
            if self._is_unfolded(part.action):
                body = self._bodies.setdefault(part.action, Body(self._style.quiet))
                body.set_text(part.text, complete=part.complete)
            else:
                self._bodies.pop(part.action, None)

    def layout(self, y: float, width: float) -> float:
        """Place everything from height `y` downwards; gives the height below it."""
        self._folds = []
        for part in self._parts:
            spot = fold_spot(part.label, y, self._style, part.action)
            y += self._style.px(FOLD_HEIGHT) + BELOW
            body = self._bodies.get(part.action)
            self._folds.append(_Fold(part, spot, body, y))
            if body is not None:
                body.set_width(max(40.0, width - INDENT))
                y += body.height + 2 * BELOW
        return y

    def measure(self, top: float, bottom: float) -> None:
        """Lay out the unfolded texts between two heights; places are then out of date."""
        for fold in self._folds:
            if fold.body is not None:
                fold.body.measure(top - fold.y, bottom - fold.y)

    def __len__(self) -> int:
        return len(self._parts)

    def spots(self) -> list[Spot]:
        """The fold lines, and the copy buttons of code below them."""
        return [spot for fold in self._folds for spot in (fold.spot, *self._copy_spots(fold))]

    def _copy_spots(self, fold: _Fold) -> list[Spot]:
        found = []
        for index in range(len(fold.body.segments) if fold.body is not None else 0):
            assert fold.body is not None
            x, y = INDENT + fold.body.indent_of(index), fold.y + fold.body.top_of(index)
            found += [
                Spot(
                    spot.rect.translated(x, y), f"{COPY_PART}:{fold.part.action}:{index}", spot.name
                )
                for spot in fold.body.spots_of(index)
                if spot.action == COPY_ACTION
            ]
        return found

    def code(self, part: str, index: int) -> str:
        """The text of a segment of an unfolded part."""
        body = self._bodies.get(part)
        return body.segments[index].text if body is not None else ""

    def paint(self, painter: QPainter, clip: QRectF, hot: str) -> None:
        """Draw with the painter's origin at the message's top left corner."""
        for fold in self._folds:
            hovered = hot == fold.part.action
            unfolded = fold.body is not None
            paint_fold(painter, fold.spot, self._style, unfolded=unfolded, hot=hovered)
            if fold.body is not None:
                self._paint_text(painter, fold.body, fold.y, clip)

    def _paint_text(self, painter: QPainter, body: Body, y: float, clip: QRectF) -> None:
        bar = QRectF(BAR_X, y, BAR_WIDTH, body.height)
        painter.fillRect(bar, self._style.colour("line"))
        index = body.index_at(clip.top() - y)
        while index < len(body.segments) and y + body.top_of(index) < clip.bottom():
            left, top = INDENT + body.indent_of(index), y + body.top_of(index)
            painter.save()
            painter.translate(left, top)
            canvas = Canvas(self._style.quiet, clip.translated(-left, -top))
            body.item(index).paint(painter, canvas)
            painter.restore()
            index += 1
