"""What the items draw with: fonts, colours and measures of one theme at one text size.

Made once for a theme and a text size, then only read. Lengths are in
device-independent pixels.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPalette,
    QTextCharFormat,
)

from chatapp.ui.chat.transcript.formulas import Formulas
from chatapp.ui.fonts import code_font
from chatapp.ui.theme import BODY_POINTS, CAPTION_POINTS, CODE_SCALE, LINE_HEIGHT, Theme

if TYPE_CHECKING:
    from chatapp.ui.fonts import Families

HEADING_SCALES = (1.5, 1.3, 1.15, 1.05, 1.0, 1.0)
CODE_LINE_HEIGHT = 1.55
CODE_MARGIN = 4  # of the ground behind inline code, beside the text
SMALL_POINTS = 9.5  # of buttons and folds, between caption and body


class Style:
    """Fonts, colours and measures."""

    def __init__(
        self, theme: Theme, scale: float, families: Families, *, quiet: bool = False
    ) -> None:
        """With `quiet`, text is smaller and greyer than the conversation's own."""
        self.theme = theme
        self.scale = scale
        self._quiet = quiet
        self._families = families
        self._colours: dict[str, QColor] = {}
        self.body = self.font(SMALL_POINTS if quiet else BODY_POINTS)
        self.small = self.font(SMALL_POINTS)
        self.button = self.font(SMALL_POINTS, QFont.Weight.Medium)
        self.caption = self.font(CAPTION_POINTS)
        self.name = self.font(CAPTION_POINTS, QFont.Weight.DemiBold)
        self.code = code_font(families, BODY_POINTS * CODE_SCALE * scale)
        self._measure()
        self._make_formats()

    def _measure(self) -> None:
        body, code = QFontMetricsF(self.body), QFontMetricsF(self.code)
        size = _pixels(self.body)
        self.line = size * LINE_HEIGHT
        self.line_percent = 100 * self.line / body.height()
        self.character = body.averageCharWidth()
        self.code_pitch = round(_pixels(self.code) * CODE_LINE_HEIGHT)
        self.code_rise = (self.code_pitch - code.height()) / 2
        self.code_character = code.horizontalAdvance("x")
        self.indent = round(size * 1.7)

    def _make_formats(self) -> None:
        self.code_format = QTextCharFormat()
        self.code_format.setFontFamilies([self._families.code])
        self.code_format.setFontPointSize(self.code.pointSizeF() * 0.97)
        self.code_format.setFontFixedPitch(True)
        self.beside_code_format = QTextCharFormat()
        self.beside_code_format.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
        self.beside_code_format.setFontLetterSpacing(CODE_MARGIN)
        self.link_format = QTextCharFormat()
        self.link_format.setForeground(self.colour("accent"))
        self.link_format.setFontUnderline(True)
        self.note_format = QTextCharFormat()
        self.note_format.setForeground(self.colour("accent"))
        self.note_format.setFontUnderline(False)
        self.note_format.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        self.quote_format = QTextCharFormat()
        self.quote_format.setForeground(self.colour("muted"))
        self.heading_formats = [self._heading_format(scale) for scale in HEADING_SCALES]
        self.palette = QPalette()
        for role, name in (
            (QPalette.ColorRole.Text, "muted" if self._quiet else "text"),
            (QPalette.ColorRole.WindowText, "text"),
            (QPalette.ColorRole.Base, "page"),
            (QPalette.ColorRole.Window, "page"),
            (QPalette.ColorRole.Link, "accent"),
        ):
            self.palette.setColor(role, self.colour(name))

    def _heading_format(self, scale: float) -> QTextCharFormat:
        heading = QTextCharFormat()
        heading.setFontPointSize(self.body.pointSizeF() * scale)
        heading.setFontWeight(QFont.Weight.DemiBold)
        return heading

    def font(self, points: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """The interface font at `points` of 100 %."""
        font = QFont([self._families.interface])
        font.setPointSizeF(points * self.scale)
        font.setWeight(weight)
        return font

    @cached_property
    def formulas(self) -> Formulas:
        """The formulas drawn in this style."""
        colour = self.colour("muted" if self._quiet else "text").name()
        return Formulas(_pixels(self.body) * 1.1, colour)

    @cached_property
    def quiet(self) -> Style:
        """The style of what stands beside the conversation, such as reasoning."""
        return Style(self.theme, self.scale, self._families, quiet=True)

    def colour(self, name: str) -> QColor:
        """The theme's colour of that name."""
        known = self._colours.get(name)
        if known is None:
            known = self._colours[name] = QColor(getattr(self.theme, name))
        return known

    def px(self, length: float) -> int:
        """A length that grows with the text."""
        return round(length * max(1.0, self.scale))


def _pixels(font: QFont) -> float:
    """The size of a font in device-independent pixels, at 96 to the inch."""
    return font.pointSizeF() * 96 / 72
