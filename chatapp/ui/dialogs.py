"""The one room of dialogs.

A dialog's own event loop would run inside the program's loop, and a task that wakes
meanwhile is lost for good. So every dialog is opened, not executed, and its answer
awaited. Text is always plain: it may come from a file or from a model.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog, QWidget


async def finished(dialog: QDialog) -> int:
    """Open `dialog` over its parent and wait for its result; it is gone afterwards.

    If the waiting task is cancelled, the dialog is taken away.
    """
    import asyncio

    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def on_finished(result: int) -> None:
        if not answer.done():
            answer.set_result(result)

    dialog.finished.connect(on_finished)
    dialog.open()
    try:
        return await answer
    finally:
        dialog.finished.disconnect(on_finished)
        dialog.close()
        dialog.deleteLater()


async def confirm(parent: QWidget, question: str, detail: str, verb: str) -> bool:
    """Ask before something that cannot be undone; the button says `verb`. Esc says no."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(question)
    box.setInformativeText(detail)
    yes = box.addButton(verb, QMessageBox.ButtonRole.DestructiveRole)
    no = box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
    box.setEscapeButton(no)
    box.setDefaultButton(no)
    pressed: list[object] = []
    box.buttonClicked.connect(pressed.append)
    await finished(box)
    return yes in pressed


async def ask_save_path(parent: QWidget, title: str, suggested: str, kind: str) -> Path | None:
    """Where to save a file, or None. `kind` is a Qt file filter; its first ending is added."""
    dialog = QFileDialog(parent, title, suggested, kind)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(kind.partition("*.")[2].rstrip(")").split()[0])
    if not await finished(dialog):
        return None
    chosen = dialog.selectedFiles()
    return Path(chosen[0]) if chosen else None
