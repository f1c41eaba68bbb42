"""What stands around the text of a message: folds, versions, days, the unread mark."""

from __future__ import annotations

import datetime as dt

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from chatapp.domain.message import new_message
from chatapp.ui.chat.transcript.area import TranscriptArea
from chatapp.ui.fonts import Families
from transcripts import Shown, reply, user


class FixedClock:
    def now(self):
        return dt.datetime(2026, 11, 20, 22, 0, tzinfo=dt.UTC)

    def local(self, moment):
        return moment


@pytest.fixture
def area(qtbot):
    area = TranscriptArea(Families("DejaVu Sans", "DejaVu Sans Mono"), clock=FixedClock())
    qtbot.addWidget(area)
    area.resize(800, 600)
    area.show()
    return area


@pytest.mark.row("M04")
def test_tool_calls_fold_to_a_line_with_their_arguments_inside(area, settle, spot, qtbot):
    calls = [{"id": "1", "name": "search", "arguments": '{"q": "```"}', "result": "found"}]
    nested = [{"function": {"name": "read", "arguments": "{}"}}, "odd"]
    area.show_messages([reply("Done", tool_calls=calls + nested)])
    settle()
    item = area.flow.item(0)
    assert [s.name for s in item.spots()[:2]] == ["Used search", "Used read"]
    folded = item.height
    qtbot.mouseClick(area.viewport(), Qt.MouseButton.LeftButton, pos=spot(0, "toggle_tool_0"))
    settle()
    body = item._folds._folds[0].body
    assert [segment.text for segment in body.segments] == ['{"q": "```"}', "found"]
    assert item.height > folded
    copy = spot(0, "copy_part:toggle_tool_0:0")
    qtbot.mouseClick(area.viewport(), Qt.MouseButton.LeftButton, pos=copy)
    assert QGuiApplication.clipboard().text() == '{"q": "```"}'


def test_system_and_tool_messages_fold_to_a_line(area, settle, spot, qtbot):
    tool = new_message("tool", "the **result**", "2026-11-20T21:44:00Z", {"name": "search"})
    area.show_messages([new_message("system", "Be brief.", "2026-11-20T21:44:00Z"), tool])
    settle()
    names = [area.flow.item(row).spots()[0].name for row in (0, 1)]
    assert names == ["System message", "Result of search"]
    qtbot.mouseClick(area.viewport(), Qt.MouseButton.LeftButton, pos=spot(1, "toggle_message"))
    settle()
    assert area.flow.item(1).body.ready_item(0).plain(0, 99) == "the **result**"


def test_siblings_are_counted_and_can_be_gone_through(area, settle, spot, qtbot):
    shown = Shown(area)
    messages = [user("Hi"), reply("One"), user("Again")]
    versions = {messages[0].id: (1, 2), messages[1].id: (2, 3)}
    area.show_messages(messages)
    area.set_versions(lambda message_id: versions.get(message_id, (1, 1)))
    settle()
    for row, action in ((1, "previous_version"), (1, "next_version"), (0, "next_version")):
        qtbot.mouseClick(area.viewport(), Qt.MouseButton.LeftButton, pos=spot(row, action))
    assert [action for action, _ in shown.actions] == [
        "previous_version",
        "next_version",
        "next_version",
    ]
    actions = [s.action for s in area.flow.item(2).spots()]
    assert "next_version" not in actions


def message_of(day, text="text"):
    return new_message("user", text, f"{day}T12:00:00Z")


def test_each_day_begins_with_its_name(area, settle):
    days = ["2026-02-09", "2026-02-09", "2026-11-16", "2026-11-19", "2026-11-20", "2026-11-20"]
    area.show_messages([message_of(day) for day in days])
    settle()
    assert [area.flow.item(row)._lead.day for row in range(6)] == [
        "Monday, 9 February 2026", "", "Monday", "Yesterday", "Today", "",
    ]  # fmt: skip


def test_conversation_of_today_begins_without_a_word(area, settle):
    area.show_messages([message_of("2026-11-20")])
    settle()
    assert area.flow.item(0)._lead.height(area.flow.setting.style) == 0


def test_unread_mark_stands_above_the_first_unread_message(area, settle):
    messages = [message_of("2026-11-20", str(n)) for n in range(3)]
    area.show_messages(messages)
    settle()
    before = area.flow.item(1).height
    area.set_unread(messages[1].id)
    settle()
    assert area.flow.item(1)._lead.unread
    assert area.flow.item(1).height > before
    area.grab()


def test_same_conversation_in_a_new_state_stays_where_it_is(area, settle):
    messages = [message_of("2026-11-20", f"text {n} " * 60) for n in range(60)]
    area.show_messages(messages)
    area.go_to_message(messages[30].id)
    settle()
    before = {area.flow.rows[row].id: y for row, y, _ in area.flow.visible()}
    area.show_messages(messages[:10] + messages[12:])
    settle()
    after = {area.flow.rows[row].id: y for row, y, _ in area.flow.visible()}
    assert after == before
    area.show_messages(messages[:5])
    settle()
    assert area.flow.rows[0].id == messages[0].id


def test_other_conversation_begins_at_its_end(area, settle):
    area.show_messages([message_of("2026-11-20", f"text {n} " * 60) for n in range(60)])
    area.verticalScrollBar().setValue(0)
    area.show_messages([message_of("2026-11-20", f"more {n} " * 60) for n in range(60)])
    settle()
    assert area.verticalScrollBar().value() == area.verticalScrollBar().maximum()
