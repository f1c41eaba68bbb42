"""One quiet line below the composer: saved or not, tokens, the session's id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from chatapp.kit.signal import Signal

if TYPE_CHECKING:
    import datetime as dt

    from PySide6.QtGui import QResizeEvent

    from chatapp.domain.session import Session

NARROW = 380
ROOMY = 700
ID_SHOWN = 16
SECOND_WINDOW = "This is a second window on the same chats"


class StatusLine(QWidget):
    """Says what the user may want to be sure of.

    Attributes:
        copy_requested: The user wants this text on the clipboard.
    """

    def __init__(self) -> None:
        super().__init__()
        self.copy_requested: Signal[str] = Signal()
        self._id = ""
        self.second = _quiet_label()
        self.second.setToolTip(SECOND_WINDOW)
        self.second.setAccessibleName(SECOND_WINDOW)
        self.second.hide()
        self.saved = _quiet_label()
        self.tokens = _quiet_label()
        self.id_button = QPushButton()
        self.id_button.setProperty("kind", "link")
        self.id_button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.id_button.clicked.connect(self._on_id_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 2, 16, 5)
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.second)
        row.addWidget(self.saved)
        row.addWidget(self.tokens)
        row.addWidget(self.id_button)
        row.addStretch(1)

    def mark_second_window(self) -> None:
        """This window stands beside another on the same chats."""
        self.second.show()

    def show_session(self, session: Session | None) -> None:
        """Tokens and id of `session`; nothing without one."""
        self._id = session.id if session else ""
        self.id_button.setVisible(bool(self._id))
        shown = self._id if len(self._id) <= ID_SHOWN else f"{self._id[: ID_SHOWN - 1]}…"
        self.id_button.setText(f"id {shown}")
        self.id_button.setAccessibleName(f"Copy the id {self._id}")
        self.id_button.setToolTip("Copy the id of this chat")
        self.tokens.setText(tokens_text(session) if session else "")
        self._show_tokens()

    def show_saved(self, moment: dt.datetime | None) -> None:
        """The file equals the chat: since `moment` (local), or since before it was opened."""
        self._role(self.saved, "caption")
        self.saved.setText(f"Saved {moment:%H:%M:%S}" if moment else "Saved")

    def show_nothing_saved(self) -> None:
        """Nothing is known of the file yet."""
        self._role(self.saved, "caption")
        self.saved.clear()

    def show_unsaved(self, sentence: str) -> None:
        """The file is behind, with the reason."""
        self._role(self.saved, "error")
        self.saved.setText(sentence)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow line leaves the tokens out and says the rest in fewer words."""
        super().resizeEvent(event)
        self._show_tokens()
        self.second.setText(SECOND_WINDOW if self.width() >= ROOMY else "Second window")

    def _show_tokens(self) -> None:
        self.tokens.setVisible(bool(self.tokens.text()) and self.width() >= NARROW)

    def _on_id_clicked(self) -> None:
        self.copy_requested.emit(self._id)

    @staticmethod
    def _role(label: QLabel, role: str) -> None:
        if label.property("role") != role:
            label.setProperty("role", role)
            label.style().unpolish(label)
            label.style().polish(label)


def tokens_text(session: Session) -> str:
    """The tokens of the last reply that was counted, or an empty text."""
    for message in reversed(session.messages):
        usage = message.metadata.get("usage")
        if isinstance(usage, dict):
            counts = [usage.get("prompt_tokens"), usage.get("completion_tokens")]
            total = sum(count for count in counts if isinstance(count, int))
            return f"{total:,} tokens".replace(",", "\u202f") if total else ""
    return ""


def _quiet_label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", "caption")
    return label
