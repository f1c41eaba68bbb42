"""The left pane: new chat, search, filters, the list, how many there are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from chatapp.kit.signal import Signal
from chatapp.ui.browser.list_view import SessionListView
from chatapp.ui.browser.model import SessionListModel
from chatapp.ui.browser.search_field import SearchField
from chatapp.ui.controls import HintedButton, IconButton
from chatapp.ui.flow_row import FlowRow
from chatapp.ui.page import named

if TYPE_CHECKING:
    from chatapp.domain.ids import SessionId
    from chatapp.kit.clock import Clock
    from chatapp.sessions.catalogue import Catalogue, CatalogueView, SessionFilter
    from chatapp.ui.browser.marks import Marks
    from chatapp.ui.look import Look

CHIPS = ("All", "Pinned", "Archived")


TOTALS_MILLISECONDS = 50


class BrowserPane(QWidget):
    """Chooses a chat.

    Attributes:
        new_requested: The user wants a new chat.
        fold_requested: The user wants the pane out of the way.
        settings_requested: The user wants the settings.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.new_requested: Signal[()] = Signal()
        self.fold_requested: Signal[()] = Signal()
        self.settings_requested: Signal[()] = Signal()
        self.setObjectName("browser")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._look = look
        self._catalogue: Catalogue | None = None
        self._view: CatalogueView | None = None
        self._clock: Clock | None = None

        self.new_button = HintedButton(look, "plus", "New chat", "Ctrl+N")
        self.new_button.clicked.connect(lambda: self.new_requested.emit())
        self.fold_button = IconButton(look, "panel-left", "Hide the list of chats")
        self.fold_button.set_name("Hide the list of chats", "Hide the list of chats (F9)")
        self.fold_button.clicked.connect(lambda: self.fold_requested.emit())
        self.search = SearchField(look, "Ctrl+Shift+F")
        self.search.searched.connect(self._on_searched)
        self.search.left_downwards.connect(self._on_left_downwards)
        self.list = SessionListView(look)
        self._empty = _EmptyList()
        self._empty.button.clicked.connect(self.show_all)
        self.totals = QLabel()
        self.totals.setTextFormat(Qt.TextFormat.PlainText)
        self.totals.setProperty("role", "small")
        self.settings_button = IconButton(look, "settings", "Settings")
        self.settings_button.set_name("Settings", "Settings (Ctrl+,)")
        self.settings_button.clicked.connect(lambda: self.settings_requested.emit())
        self._totals_timer = QTimer(self)  # counting goes through every session
        self._totals_timer.setSingleShot(True)
        self._totals_timer.timeout.connect(self._show_totals)
        self._lay_out()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(12, 12, 8, 8)
        top.setSpacing(4)
        top.addWidget(self.new_button, 1)
        top.addWidget(self.fold_button)
        search = QHBoxLayout()
        search.setContentsMargins(12, 0, 12, 8)
        search.addWidget(self.search)
        self._pages = QStackedLayout()
        self._pages.addWidget(self.list)
        self._pages.addWidget(self._empty)
        footer = named("footer")
        row = QHBoxLayout(footer)
        row.setContentsMargins(14, 4, 8, 4)
        row.addWidget(self.totals, 1)
        row.addWidget(self.settings_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(search)
        chips = QHBoxLayout()
        chips.setContentsMargins(12, 0, 12, 4)
        chips.addWidget(self._make_chips())
        column.addLayout(chips)
        column.addLayout(self._pages, 1)
        column.addWidget(footer)

    def _make_chips(self) -> FlowRow:
        chips = FlowRow()
        self._chips = QButtonGroup(self)
        for number, text in enumerate(CHIPS):
            chip = QPushButton(text)
            chip.setProperty("kind", "chip")
            chip.setCheckable(True)
            chip.setChecked(number == 0)
            chip.setAccessibleName(f"Show {text.lower()} chats")
            self._chips.addButton(chip, number)
            chips.add(chip)
        self._chips.idClicked.connect(self._on_chip_clicked)
        return chips

    # ---- what it shows

    def show_catalogue(
        self, catalogue: Catalogue, view: CatalogueView, marks: Marks, clock: Clock
    ) -> None:
        """Draw the rows of `view` from now on."""
        self._catalogue, self._view, self._clock = catalogue, view, clock
        model = SessionListModel(view, marks, clock, self)
        self.list.setModel(model)
        catalogue.changed.connect(self._on_catalogue_changed)
        catalogue.removed.connect(self._on_catalogue_changed)
        catalogue.refilled.connect(self._on_catalogue_changed)
        self._show_totals()

    @property
    def model(self) -> SessionListModel:
        """The rows in view."""
        return self.list.sessions

    @property
    def filter(self) -> SessionFilter:
        """What the list is narrowed to."""
        assert self._view is not None
        return self._view.filter

    def show_all(self) -> None:
        """Take search and filters away."""
        self.search.clear()
        self._chips.button(0).click()

    def neighbour(self, session_id: SessionId | None, step: int) -> SessionId | None:
        """The session `step` rows below (or above) another, or None at the end."""
        index = self.model.index_of(session_id)
        row = index.row() + step if index.isValid() else 0
        if not 0 <= row < self.model.rowCount():
            return None
        return self.model.session_id(self.model.index(row))

    def refresh_times(self) -> None:
        """Time went on: say times, headings and totals anew."""
        if self._view is not None:
            self.model.refresh_times()
            self._show_totals()

    # ---- what happens

    def _on_searched(self, text: str) -> None:
        if self._view is not None:
            self._show_filter(replace(self._view.filter, text=text))

    def _on_chip_clicked(self, number: int) -> None:
        if self._view is not None:
            pinned = True if CHIPS[number] == "Pinned" else None
            archived = CHIPS[number] == "Archived"
            self._show_filter(replace(self._view.filter, pinned=pinned, archived=archived))

    def _show_filter(self, wanted: SessionFilter) -> None:
        assert self._view is not None
        self._view.show(wanted)
        self._show_totals()

    def _on_left_downwards(self, opening: bool) -> None:
        if self._view is None or not len(self._view):
            return
        self.list.setFocus()
        if opening or not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.model.index(0))
        if opening and (first := self.model.session_id(self.model.index(0))) is not None:
            self.list.chosen.emit(first)

    def _on_catalogue_changed(self, *_: object) -> None:
        self._show_list()
        if not self._totals_timer.isActive():
            self._totals_timer.start(TOTALS_MILLISECONDS)

    def _show_totals(self) -> None:
        assert self._catalogue is not None
        assert self._view is not None
        totals = self._catalogue.totals()
        noun = "chat" if totals.sessions == 1 else "chats"
        self.totals.setText(f"{_grouped(totals.sessions)} {noun} · {totals.sessions_today} today")
        self._show_list()

    def _show_list(self) -> None:
        """The rows, or why there are none."""
        assert self._catalogue is not None
        assert self._view is not None
        if len(self._view):
            self._pages.setCurrentWidget(self.list)
            return
        self._empty.say(self._view.filter, any_chats=len(self._catalogue) > 0)
        self._pages.setCurrentWidget(self._empty)


class _EmptyList(QWidget):
    """Says why the list is empty, and how to fill it."""

    def __init__(self) -> None:
        super().__init__()
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setProperty("role", "muted")
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.button = QPushButton("Show all chats")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 32, 24, 24)
        column.setSpacing(12)
        column.addWidget(self._text)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def say(self, wanted: SessionFilter, *, any_chats: bool) -> None:
        """The reason for an empty list under a filter."""
        if not any_chats:
            text = "No chats yet. What you say is kept here."
        elif wanted.text.strip():
            text = f"No chat has “{wanted.text.strip()}” in its title or beginning."
        elif wanted.pinned:
            text = "No chat is pinned. The menu of a row pins it."
        else:
            text = "No chat is archived." if wanted.archived else "Every chat is archived."
        self._text.setText(text)
        self.button.setVisible(any_chats)


def _grouped(number: int) -> str:
    """`1284` as `1 284`, with a space that does not break."""
    return f"{number:,}".replace(",", "\u202f")
