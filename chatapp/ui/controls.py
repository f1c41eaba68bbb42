"""The few small controls the panes are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QToolButton,
    QWidget,
)

from chatapp.kit.signal import Signal
from chatapp.ui import icons
from chatapp.ui.icons import SIZE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from chatapp.ui.look import Look

BUTTON_SIZE = 32
GAP = 8
SWITCH_WIDTH = 38
SWITCH_HEIGHT = 22


class IconButton(QToolButton):
    """A square button that shows only an icon; `name` is what it is called aloud."""

    def __init__(self, look: Look, icon: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._icon_name = icon
        self.set_name(name)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def set_name(self, name: str, tip: str = "") -> None:
        """Call it `name`; the tooltip says `tip`, else the same."""
        self.setAccessibleName(name)
        self.setToolTip(tip or name)

    def _on_look_changed(self) -> None:
        side, icon = self._look.px(BUTTON_SIZE), self._look.px(SIZE)
        self.setFixedSize(side, side)
        self.setIconSize(QSize(icon, icon))
        self.setIcon(self._look.icon(self._icon_name))


class KeyHint(QLabel):
    """A key as printed on a keyboard, in a hairline frame."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(keys.replace("+", " "), parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "key")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)


class HintedButton(QPushButton):
    """A button with an icon, its text at the left and its key at the right."""

    def __init__(self, look: Look, icon: str, text: str, keys: str) -> None:
        super().__init__()
        self._look = look
        self.setAccessibleName(text)
        self._icon = QLabel(self)
        self._icon_name = icon
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", "button")
        label.setMinimumWidth(1)
        self._label = label
        self._hint = KeyHint(keys, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(11, 0, 7, 0)
        row.setSpacing(GAP)
        row.addWidget(self._icon)
        row.addWidget(label, 1)
        row.addWidget(self._hint, 0, Qt.AlignmentFlag.AlignVCenter)
        for child in (self._icon, label):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The key is shown where there is room for it."""
        super().resizeEvent(event)
        needed = self._icon.sizeHint().width() + self._label.sizeHint().width()
        room = self.width() - needed - 4 * GAP
        self._hint.setVisible(room >= self._hint.sizeHint().width())

    def _on_look_changed(self) -> None:
        self._icon.setPixmap(self._look.pixmap(self._icon_name, "text"))
        self.setMinimumHeight(self._look.px(34))


class ChoiceButton(QPushButton):
    """Shows one of several choices and opens a menu of them.

    Attributes:
        chosen: The user picked this value.
    """

    def __init__(self, look: Look, choices: Sequence[tuple[str, str]]) -> None:
        """Offer `choices`: each a value and what it is called."""
        super().__init__()
        self.chosen: Signal[str] = Signal()
        self._look = look
        self.value = ""
        self.setProperty("kind", "choice")
        self._menu = QMenu(self)
        for value, text in choices:
            action = self._menu.addAction(text)
            action.setCheckable(True)
            action.setData(value)
        self._menu.triggered.connect(lambda action: self.chosen.emit(action.data()))
        self.setMenu(self._menu)

    def show_value(self, value: str) -> None:
        """Show the choice in force."""
        self.value = value
        for action in self._menu.actions():
            action.setChecked(action.data() == value)
            if action.data() == value:
                self.setText(action.text())

    def choose(self, value: str) -> None:
        """Pick a value as the menu does."""
        self.chosen.emit(value)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Text at the left, the arrow at the right."""
        del event
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        painter.setPen(QColor(self._look.theme.text))
        words = self.rect().adjusted(10, 0, -10, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
        side = self._look.px(SIZE)
        arrow = QRect(words.right() - side, words.center().y() - side // 2, side, side)
        icons.draw(painter, arrow, "chevron-down", self._look.theme.muted)


class Switch(QCheckBox):
    """A check box drawn as a switch."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look

    def sizeHint(self) -> QSize:
        """Room for the switch and its focus ring."""
        return QSize(self._look.px(SWITCH_WIDTH) + 6, self._look.px(SWITCH_HEIGHT) + 6)

    def hitButton(self, place: QPoint) -> bool:
        """All of it can be pressed."""
        return self.rect().contains(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A pill with a knob at the side of its state."""
        del event
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pill = QRectF(3, 3, self.width() - 6, self.height() - 6)
        radius = pill.height() / 2
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 2))
            ring = pill.adjusted(-2, -2, 2, 2)
            painter.drawRoundedRect(ring, radius + 2, radius + 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent if self.isChecked() else theme.border))
        painter.drawRoundedRect(pill, radius, radius)
        knob = QRectF(0, 0, pill.height() - 6, pill.height() - 6)
        knob.moveTop(pill.top() + 3)
        knob.moveLeft(pill.right() - knob.width() - 3 if self.isChecked() else pill.left() + 3)
        painter.setBrush(QColor(theme.on_accent if self.isChecked() else theme.page))
        painter.drawEllipse(knob)
