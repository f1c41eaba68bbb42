from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from chatapp.ui.chat.composer import Composer
from chatapp.ui.fonts import choose
from chatapp.ui.look import Look

ENTER = Qt.Key.Key_Return
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


class Heard:
    def __init__(self, composer: Composer) -> None:
        self.sent: list[str] = []
        self.edited: list[tuple[str, str]] = []
        self.said: list[str] = []
        composer.sent.connect(self.on_sent)
        composer.edited.connect(self.on_edited)
        composer.stop_requested.connect(self.on_stop)
        composer.edit_requested.connect(self.on_edit)
        composer.escaped.connect(self.on_escaped)

    def on_sent(self, text):
        self.sent.append(text)

    def on_edited(self, message_id, text):
        self.edited.append((message_id, text))

    def on_stop(self):
        self.said.append("stop")

    def on_edit(self):
        self.said.append("edit")

    def on_escaped(self):
        self.said.append("escaped")


@pytest.fixture
def composer(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    composer = Composer(Look(choose()))
    column = QVBoxLayout(window)
    column.addStretch(1)
    column.addWidget(composer)
    window.resize(500, 600)
    window.show()
    composer.text_edit.setFocus()
    composer.heard = Heard(composer)
    composer.kept = window
    return composer


def press(composer, key, modifiers=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(composer.text_edit, key, modifiers)


def test_enter_sends_and_empties(composer):
    QTest.keyClicks(composer.text_edit, "Hello")
    press(composer, ENTER)
    assert composer.heard.sent == ["Hello"]
    assert composer.text == ""


def test_shift_enter_breaks_the_line(composer):
    composer.set_text("one")
    press(composer, ENTER, SHIFT)
    QTest.keyClicks(composer.text_edit, "two")
    assert composer.text == "one\ntwo"
    assert composer.heard.sent == []


def test_with_the_other_send_key_enter_breaks_and_ctrl_enter_sends(composer):
    composer.set_send_key("ctrl+enter")
    composer.set_text("one")
    press(composer, ENTER)
    assert composer.heard.sent == []
    press(composer, ENTER, CONTROL)
    assert composer.heard.sent == ["one"]


def test_only_spaces_are_never_sent(composer):
    composer.set_text(" \n ")
    press(composer, ENTER)
    assert composer.heard.sent == []


def test_enter_that_ends_a_composed_word_does_not_send(composer):
    composer.set_text("a")
    QApplication.sendEvent(composer.text_edit, QInputMethodEvent("にほん", []))
    press(composer, ENTER)
    assert composer.heard.sent == []
    commit = QInputMethodEvent()
    commit.setCommitString("日本")
    QApplication.sendEvent(composer.text_edit, commit)
    press(composer, ENTER)
    assert composer.heard.sent == ["a日本"]


def test_while_a_reply_arrives_enter_keeps_the_text(composer):
    composer.set_streaming(streaming=True)
    composer.set_text("next question")
    press(composer, ENTER)
    assert composer.heard.sent == []
    assert composer.text == "next question"


def test_escape_stops_the_reply_and_keeps_the_draft(composer):
    composer.set_streaming(streaming=True)
    composer.set_text("draft")
    press(composer, Qt.Key.Key_Escape)
    assert composer.heard.said == ["stop"]
    assert composer.text == "draft"


def test_escape_with_nothing_to_leave_is_passed_on(composer):
    press(composer, Qt.Key.Key_Escape)
    assert composer.heard.said == ["escaped"]


def test_up_in_an_empty_composer_asks_for_the_last_message(composer):
    press(composer, Qt.Key.Key_Up)
    assert composer.heard.said == ["edit"]


def test_up_in_a_text_moves_the_caret(composer):
    composer.set_text("one\ntwo")
    press(composer, Qt.Key.Key_Up)
    assert composer.heard.said == []
    assert composer.text_edit.textCursor().blockNumber() == 0


def test_an_edit_is_sent_as_an_edit(composer):
    composer.begin_edit("m1", "old")
    composer.set_text("new")
    press(composer, ENTER)
    assert composer.heard.edited == [("m1", "new")]
    assert composer.heard.sent == []
    assert composer.editing is None


def test_escape_leaves_an_edit_before_it_stops_a_reply(composer):
    composer.set_streaming(streaming=True)
    composer.begin_edit("m1", "old")
    press(composer, Qt.Key.Key_Escape)
    assert composer.heard.said == []
    press(composer, Qt.Key.Key_Escape)
    assert composer.heard.said == ["stop"]


def test_it_grows_from_one_line_to_a_third_of_the_window(composer):
    one = composer.text_edit.height()
    composer.set_text("a\nb\nc")
    three = composer.text_edit.height()
    composer.set_text("\n" * 200)
    most = composer.text_edit.height()
    assert one < three < most
    assert most <= composer.window().height() / 3


def test_tab_leaves_the_composer(composer):
    composer.set_text("text")
    press(composer, Qt.Key.Key_Tab)
    assert composer.text == "text"
    assert not composer.text_edit.hasFocus()
