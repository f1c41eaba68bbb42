"""Widgets in a line that goes on below where it is full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent


class FlowRow(QWidget):
    """Places its widgets from left to right, and below when there is no room.

    It is no `QLayout`: layouts written in Python leave the ownership of their items
    unclear, and these few widgets need no more than places.
    """

    def __init__(self, spacing: int = 6) -> None:
        super().__init__()
        self._widgets: list[QWidget] = []
        self._spacing = spacing
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def add(self, widget: QWidget) -> None:
        """Put `widget` at the end."""
        widget.setParent(self)
        self._widgets.append(widget)
        self.place()

    def clear(self) -> None:
        """Take all widgets away."""
        for widget in self._widgets:
            widget.hide()
            widget.deleteLater()
        self._widgets = []
        self.place()

    def place(self) -> None:
        """Give each widget its place, and the row its height."""
        x, y, line = 0, 0, 0
        for widget in self._widgets:
            size = widget.sizeHint()
            width = min(size.width(), max(1, self.width()))
            if x and x + width > self.width():
                x, y, line = 0, y + line + self._spacing, 0
            widget.setGeometry(x, y, width, size.height())
            widget.show()
            x += width + self._spacing
            line = max(line, size.height())
        self.setFixedHeight(y + line)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, other lines."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.place()

    def changeEvent(self, event: QEvent) -> None:
        """Another font, other sizes."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.place()
