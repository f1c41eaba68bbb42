"""The window before it is furnished: its place, its outline, its end.

A start is felt until something is seen. So the frame needs almost nothing of Qt
(naming its `Qt` namespace alone costs 17 ms, each class of widget one or two) and
paints where the panes will stand; the panes come a moment later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QGuiApplication, QPainter
from PySide6.QtWidgets import QMainWindow

from chatapp.kit.signal import Signal
from chatapp.ui import placement
from chatapp.ui.theme import DARK, LIGHT, Theme
from chatapp.ui.trace import Trace

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QPaintEvent

    from chatapp.settings.schema import Value

MINIMUM_SIZE = QSize(360, 420)
FOLDS_BELOW = 720  # narrower, and the list of chats slides over the conversation
START_WIDTH = 304  # of the list of chats
DARKER_THAN = 128  # of 255


class SettingsBook(Protocol):
    """The settings, as far as the window needs them."""

    changed: Signal[str]

    def get(self, name: str) -> Any:  # noqa: ANN401 - the type its row declares
        """The value of a declared setting."""
        ...

    async def set(self, name: str, value: Value) -> None:
        """Use and keep another value."""
        ...


class StateBook(Protocol):
    """Small values that are remembered between runs."""

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - any JSON value
        """The value of `key`, or `default`."""
        ...

    def set(self, key: str, value: Any) -> None:  # noqa: ANN401 - any JSON value
        """Remember `value`; None forgets it."""
        ...


class Frame(QMainWindow):
    """A top-level window that stands where it stood.

    Attributes:
        closed: The user closed the window; whoever listens saves and ends the program.
        is_furnished: The panes are there, so that closing has something to save.
        was_painted: Something of it has been on screen.
    """

    def __init__(self, settings: SettingsBook, state: StateBook) -> None:
        super().__init__()
        self.closed: Signal[()] = Signal()
        self.is_furnished = False
        self.was_painted = False
        self.trace = Trace(self)
        self._settings, self._state = settings, state
        self.setWindowTitle("ChatApp")
        self.setMinimumSize(MINIMUM_SIZE)
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        self.setGeometry(placement.place(self._state.get("geometry"), screens))

    @property
    def list_width(self) -> int:
        """How wide the list of chats was."""
        width = self._state.get("browser_width", START_WIDTH)
        return width if isinstance(width, int) else START_WIDTH

    def show_where_it_was(self) -> None:
        """Come on screen, over all of it if it was so."""
        if self._state.get("maximized"):
            self.showMaximized()
        else:
            self.show()

    def remember(self) -> None:
        """Note where the window is."""
        rect = self.normalGeometry()
        self._state.set("geometry", [rect.x(), rect.y(), rect.width(), rect.height()])
        self._state.set("maximized", self.isMaximized() or None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The outline, until the panes cover it; the first one is what a start is measured by."""
        if self.is_furnished:
            super().paintEvent(event)
        else:
            self._paint_outline(self._outline_theme())
        self.was_painted = True
        self.trace.pass_milestone("painted")

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask whoever made the window to end the program; it hides the window then."""
        self.remember()
        if self.is_furnished:
            event.ignore()
        else:
            event.accept()
        self.closed.emit()

    def _outline_theme(self) -> Theme:
        chosen = self._settings.get("theme")
        dark = self.palette().window().color().lightness() < DARKER_THAN
        return DARK if chosen == "dark" or (chosen == "system" and dark) else LIGHT

    def _paint_outline(self, theme: Theme) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.page))
        if self.width() >= FOLDS_BELOW and not self._state.get("browser_folded"):
            painter.fillRect(0, 0, self.list_width, self.height(), QColor(theme.side))
            painter.fillRect(self.list_width, 0, 1, self.height(), QColor(theme.line))
        painter.end()
