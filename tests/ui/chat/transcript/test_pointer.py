"""The mouse in the transcript: pointing, pressing, dragging, and the sideways wheel over tables."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication, QToolTip

from transcripts import reply, user

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
PLAIN = Qt.KeyboardModifier.NoModifier
WIDE = "| " + " | ".join(f"column number {n}" for n in range(12)) + " |\n" + "|---" * 12 + "|\n"
WIDE += "| " + " | ".join(f"[cell {n}](https://example.com/{n})" for n in range(12)) + " |\n"


def send(area, kind, at, button=NONE, buttons=NONE):
    at = QPointF(at)
    where = area.viewport().mapToGlobal(at)
    QApplication.sendEvent(area.viewport(), QMouseEvent(kind, at, where, button, buttons, PLAIN))


def text_point(area, row, x=2.0, y=8.0):
    for seen, top, item in area.flow.visible():
        if seen == row:
            return QPointF(area.column[0] + item.body_x + x, top + item.body_y + y)
    raise LookupError(row)


def drag(area, start, end):
    send(area, QEvent.Type.MouseButtonPress, start, LEFT, LEFT)
    send(area, QEvent.Type.MouseMove, end, NONE, LEFT)
    send(area, QEvent.Type.MouseButtonRelease, end, LEFT)


def test_dragging_selects_across_messages(area, settle):
    area.show_messages([user("First message"), reply("Second **message**\n\nwith two paragraphs")])
    settle()
    drag(area, text_point(area, 0), text_point(area, 1, x=500, y=60))
    assert (
        area.commands.selected_text()
        == "First message\n\nSecond **message**\n\nwith two paragraphs"
    )


def test_third_press_selects_the_paragraph(area, settle, qtbot):
    area.show_messages([reply("A few words here")])
    settle()
    at = text_point(area, 0, x=30).toPoint()
    qtbot.mouseDClick(area.viewport(), LEFT, pos=at)
    assert area.commands.selected_text() == "few"
    qtbot.mouseClick(area.viewport(), LEFT, pos=at)
    assert area.commands.selected_text() == "A few words here"


def test_shift_click_extends_the_selection(area, settle, qtbot):
    area.show_messages([reply("One two three")])
    settle()
    qtbot.mouseClick(area.viewport(), LEFT, pos=text_point(area, 0).toPoint())
    end = text_point(area, 0, x=600).toPoint()
    qtbot.mouseClick(area.viewport(), LEFT, Qt.KeyboardModifier.ShiftModifier, pos=end)
    assert area.commands.selected_text() == "One two three"


def test_dragging_beyond_the_edge_scrolls_and_selects_on(area, settle, qtbot):
    area.show_messages([reply(f"Paragraph {n} of many. " * 20) for n in range(40)])
    settle()
    area.verticalScrollBar().setValue(0)
    settle()
    send(area, QEvent.Type.MouseButtonPress, text_point(area, 0), LEFT, LEFT)
    send(area, QEvent.Type.MouseMove, QPointF(300, area.viewport().height() + 200), NONE, LEFT)
    qtbot.waitUntil(lambda: area.selection.moving.row > 12, timeout=10_000)
    send(area, QEvent.Type.MouseButtonRelease, QPointF(300, 500), LEFT)
    value = area.verticalScrollBar().value()
    assert value > 600
    settle()
    assert not area.pointer._scroll.isActive()


def test_actions_show_where_the_pointer_is_and_go_with_it(area, settle):
    area.show_messages([reply("One"), user("Two"), reply("Three")])
    settle()
    assert not area._is_active(0)
    send(area, QEvent.Type.MouseMove, text_point(area, 0))
    assert area._is_active(0)
    QApplication.sendEvent(area.viewport(), QEvent(QEvent.Type.Leave))
    assert not area._is_active(0)
    assert area._is_active(2)  # the newest reply always shows them


def test_real_target_of_a_link_is_shown_while_pointing(area, settle, monkeypatch):
    shown = []
    monkeypatch.setattr(QToolTip, "showText", lambda at, text, widget: shown.append(text))
    area.show_messages([reply("[https://bank.example](https://evil.example/<b>)")])
    settle()
    send(area, QEvent.Type.MouseMove, text_point(area, 0, x=20))
    assert shown == ["<span>→ https://evil.example/&lt;b&gt;</span>"]
    assert area.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor
    send(area, QEvent.Type.MouseMove, QPointF(2, 590))
    assert area.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor


def test_button_left_before_letting_go_does_nothing(area, settle, spot):
    area.show_messages([reply("```\nx\n```")])
    settle()
    QGuiApplication.clipboard().setText("before")
    drag(area, QPointF(spot(0, "copy_code:0")), QPointF(5, 5))
    assert QGuiApplication.clipboard().text() == "before"


def test_footnote_is_gone_to_and_not_handed_on(area, settle, monkeypatch):
    area.show_messages(
        [reply("A claim[^1]." + "\n\nFiller paragraph." * 60 + "\n\n[^1]: The note.")]
    )
    area.verticalScrollBar().setValue(0)
    settle()
    area.commands.follow(0, "#note-1")
    settle()
    assert area.verticalScrollBar().value() > 500
    area.commands.follow(0, "#note-77")


@pytest.fixture
def table(area, settle):
    area.resize(500, 600)
    area.show_messages([reply(WIDE)])
    settle()
    return area.flow.item(0).body.item(0)


def test_wide_table_moves_sideways_and_is_found_where_it_is(area, settle, table, qtbot):
    assert table.used_width <= area.column[1]
    last = table.length() - 3
    assert table.rect_of(last).x() > table.used_width
    table.reveal(last)
    place = table.rect_of(last)
    assert 0 < place.x() < table.used_width
    assert abs(table.position_at(place.x() + 1, place.center().y()) - last) <= 1
    assert table.link_at(place.x() - 4, place.center().y()).startswith("https://example.com/")
    area.grab()
    table.reveal(0)
    assert table.rect_of(0).x() >= 0


def test_rule_is_a_thing_of_its_own_in_a_selection(area, settle):
    area.show_messages([reply("One\n\n---\n\nTwo")])
    settle()
    area.commands.select_all()
    assert area.commands.selected_text() == "One\n\n---\n\nTwo"
    rule = area.flow.item(0).body.item(1)
    assert (rule.length(), rule.word_at(0), rule.links(), rule.spots()) == (1, (0, 1), [], [])
    assert rule.position_at(0, 0) == 0
    assert rule.plain(0, 1) == "---"
    assert not rule.scroll(5)
    assert rule.rect_of(1).x() == rule.used_width


def test_long_message_shows_more_on_demand(area, settle, spot, qtbot):
    area.show_messages([reply("word " * 260_000)])
    settle()
    before = area.flow.total
    qtbot.mouseClick(area.viewport(), LEFT, pos=spot(0, "show_more"))
    settle()
    assert area.flow.total > before
    assert area.flow.item(0).body.hidden == 0
