"""The transcript without a mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QMenu

from transcripts import Shown, reply, user

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
BOTH = CONTROL | SHIFT
KEY = Qt.Key
CHAT = [
    message
    for n in range(30)
    for message in (user(f"Question {n}"), reply(f"Answer {n} is long.\n\n" * 6))
]


@pytest.fixture
def press(qtbot, area, settle):
    def act(*keys, times=1):
        for _ in range(times):
            for key in keys:
                code, modifiers = (
                    key if isinstance(key, tuple) else (key, Qt.KeyboardModifier.NoModifier)
                )
                qtbot.keyClick(area, code, modifiers)
        settle()

    area.setFocus()
    return act


def test_focus_goes_from_message_to_message_and_stays_in_view(area, settle, press):
    area.show_messages(CHAT)
    settle()
    for expected in (59, 58, 57, 56, 55):
        press((KEY.Key_Up, CONTROL))
        assert area._keyboard.row == expected
        assert expected in [row for row, _, _ in area.flow.visible()]
    press((KEY.Key_Down, CONTROL))
    assert area._keyboard.row == 56
    press(KEY.Key_Escape)
    assert area._keyboard.row == -1


def test_tab_reaches_every_button_and_enter_presses_it(area, settle, press, qtbot):
    shown = Shown(area)
    area.show_messages([user("Hi"), reply("Half", status="failed", error_message="It failed.")])
    settle()
    press((KEY.Key_Up, CONTROL))
    names = []
    while area._keyboard.step_button(1):
        names.append(area._keyboard.focused_spot().action)
        press(KEY.Key_Return)
    assert names == ["continue", "retry", "copy", "regenerate", "quote"]
    assert [action for action, _ in shown.actions] == ["continue", "retry", "regenerate", "quote"]


def test_focus_ring_is_drawn_around_the_message(area, settle, press):
    area.show_messages([user("Hi"), reply("Hello")])
    area.activateWindow()
    settle()
    before = area.grab().toImage()
    press((KEY.Key_Up, CONTROL))
    assert area.grab().toImage() != before


def selected(area):
    return area.commands.selected_text()


def test_shift_and_arrows_select_letters_words_and_lines(area, settle, press):
    area.show_messages([reply("One two three"), user("Four")])
    settle()
    press((KEY.Key_Up, CONTROL), (KEY.Key_Up, CONTROL))
    press((KEY.Key_Right, SHIFT), times=3)
    assert selected(area) == "One"
    press((KEY.Key_Right, BOTH))
    assert selected(area).strip() == "One two"
    press((KEY.Key_Left, SHIFT), times=3)
    assert selected(area).strip() == "One"
    press((KEY.Key_End, SHIFT))
    assert selected(area) == "One two three"
    press((KEY.Key_Down, SHIFT), (KEY.Key_Right, SHIFT))
    assert selected(area) == "One two three\n\nF"
    press((KEY.Key_Home, SHIFT), (KEY.Key_Left, SHIFT))
    assert selected(area) == "One two three\n\n" or selected(area) == "One two three"
    press(KEY.Key_Escape)
    assert selected(area) == ""


def test_selection_goes_to_both_ends_of_the_conversation(area, settle, press):
    area.show_messages(CHAT)
    settle()
    press((KEY.Key_Up, CONTROL))
    press((KEY.Key_Home, BOTH))
    assert selected(area).startswith("Question 0")
    press((KEY.Key_End, BOTH))
    assert "Answer 29" in selected(area)


def test_selecting_down_through_code_and_lists_crosses_every_line(area, settle, press):
    area.show_messages([reply("Para\n\n```\na\nb\n```\n\n- x\n- y\n\nEnd")])
    settle()
    press((KEY.Key_Up, CONTROL))
    press((KEY.Key_Down, SHIFT), times=12)
    press((KEY.Key_End, SHIFT))
    assert selected(area).endswith("End")
    press((KEY.Key_Up, SHIFT), times=14)
    assert selected(area) == ""


def test_home_and_end_go_to_the_ends(area, settle, press):
    area.show_messages(CHAT)
    settle()
    press(KEY.Key_Home)
    assert area.verticalScrollBar().value() == 0
    press(KEY.Key_End)
    assert area.verticalScrollBar().value() == area.verticalScrollBar().maximum()


def test_menu_key_offers_copies_and_actions(area, settle, press):
    shown = Shown(area)
    area.show_messages([user("Hi"), reply("**Hello**")])
    settle()
    press((KEY.Key_Up, CONTROL), (KEY.Key_A, CONTROL))
    from chatapp.ui.chat.transcript.menu import open_menu

    open_menu(area, 1, QPoint(0, 0))
    menu = area.findChild(QMenu)
    by_name = {action.text(): action for action in menu.actions()}
    by_name["Copy as plain text"].trigger()
    assert QGuiApplication.clipboard().text() == "Hi\n\nHello"
    by_name["Copy"].trigger()
    assert QGuiApplication.clipboard().text() == "Hi\n\n**Hello**"
    by_name["Answer again"].trigger()
    assert shown.actions[-1][0] == "regenerate"
    menu.close()


def test_sideways_wheel_moves_wide_code_and_nothing_else(area, settle):
    area.show_messages([reply("```\n" + "wide " * 100 + "\n```")])
    settle()
    _, y, item = next(iter(area.flow.visible()))
    at = QPointF(area.column[0] + 50, y + item.body_y + 50)
    wheel(area, at, QPoint(-240, 0))
    assert item.body.item(0)._x == 240
    wheel(area, at, QPoint(0, 480), SHIFT)
    assert item.body.item(0)._x == 0


def wheel(area, at, delta, modifiers=Qt.KeyboardModifier.NoModifier):
    where = area.viewport().mapToGlobal(at)
    event = QWheelEvent(
        at, where, QPoint(), delta, Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    area.wheelEvent(event)
