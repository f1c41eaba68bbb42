"""Where the window was, put back where it can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize

if TYPE_CHECKING:
    from collections.abc import Sequence

START_SIZE = QSize(1180, 800)
GRIP = 48  # so much of the title bar must be reachable


def place(remembered: object, screens: Sequence[QRect]) -> QRect:
    """A rectangle for the window: as remembered, but within one of `screens`.

    Args:
        remembered: `[x, y, width, height]` from the last run; anything else is ignored.
        screens: What each screen has free; the first one is the main one.
    """
    rect = _rect(remembered)
    if rect is None:
        screen = screens[0]
        size = START_SIZE.boundedTo(screen.size() - QSize(GRIP, GRIP))
        rect = QRect(screen.topLeft(), size)
        rect.moveCenter(screen.center())
        return rect
    screen = max(screens, key=lambda candidate: _area(candidate.intersected(rect)))
    rect.setSize(rect.size().boundedTo(screen.size()))
    rect.moveLeft(min(max(rect.left(), screen.left()), screen.right() + 1 - rect.width()))
    rect.moveTop(min(max(rect.top(), screen.top()), screen.bottom() + 1 - rect.height()))
    return rect


def _rect(remembered: object) -> QRect | None:
    if not isinstance(remembered, (list, tuple)):
        return None
    numbers = [number for number in remembered if isinstance(number, int)]
    if len(numbers) != len(remembered) or len(numbers) != 4:
        return None
    rect = QRect(*numbers)
    return rect if rect.width() > GRIP and rect.height() > GRIP else None


def _area(rect: QRect) -> int:
    return max(0, rect.width()) * max(0, rect.height())
