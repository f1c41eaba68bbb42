"""Dialogs are opened and awaited; nothing else stops meanwhile."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox, QWidget

from chatapp.ui import dialogs
from ui.fakes import until


@pytest.fixture
def parent(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def shown(kind):
    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, kind)), None)


async def gone(kind):
    await until(lambda: shown(kind) is None or not shown(kind).isVisible())


async def ask(parent):
    question = asyncio.create_task(dialogs.confirm(parent, "<b>Sure?</b>", "For ever.", "Burn"))
    await until(lambda: shown(QMessageBox) is not None and shown(QMessageBox).isVisible())
    return question, shown(QMessageBox)


async def test_the_named_button_says_yes(parent):
    question, box = await ask(parent)
    next(button for button in box.buttons() if button.text() == "Burn").click()
    assert await question is True
    await gone(QMessageBox)


@pytest.mark.row("U02")
async def test_escape_says_no(parent):
    question, box = await ask(parent)
    box.reject()
    assert await question is False
    await gone(QMessageBox)


async def test_text_is_plain(parent):
    question, box = await ask(parent)
    assert box.textFormat() == Qt.TextFormat.PlainText
    box.reject()
    await question
    await gone(QMessageBox)


async def test_other_tasks_go_on_while_a_dialog_is_open(parent):
    question, box = await ask(parent)
    ticks = 0
    for _ in range(5):
        await asyncio.sleep(0.001)
        ticks += 1
    assert ticks == 5
    assert not question.done()
    box.reject()
    await question
    await gone(QMessageBox)


async def test_a_cancelled_question_takes_its_dialog_away(parent):
    question, _ = await ask(parent)
    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await question
    await gone(QMessageBox)


async def test_a_file_to_save_gets_its_ending(parent, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _: [str(tmp_path / "a.md")])
    asking = asyncio.create_task(
        dialogs.ask_save_path(parent, "Export", str(tmp_path / "a"), "Markdown (*.md)")
    )
    await until(lambda: shown(QFileDialog) is not None)
    assert shown(QFileDialog).defaultSuffix() == "md"
    shown(QFileDialog).done(QDialog.DialogCode.Accepted)
    assert await asking == tmp_path / "a.md"
    await gone(QFileDialog)


async def test_no_file_is_no_path(parent, tmp_path):
    asking = asyncio.create_task(
        dialogs.ask_save_path(parent, "Export", str(tmp_path / "a"), "JSON (*.json)")
    )
    await until(lambda: shown(QFileDialog) is not None)
    shown(QFileDialog).reject()
    assert await asking is None
    await gone(QFileDialog)
