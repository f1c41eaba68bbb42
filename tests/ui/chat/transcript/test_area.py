"""The transcript as a widget: what is in view, what stays, what a click does."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from bench.conversations import conversation
from chatapp.domain.message import Status
from chatapp.ui.theme import DARK, LIGHT
from transcripts import Shown, reply, user

LONG = [
    message for n in range(200) for message in (user(f"Question {n}?"), reply(f"Answer {n}. " * 40))
]


def bottom_distance(area):
    return area.verticalScrollBar().maximum() - area.verticalScrollBar().value()


def in_view(area):
    return [row for row, _, _ in area.flow.visible()]


def test_conversation_opens_at_its_end(area, settle):
    area.show_messages(LONG)
    settle()
    assert in_view(area)[-1] == len(LONG) - 1
    assert bottom_distance(area) == 0


def test_opening_reads_only_what_is_in_view(area):
    class Spied(list):
        def __init__(self, messages):
            super().__init__(messages)
            self.read = set()

        def __getitem__(self, row):
            self.read.add(row)
            return super().__getitem__(row)

        def __iter__(self):
            raise AssertionError("the whole conversation was read")

    spied = Spied(LONG * 50)
    area.show_messages(spied)
    QApplication.processEvents()
    assert len(spied.read) < 700


def test_growing_reply_stays_in_view_at_the_end(area, settle):
    message = reply("", status="streaming")
    area.show_messages([*LONG, user("Go on"), message])
    for count in range(1, 60):
        area.update_message(message.with_content("More words arrive. " * count))
        settle()
        assert bottom_distance(area) == 0


def test_growing_reply_moves_nothing_for_a_reader_further_up(area, settle):
    shown = Shown(area)
    message = reply("", status="streaming")
    area.show_messages([*LONG, message])
    settle()
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum() - 5000)
    settle()
    before = [(row, y) for row, y, _ in area.flow.visible()]
    assert shown.below == [True]
    for count in range(1, 30):
        area.update_message(message.with_content("More words arrive.\n\n" * count))
    settle()
    assert [(row, y) for row, y, _ in area.flow.visible()] == before
    area.go_to_end()
    settle()
    assert shown.below == [True, False]
    assert bottom_distance(area) == 0


def test_own_message_is_brought_into_view(area, settle):
    area.show_messages(LONG)
    area.verticalScrollBar().setValue(0)
    area.add_message(user("Here I am"))
    settle()
    assert in_view(area)[-1] == len(LONG)


def test_scrolling_up_moves_the_text_by_exactly_as_much(area, settle):
    area.show_messages(LONG)
    for _ in range(100):
        before = {row: y for row, y, _ in area.flow.visible()}
        area.verticalScrollBar().setValue(area.verticalScrollBar().value() - 120)
        after = {row: y for row, y, _ in area.flow.visible()}
        for row in before.keys() & after.keys():
            assert after[row] - before[row] == pytest.approx(120, abs=1)
        settle()


def test_theme_size_and_width_keep_the_place_being_read(area, settle):
    area.show_messages(LONG)
    area.go_to_message(LONG[201].id)
    settle()
    row = area.flow.anchor().row
    area.set_theme(DARK, 1.0)
    assert area.flow.anchor().row == row
    area.resize(430, 600)
    settle()
    assert abs(area.flow.anchor().row - row) <= 1
    area.set_theme(LIGHT, 1.5)
    settle()
    assert abs(area.flow.anchor().row - row) <= 1


@pytest.mark.parametrize("width", [420, 520, 800, 1600])
def test_text_never_needs_scrolling_sideways(area, settle, width):
    area.resize(width, 700)
    area.show_messages(
        [user("word " * 50 + "x" * 3000), reply("# T\n\n" + "y" * 3000 + "\n\n- " + "z" * 500)]
    )
    settle()
    x, column = area.column
    assert x >= 0
    assert x + column <= area.viewport().width()
    for _, _, item in area.flow.visible():
        assert item.body.used_width <= column + 1


@pytest.mark.row("M05")
def test_failed_reply_shows_its_sentence_and_offers_retry(area, settle, spot, qtbot):
    shown = Shown(area)
    failed = reply("", status="failed", has_error=True, error_message="The server said no.")
    area.show_messages([user("Hi"), failed])
    settle()
    qtbot.mouseClick(area.viewport(), Qt.MouseButton.LeftButton, pos=spot(1, "retry"))
    assert shown.actions == [("retry", failed.id)]


@pytest.mark.row("M02")
@pytest.mark.parametrize("status", ["interrupted", "truncated", "cancelled", "failed"])
def test_reply_cut_off_keeps_its_text_and_offers_to_continue(area, settle, spot, qtbot, status):
    shown = Shown(area)
    cut = reply("Half of it", status=status)
    area.show_messages([cut])
    settle()
    assert area.flow.item(0).body.segments[0].text == "Half of it"
    qtbot.mouseClick(area.viewport(), Qt.MouseButton.LeftButton, pos=spot(0, "continue"))
    assert shown.actions == [("continue", cut.id)]


def test_copy_button_copies_the_code_alone(area, settle, spot, qtbot):
    area.show_messages([reply("Text\n\n```py\nx = 1\ny = 2\n```\n")])
    settle()
    qtbot.mouseClick(area.viewport(), Qt.MouseButton.LeftButton, pos=spot(0, "copy_code:1"))
    assert QGuiApplication.clipboard().text() == "x = 1\ny = 2"


def test_reasoning_unfolds_and_folds_again(area, settle, spot, qtbot):
    area.show_messages([reply("Answer", reasoning="First\n\nSecond")])
    settle()
    folded = area.flow.item(0).height
    for expected in (True, False):
        qtbot.mouseClick(
            area.viewport(), Qt.MouseButton.LeftButton, pos=spot(0, "toggle_reasoning")
        )
        settle()
        assert (area.flow.item(0).height > folded) is expected


def test_selection_across_messages_copies_markdown(area, settle):
    messages = [user("One"), reply("**Two**\n\n- a\n- b"), user("Three")]
    area.show_messages(messages)
    settle()
    area.commands.select_all()
    area.commands.copy()
    assert QGuiApplication.clipboard().text() == "One\n\n**Two**\n\n- a\n- b\n\nThree"


def test_part_of_a_paragraph_is_copied_as_plain_text(area, settle, qtbot):
    area.show_messages([reply("Some **bold** words")])
    settle()
    _, y, item = next(iter(area.flow.visible()))
    where = QPoint(area.column[0] + 60, round(y + item.body_y + 8))
    qtbot.mouseDClick(area.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert area.commands.selected_text() == "bold"


def test_link_is_handed_on_and_not_opened(area, settle, qtbot, monkeypatch):
    monkeypatch.setattr("PySide6.QtGui.QDesktopServices.openUrl", pytest.fail)
    shown = Shown(area)
    area.show_messages([reply("[A link to press](https://example.com/x)")])
    settle()
    _, y, item = next(iter(area.flow.visible()))
    where = QPoint(area.column[0] + 30, round(y + item.body_y + 8))
    qtbot.mouseClick(area.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert shown.links == ["https://example.com/x"]


def test_streaming_status_hides_actions_until_the_reply_is_there(area, settle):
    message = reply("", status=Status.STREAMING.value)
    area.show_messages([message])
    settle()
    assert area.flow.item(0).spots() == []
    area.update_message(message.with_content("Done").with_metadata(status="complete"))
    settle()
    assert [spot.action for spot in area.flow.item(0).spots()] == ["copy", "regenerate", "quote"]


@pytest.mark.row("M07")
def test_chat_of_20_000_messages_opens_at_its_end_and_scrolls_back_to_its_first(area, settle):
    begun = time.process_time()
    messages = conversation(20_000)
    opened = time.process_time()
    area.show_messages(messages)
    area.grab()
    assert time.process_time() - opened < max(1.0, opened - begun)  # the row says: within a second
    assert in_view(area)[-1] == 19_999
    area.verticalScrollBar().setValue(0)
    settle()
    assert in_view(area)[0] == 0
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    settle()
    assert in_view(area)[-1] == 19_999


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's own figures")
def test_opening_a_chat_adds_little_memory_whatever_its_length(area, settle):
    area.show_messages(conversation(1_000))
    settle()
    messages = conversation(30_000)
    before = resident_bytes()
    area.show_messages(messages)
    settle()
    assert resident_bytes() - before < 8 * 1024 * 1024


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
