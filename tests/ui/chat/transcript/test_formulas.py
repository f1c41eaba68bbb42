"""Formulas in a conversation: TeX until they are drawn, then vectors, copied as written."""

from __future__ import annotations

import pytest

from chatapp.ui.chat.transcript import maths
from transcripts import reply

pytestmark = [
    pytest.mark.skipif(not maths.is_available(), reason="the extra `maths` is not installed"),
    # ziafont asks for its font files in an old way.
    pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning"),
]
TEXT = "Here $a^2$ and `$b$`, $c_1$.\n\n$$\nx = \\frac{1}{2}\n$$\n\n| a |\n|---|\n| $d$ |\n"


@pytest.fixture
def drawn(qtbot, area, settle):
    def wait():
        formulas = area.flow.setting.style.formulas
        qtbot.waitUntil(lambda: not formulas._asked and not area.pacer._formulas.isActive())
        settle()

    return wait


def plain(area, block):
    return area.flow.item(0).body.ready_item(block).plain(0, 1000)


def test_tex_is_shown_until_the_formula_is_drawn(area, drawn):
    area.show_messages([reply(TEXT)])
    assert plain(area, 0) == "Here a^2 and $b$, c_1."
    drawn()
    item = area.flow.item(0).body.item(0)
    assert item._formulas == ["$a^2$", "$c_1$"]
    assert plain(area, 0) == "Here $a^2$ and $b$, $c_1$."
    assert item.plain(item.length() - 2, 1000) == "$c_1$."
    assert plain(area, 1) == "$$\nx = \\frac{1}{2}\n$$"
    assert "$d$" in plain(area, 2)


def test_formula_is_drawn_in_the_picture(area, drawn):
    area.show_messages([reply("$$\n\\int x\n$$")])
    before = area.grab().toImage()
    drawn()
    assert area.grab().toImage() != before


def test_what_is_read_at_the_top_does_not_move_when_formulas_come(area, drawn, settle):
    many = "\n\n".join(f"$$\n\\frac{{{n}}}{{2}}\n$$\n\nText {n}" for n in range(80))
    area.show_messages([reply(many), reply("After. " * 500)])
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum() - 900)
    before = area.flow.anchor()
    drawn()
    assert area.flow.anchor()[:2] == before[:2]
    assert area.flow.anchor().offset == pytest.approx(before.offset, abs=1)


def test_what_cannot_be_drawn_stays_code(area, drawn):
    area.show_messages([reply("A bad $\\frac{a$ one with `` ` `` in it: $x`y_$")])
    drawn()
    assert plain(area, 0).startswith("A bad \\frac{a one")


def test_wide_formula_is_drawn_smaller(area, drawn):
    area.resize(420, 600)
    area.show_messages([reply("$$\n" + " + ".join(f"x_{{{n}}}" for n in range(60)) + "\n$$")])
    drawn()
    assert area.flow.item(0).body.item(0).used_width <= area.column[1] + 1
