"""How the window looks at the moment: its theme, its text size, its typefaces.

One `Look` is made for a window and handed to whatever paints itself. It tells when
it changed; nobody reads colours from anywhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QFont, QIcon, QPixmap

from chatapp.ui import icons
from chatapp.ui.theme import BODY_POINTS, DARK, LIGHT, Theme

if TYPE_CHECKING:
    from chatapp.ui.fonts import Families

SCALE_MINIMUM = 0.5
SCALE_MAXIMUM = 3.0
SCALE_STEPS = (0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)


class Look(QObject):
    """The theme, the text size and the typefaces of one window.

    Attributes:
        changed: The theme or the text size is another one.
    """

    changed = Signal()

    def __init__(self, families: Families, theme: Theme = LIGHT, scale: float = 1.0) -> None:
        super().__init__()
        self.families = families
        self.theme = theme
        self.scale = scale

    def set(self, theme: Theme, scale: float) -> None:
        """Look like this from now on; `scale` is 1.0 at 100 %."""
        scale = min(max(scale, SCALE_MINIMUM), SCALE_MAXIMUM)
        if (theme, scale) != (self.theme, self.scale):
            self.theme, self.scale = theme, scale
            self.changed.emit()

    def px(self, length: int) -> int:
        """`length` at the text size in use; never less, so that targets stay easy to hit."""
        return round(length * max(1.0, self.scale))

    def font(self, points: float = BODY_POINTS, weight: QFont.Weight | int = 400) -> QFont:
        """The interface font at `points` of 100 %."""
        font = QFont([self.families.interface])
        font.setPointSizeF(points * self.scale)
        font.setWeight(QFont.Weight(weight))
        return font

    def colour(self, field: str) -> str:
        """The theme's colour of that name."""
        colour = getattr(self.theme, field)
        assert isinstance(colour, str)
        return colour

    def icon(self, name: str, field: str = "muted") -> QIcon:
        """An icon in a colour of the theme; whoever shows it asks again when the look changed."""
        return icons.tinted(name, self.colour(field), self.px(icons.SIZE))

    def pixmap(self, name: str, field: str = "muted", side: int = icons.SIZE) -> QPixmap:
        """The same for a label, `side` pixels large at 100 %."""
        pixels = self.px(side)
        return icons.tinted(name, self.colour(field), pixels).pixmap(pixels, pixels)


def next_scale(scale: float, step: int) -> float:
    """The text size one step up (`step` 1) or down (-1) from `scale`."""
    if step > 0:
        return next((s for s in SCALE_STEPS if s > scale + 0.01), SCALE_MAXIMUM)
    return next((s for s in reversed(SCALE_STEPS) if s < scale - 0.01), SCALE_MINIMUM)


def theme_for(choice: str, *, system_dark: bool) -> Theme:
    """The theme of the setting `light`, `dark` or `system`."""
    if choice == "system":
        return DARK if system_dark else LIGHT
    return DARK if choice == "dark" else LIGHT
