"""The catalogue as a Qt list: no data of its own, row for row the same."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt

from chatapp.kit.clock import parse_timestamp
from chatapp.kit.signal import Signal
from chatapp.ui.browser.moments import short_moment, spoken_moment
from chatapp.ui.browser.results import ResultRows

if TYPE_CHECKING:
    import datetime as dt

    from PySide6.QtCore import QObject, QPersistentModelIndex

    from chatapp.domain.ids import SessionId
    from chatapp.domain.session import SessionSummary
    from chatapp.kit.clock import Clock
    from chatapp.sessions.catalogue import CatalogueView
    from chatapp.storage.search import SearchHit
    from chatapp.ui.browser.marks import Mark, Marks

UNTITLED = "New chat"


class SessionListModel(QAbstractListModel):
    """Mirrors the row operations of a `CatalogueView`.

    Headings are not rows: `headings()` says before which rows they stand.

    Attributes:
        renamed: The user gave a session another title in its row.
    """

    SummaryRole = Qt.ItemDataRole.UserRole
    MarksRole = Qt.ItemDataRole.UserRole + 1
    TimeRole = Qt.ItemDataRole.UserRole + 2
    WordsRole = Qt.ItemDataRole.UserRole + 3
    HitRole = Qt.ItemDataRole.UserRole + 4

    def __init__(
        self,
        view: CatalogueView | ResultRows,
        marks: Marks,
        clock: Clock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.renamed: Signal[SessionId, str] = Signal()
        self._view = view
        self._results = view if isinstance(view, ResultRows) else None
        self._marks = marks
        self._clock = clock
        self._count = len(view)
        self._headings: list[tuple[int, str]] | None = None
        self._moving: tuple[int, int] | None = None  # a row, and 1 if it comes, -1 if it goes
        view.row_inserted.connect(self._on_row_inserted)
        view.row_removed.connect(self._on_row_removed)
        view.row_changed.connect(self._on_row_changed)
        view.reset.connect(self._on_reset)
        marks.changed.connect(self._on_marks_changed)

    # ---- what Qt asks

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:
        """How many sessions there are."""
        return 0 if parent.isValid() else self._count

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:  # noqa: ANN401
        """The summary, its marks, its title, or what a screen reader says."""
        summary = self._summary(index)
        if summary is None:
            return None
        match role:
            case self.SummaryRole:
                return summary
            case self.MarksRole:
                return self._marks.of(summary.session_id)
            case self.TimeRole:
                return short_moment(self._moment(summary), self._clock.local(self._clock.now()))
            case self.WordsRole:
                return None if self._results is None else self._results.words(index.row())
            case self.HitRole:
                return self.hit(index)
            case Qt.ItemDataRole.DisplayRole:
                return title_of(summary)
            case Qt.ItemDataRole.EditRole:
                return summary.title
            case Qt.ItemDataRole.AccessibleTextRole:
                hit = self.hit(index)
                return self._spoken(summary) if hit is None else self._spoken_hit(summary)
            case _:
                return None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """Rows can be chosen; titles of readable sessions can be edited."""
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        summary = self._summary(index)
        if summary is not None and not summary.damage:
            return usual | Qt.ItemFlag.ItemIsEditable
        return usual

    def setData(
        self, index: QModelIndex | QPersistentModelIndex, value: object, role: int = 0
    ) -> bool:
        """A new title from the row's editor."""
        summary = self._summary(index)
        if role != Qt.ItemDataRole.EditRole or summary is None:
            return False
        title = " ".join(str(value).split())
        if title == summary.title:
            return False
        self.renamed.emit(summary.session_id, title)
        return True

    # ---- what the pane asks

    @property
    def lines(self) -> int:
        """How many lines of text a row has below its title."""
        return 1 if self._results is None else 2

    def session_id(self, index: QModelIndex) -> SessionId | None:
        """The session of a row, or None."""
        summary = self._summary(index)
        return None if summary is None else summary.session_id

    def hit(self, index: QModelIndex | QPersistentModelIndex) -> SearchHit | None:
        """The message a row was found for, or None."""
        found = self._results is not None and index.row() < len(self._results)
        return self._results.hit(index.row()) if self._results and found else None

    def index_of(self, session_id: SessionId | None) -> QModelIndex:
        """The row of a session; invalid if the view does not show it."""
        row = None if session_id is None else self._view.row_of(session_id)
        return QModelIndex() if row is None or row >= self._count else self.index(row)

    def headings(self) -> list[tuple[int, str]]:
        """Each heading with the first row below it, ascending.

        Found by bisection, because rows of one group stand together: some twenty
        questions for each group, however many rows there are.
        """
        if self._headings is None:
            if self._moving is not None:
                return []
            self._headings = []
            row = 0
            while row < self._count:
                heading = self._view.group(row)
                self._headings.append((row, heading))
                row = bisect_right(
                    range(self._count), 0, lo=row, key=lambda at: self._view.group(at) != heading
                )
        return self._headings

    def refresh_times(self) -> None:
        """A new day or minute began: times and headings may read differently."""
        self._headings = None
        if self._count:
            self.dataChanged.emit(self.index(0), self.index(self._count - 1))

    # ---- what the catalogue says

    def _on_row_inserted(self, row: int) -> None:
        self._moving = (row, 1)
        self.beginInsertRows(QModelIndex(), row, row)
        self._moving = None
        self._count += 1
        self._headings = None
        self.endInsertRows()

    def _on_row_removed(self, row: int) -> None:
        self._moving = (row, -1)
        self.beginRemoveRows(QModelIndex(), row, row)
        self._moving = None
        self._count -= 1
        self._headings = None
        self.endRemoveRows()

    def _on_row_changed(self, row: int) -> None:
        self.dataChanged.emit(self.index(row), self.index(row))

    def _on_reset(self) -> None:
        self.beginResetModel()
        self._count = len(self._view)
        self._headings = None
        self.endResetModel()

    def _on_marks_changed(self, session_id: SessionId) -> None:
        index = self.index_of(session_id)
        if index.isValid():
            self.dataChanged.emit(index, index)

    def _summary(self, index: QModelIndex | QPersistentModelIndex) -> SessionSummary | None:
        """What a row shows; as it was while Qt is told of a change that has happened already.

        The row that is being removed is gone from the view and shows nothing any more.
        """
        row = index.row()
        if self._moving is not None:
            changed, step = self._moving
            if step < 0 and row == changed:
                return None
            row += step if row >= changed else 0
        return self._view[row] if 0 <= row < len(self._view) else None

    def _moment(self, summary: SessionSummary) -> dt.datetime:
        return self._clock.local(parse_timestamp(summary.last_updated))

    def _spoken(self, summary: SessionSummary) -> str:
        now = self._clock.local(self._clock.now())
        said = [title_of(summary), spoken_moment(self._moment(summary), now)]
        if summary.damage:
            return ", ".join([*said, "cannot be read", summary.damage])
        said.append(
            "1 message" if summary.total_messages == 1 else f"{summary.total_messages} messages"
        )
        said += ["pinned"] * summary.pinned + ["voice"] * (summary.type == "voice")
        said += [mark.value for mark in _in_order(self._marks.of(summary.session_id))]
        return ", ".join(said)

    def _spoken_hit(self, summary: SessionSummary) -> str:
        now = self._clock.local(self._clock.now())
        moment = spoken_moment(self._moment(summary), now)
        return f"{title_of(summary)}, {moment}: {summary.preview}"


def title_of(summary: SessionSummary) -> str:
    """What to call a session: its title, else how it begins."""
    if summary.damage:
        return summary.title or "Damaged chat"
    return summary.title or summary.preview or UNTITLED


def _in_order(marks: frozenset[Mark]) -> list[Mark]:
    return sorted(marks, key=lambda mark: mark.name)
