"""What can be done to sessions from the list or the header: rename, pin, delete, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMenu

from chatapp.domain.ids import session_key
from chatapp.kit.signal import Signal
from chatapp.ui import dialogs
from chatapp.ui.browser.model import title_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from PySide6.QtWidgets import QWidget

    from chatapp.domain.ids import SessionId
    from chatapp.domain.session import SessionSummary
    from chatapp.services.core import Core
    from chatapp.ui.notices import NoticeBar

FORMATS = (("markdown", "Markdown", "Markdown (*.md)"), ("json", "JSON", "JSON (*.json)"))
NAME_LENGTH = 60


class SessionVerbs:
    """Runs the operations as tasks and says what happened.

    Attributes:
        deleted: These sessions went to the trash.
        rename_requested: The user wants to write a session's title in its row.
    """

    def __init__(self, core: Core, window: QWidget, notices: NoticeBar) -> None:
        self.deleted: Signal[list[SessionId]] = Signal()
        self.rename_requested: Signal[SessionId] = Signal()
        self._core = core
        self._window = window
        self._notices = notices
        self._last_deleted: list[SessionId] = []

    # ---- the menu of a row

    def menu(self, session_ids: Sequence[SessionId], parent: QWidget) -> QMenu:
        """What can be done to these sessions."""
        menu = QMenu(parent)
        summaries = [s for i in session_ids if (s := self._core.manager.catalogue.get(i))]
        readable = [summary.session_id for summary in summaries if not summary.damage]
        if len(summaries) == 1:
            self._fill_single(menu, summaries[0])
        if readable:
            self._fill_marks(menu, [s for s in summaries if not s.damage])
        menu.addSeparator()
        count = len(summaries)
        delete = menu.addAction("Delete" if count == 1 else f"Delete {count} chats")
        delete.setShortcut("Del")
        delete.triggered.connect(lambda: self.delete(list(session_ids)))
        return menu

    def _fill_single(self, menu: QMenu, summary: SessionSummary) -> None:
        session_id = summary.session_id
        if summary.damage:
            menu.addAction("Show file").triggered.connect(lambda: self.show_file(session_id))
            return
        rename = menu.addAction("Rename")
        rename.setShortcut("F2")
        rename.triggered.connect(lambda: self.rename_requested.emit(session_id))
        export = menu.addMenu("Export as")
        for name, title, _ in FORMATS:
            export.addAction(title).triggered.connect(self._exporter(session_id, name))

    def _fill_marks(self, menu: QMenu, summaries: list[SessionSummary]) -> None:
        ids = [summary.session_id for summary in summaries]
        pinned = all(summary.pinned for summary in summaries)
        pin = menu.addAction("Unpin" if pinned else "Pin")
        pin.triggered.connect(lambda: self.mark(ids, "pinned", on=not pinned))
        archived = all(summary.archived for summary in summaries)
        archive = menu.addAction("Take out of the archive" if archived else "Archive")
        archive.triggered.connect(lambda: self.mark(ids, "archived", on=not archived))

    # ---- verbs

    def rename(self, session_id: SessionId, title: str) -> None:
        """Give a session another title; an empty one takes it away."""
        self._start(
            self._core.manager.update_session(session_id, title=title), f"rename {session_id}"
        )

    def mark(self, session_ids: Sequence[SessionId], key: str, *, on: bool) -> None:
        """Set or remove the metadata `pinned` or `archived`."""
        for session_id in session_ids:
            change = self._core.manager.update_session(
                session_id, metadata={key: True if on else None}
            )
            self._start(change, f"mark {session_id}")
        if key == "archived":
            noun = "chat" if len(session_ids) == 1 else "chats"
            verb = "Archived" if on else "Took out of the archive:"
            self._notices.say(
                f"{verb} {len(session_ids)} {noun}",
                "Undo",
                lambda: self.mark(session_ids, key, on=not on),
            )

    def delete(self, session_ids: list[SessionId]) -> None:
        """Move sessions to the trash at once, and offer Undo."""
        if session_ids:
            self._start(self._delete(session_ids), "delete")

    def undo(self) -> bool:
        """Bring back what was deleted last; False if there is nothing to bring back."""
        if not self._last_deleted:
            return False
        session_ids, self._last_deleted = self._last_deleted, []
        self._start(self._restore(session_ids), "undo")
        return True

    def export(self, session_id: SessionId, name: str) -> None:
        """Ask where, and write the conversation there."""
        self._start(self._export(session_id, name), f"export {session_id}")

    def show_file(self, session_id: SessionId) -> None:
        """Open the folder that holds a session's file."""
        summary = self._core.manager.catalogue.get(session_id)
        if summary is not None:
            folder = self._core.paths.sessions / summary.day
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    # ---- how

    def _start(self, coroutine: Coroutine[None, None, object], name: str) -> None:
        self._core.tasks.start(coroutine, name=name)

    async def _delete(self, session_ids: list[SessionId]) -> None:
        summary = self._core.manager.catalogue.get(session_ids[0])
        name = _quoted(title_of(summary)) if summary else "the chat"
        gone = [i for i in session_ids if await self._core.manager.delete_session(i)]
        if not gone:
            return
        self._last_deleted = gone
        self.deleted.emit(gone)
        what = name if len(gone) == 1 else f"{len(gone)} chats"
        self._notices.say(f"Moved {what} to the trash", "Undo", self._on_undo)

    def _on_undo(self) -> None:
        self.undo()

    async def _restore(self, session_ids: list[SessionId]) -> None:
        for session_id in session_ids:
            await self._core.manager.restore_session(session_id)

    def _exporter(self, session_id: SessionId, name: str) -> Callable[[], None]:
        return lambda: self.export(session_id, name)

    async def _export(self, session_id: SessionId, name: str) -> None:
        summary = self._core.manager.catalogue.get(session_id)
        if summary is None:
            return
        kind = next(kind for key, _, kind in FORMATS if key == name)
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        suggested = Path(folder) / file_name(title_of(summary))
        path = await dialogs.ask_save_path(self._window, "Export the chat", str(suggested), kind)
        if path is not None:
            await self._core.manager.export_session(session_id, name, path)
            self._notices.say(f"Exported to {_quoted(path.name)}")


def file_name(title: str) -> str:
    """`title` as a file name every system accepts, without an ending."""
    kept = "".join(c if c.isalnum() or c in " -_" else " " for c in title)
    return " ".join(kept.split())[:NAME_LENGTH].strip() or "Chat"


def same(one: SessionId | None, other: SessionId | None) -> bool:
    """Whether two ids, either of which may be missing, name one session."""
    return one is not None and other is not None and session_key(one) == session_key(other)


def _quoted(text: str) -> str:
    shown = text if len(text) <= NAME_LENGTH else f"{text[: NAME_LENGTH - 1]}…"
    return f"“{shown}”"
