"""A list beside its content; where that is too narrow, the list slides over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from chatapp.kit.signal import Signal
from chatapp.ui.frame import FOLDS_BELOW, START_WIDTH

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent, QResizeEvent

    from chatapp.ui.look import Look

MINIMUM_WIDTH = 240
MAXIMUM_WIDTH = 420
CONTENT_MINIMUM = 300
MOTION_MILLISECONDS = 140


class TwoPanes(QWidget):
    """Holds the two panes.

    In a wide window the list stands beside the content unless the user folded it. In a
    narrow one it is away until it is asked for, then lies over the content.

    Attributes:
        shown_changed: The list came or went.
    """

    def __init__(self, look: Look, left: QWidget, right: QWidget) -> None:
        super().__init__()
        self.shown_changed: Signal[bool] = Signal()
        self.reduce_motion = False
        self._look = look
        self._left, self._right = left, right
        self._narrow = False
        self._folded = False
        self._over = False
        self._left_width = START_WIDTH
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(left)
        self._splitter.addWidget(right)
        self._splitter.setStretchFactor(0, 0)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.splitterMoved.connect(self._on_splitter_moved)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._splitter)
        self._scrim = _Scrim(self)
        self._scrim.pressed.connect(self.put_away)
        self._motion = QPropertyAnimation(left, b"geometry", self)
        self._motion.setDuration(MOTION_MILLISECONDS)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.finished.connect(self._on_motion_finished)
        right.setMinimumWidth(CONTENT_MINIMUM)
        look.changed.connect(self._arrange)
        self._beside()

    # ---- what is asked

    @property
    def left_shown(self) -> bool:
        """Whether the list can be seen."""
        return self._over if self._narrow else not self._folded

    @property
    def narrow(self) -> bool:
        """Whether there is no room for both."""
        return self._narrow

    @property
    def folded(self) -> bool:
        """Whether the user folded the list of a wide window away."""
        return self._folded

    @property
    def left_width(self) -> int:
        """How wide the list is beside the content."""
        return self._left_width

    def restore(self, left_width: int, *, folded: bool) -> None:
        """Stand as remembered."""
        self._left_width = min(max(left_width, MINIMUM_WIDTH), MAXIMUM_WIDTH)
        self._folded = folded
        self._arrange()

    def toggle(self) -> None:
        """Bring the list, or send it away."""
        if self._narrow:
            self._slide(not self._over)
        else:
            self._folded = not self._folded
            self._arrange()

    def show_left(self) -> None:
        """Bring the list."""
        if not self.left_shown:
            self.toggle()

    def put_away(self) -> None:
        """Send a list away that lies over the content."""
        if self._narrow and self._over:
            self._slide(over=False)

    # ---- arranging

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may fold the list, or unfold it."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        threshold = round(FOLDS_BELOW * (1 + max(1.0, self._look.scale)) / 2)
        narrow = self.width() < threshold
        shown = self.left_shown
        if narrow != self._narrow:
            self._narrow, self._over = narrow, False
        self._motion.stop()
        if self._narrow:
            self._above()
        else:
            self._beside()
        if shown != self.left_shown:
            self.shown_changed.emit(self.left_shown)

    def _beside(self) -> None:
        if self._left.parentWidget() is not self._splitter:
            self._splitter.insertWidget(0, self._left)
        self._left.setMinimumWidth(MINIMUM_WIDTH)
        self._left.setMaximumWidth(MAXIMUM_WIDTH)
        self._left.setVisible(not self._folded)
        self._scrim.hide()
        self._splitter.setSizes([self._left_width, max(1, self.width() - self._left_width - 1)])

    def _above(self) -> None:
        if self._left.parentWidget() is not self:
            self._left.setParent(self)
        self._left.setMinimumWidth(0)
        self._left.setGeometry(self._place(over=self._over))
        self._left.setVisible(self._over)
        self._scrim.setGeometry(self.rect())
        self._scrim.setVisible(self._over)
        self._scrim.raise_()
        self._left.raise_()

    def _place(self, *, over: bool) -> QRect:
        width = min(max(self._left_width, MINIMUM_WIDTH), round(self.width() * 0.85))
        return QRect(0 if over else -width, 0, width, self.height())

    def _slide(self, over: bool) -> None:
        self._over = over
        self._scrim.setVisible(over)
        self._left.show()
        self._left.raise_()
        self._motion.stop()
        if self.reduce_motion:
            self._left.setGeometry(self._place(over=over))
            self._on_motion_finished()
        else:
            self._motion.setStartValue(self._place(over=not over))
            self._motion.setEndValue(self._place(over=over))
            self._motion.start()
        self.shown_changed.emit(over)

    def _on_motion_finished(self) -> None:
        if self._narrow:
            self._left.setVisible(self._over)

    def _on_splitter_moved(self, place: int) -> None:
        self._left_width = place


class _Scrim(QWidget):
    """Dims the content under the list; a press sends the list away."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.pressed: Signal[()] = Signal()
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Anywhere outside the list."""
        del event
        self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A veil."""
        del event
        QPainter(self).fillRect(self.rect(), QColor(10, 14, 22, 72))
