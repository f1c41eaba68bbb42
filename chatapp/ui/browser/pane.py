"""The left pane: new chat, search, filters, the list, how many there are."""

from __future__ import annotations

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
from chatapp.sessions.catalogue import SessionFilter
from chatapp.ui.browser.day_chip import ANY_TIME, DayChip
from chatapp.ui.browser.list_view import SessionListView
from chatapp.ui.browser.model import SessionListModel
from chatapp.ui.browser.results import ResultRows
from chatapp.ui.browser.search_field import SearchField
from chatapp.ui.controls import HintedButton, IconButton
from chatapp.ui.flow_row import FlowRow
from chatapp.ui.page import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QModelIndex

    from chatapp.domain.ids import MessageId, SessionId
    from chatapp.domain.session import SessionSummary
    from chatapp.kit.clock import Clock
    from chatapp.sessions.catalogue import Catalogue, CatalogueView
    from chatapp.storage.search import SearchHit, SearchQuery
    from chatapp.ui.browser.marks import Marks
    from chatapp.ui.look import Look

CHIPS = ("All", "Pinned", "Archived")
TOTALS_MILLISECONDS = 50
SOUGHT_LENGTH = 80


class BrowserPane(QWidget):
    """Chooses a chat.

    Attributes:
        is_searching: A search has begun and not been answered yet.
        new_requested: The user wants a new chat.
        fold_requested: The user wants the pane out of the way.
        settings_requested: The user wants the settings.
        chosen: The user wants to see this chat, at this message if there is one.
        renamed: The user gave a chat another title in its row.
        sought: Search for this text among what the filter lets pass; empty ends the search.
        more_wanted: The user is near the end of what was found.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.new_requested: Signal[()] = Signal()
        self.fold_requested: Signal[()] = Signal()
        self.settings_requested: Signal[()] = Signal()
        self.chosen: Signal[SessionId, MessageId | None] = Signal()
        self.renamed: Signal[SessionId, str] = Signal()
        self.sought: Signal[str, SessionFilter] = Signal()
        self.more_wanted: Signal[()] = Signal()
        self.setObjectName("browser")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._look = look
        self._catalogue: Catalogue | None = None
        self._view: CatalogueView | None = None
        self._clock: Clock | None = None
        self.is_searching = self._opens_first = False

        self.new_button = HintedButton(look, "plus", "New chat", "Ctrl+N")
        self.new_button.clicked.connect(lambda: self.new_requested.emit())
        self.fold_button = IconButton(look, "panel-left", "Hide the list of chats")
        self.fold_button.set_name("Hide the list of chats", "Hide the list of chats (F9)")
        self.fold_button.clicked.connect(lambda: self.fold_requested.emit())
        self.search = SearchField(look, "Ctrl+Shift+F")
        self.search.searched.connect(self._on_searched)
        self.search.left_downwards.connect(self._on_left_downwards)
        self._remarks = QLabel()
        self._remarks.setTextFormat(Qt.TextFormat.PlainText)
        self._remarks.setProperty("role", "small")
        self._remarks.setWordWrap(True)
        self._remarks.hide()
        self.list = SessionListView(look)
        self.list.chosen.connect(self._on_chosen)
        self.list.verticalScrollBar().valueChanged.connect(self._on_scrolled)
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
        search = QVBoxLayout()
        search.setContentsMargins(12, 0, 12, 8)
        search.setSpacing(6)
        search.addWidget(self.search)
        search.addWidget(self._remarks)
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
        self.day_chip = DayChip()
        self.day_chip.changed.connect(self._show_filter)
        chips.add(self.day_chip)
        return chips

    # ---- what it shows

    def show_catalogue(
        self, catalogue: Catalogue, view: CatalogueView, marks: Marks, clock: Clock
    ) -> None:
        """Draw the rows of `view` from now on."""
        self._catalogue, self._view, self._clock = catalogue, view, clock
        self.results = ResultRows(catalogue)
        self._rows = SessionListModel(view, marks, clock, self)
        self._found = SessionListModel(self.results, marks, clock, self)
        for model in (self._rows, self._found):
            model.renamed.connect(self._on_renamed)
        self.list.setModel(self._rows)
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
        self._chips.button(0).setChecked(True)
        self.day_chip.choose(ANY_TIME)

    def step(self, session_id: SessionId | None, step: int) -> None:
        """Choose the row `step` rows below (or above) a chat's; nothing at the end."""
        index = self.model.index_of(session_id)
        row = index.row() + step if index.isValid() else 0
        if 0 <= row < self.model.rowCount():
            self._on_chosen(self.model.index(row))

    def show_remarks(self, sentences: Sequence[str]) -> None:
        """Say quietly what was not understood of a search."""
        self._remarks.setText(" ".join(sentences))
        self._remarks.setVisible(bool(sentences))

    def show_titles(self, titles: Sequence[SessionSummary], query: SearchQuery) -> None:
        """Show the chats found by their titles; without any, what is shown stays until later."""
        self.results.show(titles, query)
        if titles:
            self._use(self._found)
            self._show_list()

    def show_hits(self, hits: Sequence[SearchHit], *, more: bool = False) -> None:
        """Show what was found last, or with `more` what was found beyond."""
        self.is_searching = False
        self.results.show_hits(hits, more=more)
        self._use(self._found)
        self._show_list()
        if self._opens_first and len(self.results):
            self._open_first()

    def refresh_times(self) -> None:
        """Time went on: say times, headings and totals anew."""
        if self._view is not None:
            self.model.refresh_times()
            self._show_totals()

    def _use(self, model: SessionListModel) -> None:
        if self.list.model() is not model:
            self.list.setModel(model)

    # ---- what happens

    def _on_searched(self, text: str) -> None:
        if self._view is None:
            return
        self.is_searching, self._opens_first = bool(text.strip()), False
        if not self.is_searching:
            self._use(self._rows)
            self.list.set_open(self.list.open_id)
        self.show_remarks(())
        self.sought.emit(text, self._view.filter)
        self._show_list()

    def _on_chip_clicked(self, number: int) -> None:
        del number
        self._show_filter()

    def _show_filter(self) -> None:
        if self._view is None or self._catalogue is None:
            return
        chip = CHIPS[self._chips.checkedId()]
        first, last = self.day_chip.days(self._catalogue.today())
        wanted = SessionFilter(
            from_day=first,
            to_day=last,
            pinned=True if chip == "Pinned" else None,
            archived=chip == "Archived",
        )
        self._view.show(wanted)
        self._show_totals()
        if self.search.text().strip():
            self._on_searched(self.search.text())

    def _on_left_downwards(self, opening: bool) -> None:
        if self._view is None:
            return
        if not self.model.rowCount() or (self.is_searching and not self.results.any_titles):
            self._opens_first = opening  # when something is found
            return
        self.list.setFocus()
        if opening:
            self._open_first()
        elif not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.model.index(0))

    def _open_first(self) -> None:
        self._opens_first = False
        self.list.setCurrentIndex(self.model.index(0))
        self._on_chosen(self.model.index(0))

    def _on_chosen(self, index: QModelIndex) -> None:
        session_id, hit = self.model.session_id(index), self.model.hit(index)
        if session_id is not None:
            self.results.current = index.row()
            self.chosen.emit(session_id, None if hit is None else hit.message_id)

    def _on_renamed(self, session_id: SessionId, title: str) -> None:
        self.renamed.emit(session_id, title)

    def _on_scrolled(self, value: int) -> None:
        bar = self.list.verticalScrollBar()
        if self.list.model() is self._found and value > bar.maximum() - bar.pageStep():
            self.more_wanted.emit()

    def _on_catalogue_changed(self, *_: object) -> None:
        self._show_list()
        if not self._totals_timer.isActive():
            self._totals_timer.start(TOTALS_MILLISECONDS)

    def _show_totals(self) -> None:
        assert self._catalogue is not None
        totals = self._catalogue.totals()
        noun = "chat" if totals.sessions == 1 else "chats"
        self.totals.setText(f"{_grouped(totals.sessions)} {noun} · {totals.sessions_today} today")
        self.totals.setToolTip(
            f"{_grouped(totals.sessions_today)} chats today, "
            f"{_grouped(totals.sessions_this_week)} this week, "
            f"{_grouped(totals.messages)} messages in all"
        )
        self._show_list()

    def _show_list(self) -> None:
        """The rows, or why there are none; while a search runs, what was there before."""
        assert self._catalogue is not None
        assert self._view is not None
        if self.model.rowCount():
            self._pages.setCurrentWidget(self.list)
        elif not self.is_searching:
            sought = self.search.text().strip() if self.model is self._found else ""
            any_chats = len(self._catalogue) > 0
            self._empty.say(self._view.filter, sought, any_chats=any_chats)
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

    def say(self, wanted: SessionFilter, sought: str, *, any_chats: bool) -> None:
        """The reason for an empty list under a filter, or for a search without results."""
        if not any_chats:
            text = "No chats yet. What you say is kept here."
        elif sought:
            text = f"No chat has the words “{sought[:SOUGHT_LENGTH]}”."
        elif wanted.from_day:
            text = "No chat was active in these days."
        elif wanted.pinned:
            text = "No chat is pinned. The menu of a row pins it."
        else:
            text = "No chat is archived." if wanted.archived else "Every chat is archived."
        self._text.setText(text)
        self.button.setVisible(any_chats)


def _grouped(number: int) -> str:
    """`1284` as `1 284`, with a space that does not break."""
    return f"{number:,}".replace(",", "\u202f")
