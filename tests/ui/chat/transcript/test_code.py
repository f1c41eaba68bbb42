"""Code blocks: numbers, folding, characters that hide, emoji, wide lines."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from chatapp.ui.chat.transcript.code import FOLDED_FROM, FOLDED_TO
from chatapp.ui.chat.transcript.code_line import LINE_LIMIT
from transcripts import reply, user


def code(count, line="x = {n}"):
    return "```python\n" + "\n".join(line.format(n=n) for n in range(count)) + "\n```"


def block(area, row=0, index=0):
    return area.flow.item(row).body.ready_item(index)


def test_long_code_folds_and_unfolds_and_copies_wholly(area, settle, spot, qtbot):
    area.show_messages([reply(code(FOLDED_FROM))])
    settle()
    item = block(area)
    folded = item.height
    assert item._shown() == FOLDED_TO
    assert item.plain(0, 10_000).count("\n") == FOLDED_FROM - 1
    area.verticalScrollBar().setValue(10_000)
    settle()
    qtbot.mouseClick(area.viewport(), Qt.MouseButton.LeftButton, pos=spot(0, "toggle_code:0"))
    settle()
    assert item.height > folded
    assert area.flow.item(0).height > item.height


def test_code_that_grew_before_the_readers_eyes_is_not_folded(area, settle):
    message = reply("", status="streaming")
    area.show_messages([message])
    text = code(FOLDED_FROM + 5)
    for end in range(100, len(text), 100):
        area.update_message(message.with_content(text[:end]))
        settle()
    area.update_message(message.with_content(text).with_metadata(status="complete"))
    settle()
    assert block(area)._shown() == FOLDED_FROM + 5


def test_hit_in_the_folded_part_unfolds_it(area, settle, qtbot):
    area.show_messages([user("Hi"), reply(code(200))])
    area.finder.find("x = 150", regex=False, case=False)
    qtbot.waitUntil(lambda: not area.finder._timer.isActive())
    settle()
    assert block(area, 1)._shown() == 200


def test_lines_are_numbered_from_twenty_on(area, settle):
    area.show_messages([reply(code(19)), reply(code(20))])
    settle()
    assert block(area, 0)._gutter() == 0
    assert block(area, 1)._gutter() > 0


@pytest.mark.parametrize(
    "line",
    ["plain text", "an 🙂 emoji and more", "hid\u202eden \u2066marks\u2069 🙂 x", "日本語 text"],
)
def test_every_character_is_found_again_where_it_is_drawn(area, settle, line):
    area.show_messages([reply(f"```\n{line}\nsecond\n```")])
    settle()
    item = block(area)
    for position in range(len(line) + 1):
        rect = item.rect_of(position)
        assert item.position_at(rect.x() + 0.1, rect.center().y()) == position


def test_colours_stand_right_behind_an_emoji(area, settle):
    area.show_messages([reply("```python\ns = '🙂🙂'  # remark\n```")])
    settle()
    line = block(area)._line(0)
    ranges = [(r.start, r.length) for r in line._layout.formats()]
    assert ranges[-1] == (12, 8)  # in UTF-16 units: each emoji is two


def test_hidden_characters_are_written_out(area, settle):
    area.show_messages([reply("```\nif a:\u202e x\n```")])
    settle()
    assert "⟨U+202E⟩" in block(area)._line(0)._layout.text()
    assert block(area).plain(0, 100) == "if a:\u202e x"


def test_endless_line_is_cut_where_it_is_drawn_only(area, settle):
    area.show_messages([reply("```\n" + "x" * 100_000 + "\n```")])
    settle()
    item = block(area)
    assert len(item._line(0)._layout.text()) == LINE_LIMIT + 1
    assert item.length() == 100_000


def test_words_are_chosen_by_a_double_click(area, settle):
    area.show_messages([reply("```\nfoo_bar(1)\n```")])
    settle()
    assert block(area).word_at(3) == (0, 7)
    assert block(area).word_at(8) == (8, 9)
