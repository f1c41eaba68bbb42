"""The right pane: header, banner, conversation, composer, status line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from chatapp.ui.chat.composer import Composer
from chatapp.ui.chat.empty_page import EmptyPage
from chatapp.ui.chat.header import Header
from chatapp.ui.chat.status_line import StatusLine
from chatapp.ui.notices import Banner, NoticeBar
from chatapp.ui.theme import COLUMN_MAXIMUM

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtGui import QResizeEvent

    from chatapp.ui.chat.transcript_view import TranscriptView
    from chatapp.ui.look import Look

MARGIN = 24
NARROW_MARGIN = 12
NARROW = 560


class ChatPane(QWidget):
    """Puts the parts of a conversation together; knows nothing of sessions."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setObjectName("chat")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._look = look
        self._transcript: TranscriptView | None = None
        self._away_from_end = False
        self.header = Header(look)
        self.banner = Banner(self, look)
        self.empty = EmptyPage(look)
        self._middle = QWidget()
        self._pages = QStackedLayout(self._middle)
        self._pages.addWidget(self.empty)
        self.composer = Composer(look)
        self.status = StatusLine()
        self.newest_button = NewestButton(self._middle, look)
        self.newest_button.clicked.connect(self._on_newest_clicked)
        self._middle.installEventFilter(self)
        self._composer_row = QVBoxLayout()
        self._composer_row.addWidget(self.composer)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.banner)
        column.addWidget(self._middle, 1)
        column.addLayout(self._composer_row)
        column.addWidget(self.status)
        self.notices = NoticeBar(self, look)
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()

    # ---- what stands in the middle

    def set_transcript(self, transcript: TranscriptView) -> None:
        """Use `transcript` for conversations."""
        self._transcript = transcript
        self._pages.addWidget(transcript.widget)
        if isinstance(transcript.widget, QAbstractScrollArea):
            transcript.widget.viewport().installEventFilter(self)
        transcript.bottom_left.connect(self._on_bottom_left)
        transcript.set_theme(self._look.theme, self._look.scale)
        self.newest_button.raise_()
        self.setTabOrder(self.header.more_button, transcript.widget)
        self.setTabOrder(transcript.widget, self.newest_button)
        self.setTabOrder(self.newest_button, self.composer.text_edit)

    def show_transcript(self) -> None:
        """The conversation is in the middle."""
        if self._transcript is not None:
            self._pages.setCurrentWidget(self._transcript.widget)
        self._show_newest_button()

    def show_empty(self) -> None:
        """The page that greets or explains is in the middle."""
        self._pages.setCurrentWidget(self.empty)
        self._show_newest_button()

    @property
    def middle(self) -> QWidget | None:
        """What stands in the middle and takes the focus for it."""
        return self._pages.currentWidget()

    # ---- what happens

    def _on_bottom_left(self, left: bool) -> None:
        self._away_from_end = left
        self._show_newest_button()

    def _show_newest_button(self) -> None:
        showing = self._transcript is not None and self.middle is self._transcript.widget
        self.newest_button.setVisible(showing and self._away_from_end)
        self.newest_button.raise_()

    def _on_newest_clicked(self) -> None:
        if self._transcript is not None:
            self._transcript.go_to_end()

    def _on_look_changed(self) -> None:
        self._fit_margins()
        if self._transcript is not None:
            self._transcript.set_theme(self._look.theme, self._look.scale)

    # ---- places

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The composer stands below the column of text."""
        super().resizeEvent(event)
        self._fit_margins()
        self.notices.follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What floats stays at its edge while the middle changes its size."""
        if event.type() == QEvent.Type.Resize and watched is not self._middle:
            self._fit_margins()
        elif event.type() == QEvent.Type.Resize:
            self.newest_button.stay(self._middle.width(), self._middle.height())
            self.notices.stay_above(self.height() - self._middle.geometry().bottom() + 12)
        return super().eventFilter(watched, event)

    def _fit_margins(self) -> None:
        margin = NARROW_MARGIN if self.width() < NARROW else MARGIN
        column = self._look.px(COLUMN_MAXIMUM)
        bar = self._scroll_bar_width()
        side = max(margin, (self.width() - bar - column) // 2)
        self._composer_row.setContentsMargins(side, 8, side + bar, 2)

    def _scroll_bar_width(self) -> int:
        """What the scroll bar takes from the column of text."""
        middle = self.middle
        if not isinstance(middle, QAbstractScrollArea) or not middle.isVisible():
            return 0
        return max(0, middle.width() - middle.viewport().width())


class NewestButton(QPushButton):
    """Floats above the lower edge of the conversation while newer text lies below."""

    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__("Newest", parent)
        self._look = look
        self.setAccessibleName("Go to the newest message")
        look.changed.connect(self._on_look_changed)
        self._on_look_changed()
        self.hide()

    def _on_look_changed(self) -> None:
        self.setIcon(self._look.icon("arrow-down"))

    def stay(self, width: int, height: int) -> None:
        """Stand in the middle of the lower edge of a place that large."""
        self.adjustSize()
        self.move(QPoint((width - self.width()) // 2, height - self.height() - 10))
