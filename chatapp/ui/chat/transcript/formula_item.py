"""Draws a formula that stands on its own, in the middle of the column."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlockFormat, QTextCursor

from chatapp.ui.chat.transcript.prose import ProseItem


class FormulaItem(ProseItem):
    """Draws one formula, or its TeX while it cannot be drawn."""

    def _dress_further(self) -> None:
        cursor = QTextCursor(self._document)
        cursor.select(QTextCursor.SelectionType.Document)
        shape = QTextBlockFormat()
        shape.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        shape.setLineHeight(100, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.mergeBlockFormat(shape)

    def layout(self, width: float) -> float:
        """Lay out for a width; gives the height."""
        if width != self._width:
            super().layout(width)
            self.height += self._depth()
        return self.height

    def _depth(self) -> float:
        """How far the formula reaches below its base line."""
        return self._formula_object.deepest() if self._formula_object and self._formulas else 0.0
