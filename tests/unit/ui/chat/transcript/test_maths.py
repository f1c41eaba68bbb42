"""Formulas: found where they are meant, money left alone, drawn as vectors."""

from __future__ import annotations

import importlib.util

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.ui.chat.transcript import maths

# ziafont asks for its font files in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")
drawing = pytest.mark.skipif(
    importlib.util.find_spec("ziamath") is None, reason="the extra `maths` is not installed"
)


def found(text):
    return [(formula.tex, formula.display) for formula in maths.find(text)]


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$x$ and $a_1 + b^2$.", [("x", False), ("a_1 + b^2", False)]),
        (r"\(y\), \[ z \], $$w$$", [("y", False), ("z", True), ("w", True)]),
        ("$$\nx = 1\n$$", [("x = 1", True)]),
        (r"a price \$5, then $n$", [("n", False)]),
        ("a `$x$` span and ``\\(y\\)``", []),
        ("$5 and $10", []),
        ("from $5 to 10$ or US$3 and $ x $", []),
        ("it costs 5$, not 6$", []),
        ("$x$5", []),
        ("$$", []),
        ("", []),
    ],
)
def test_formulas_are_found_and_money_is_not(text, formulas):
    assert found(text) == formulas


def test_endless_formula_stays_text():
    assert found("$" + "x" * (maths.LONGEST + 1) + "$") == []


@given(st.text(alphabet="$\\()[] x1`\n", max_size=40))
def test_formulas_stand_in_order_and_apart(text):
    at = 0
    for formula in maths.find(text):
        assert formula.start >= at
        assert formula.tex.strip() == formula.tex != ""
        at = formula.end


@drawing
@pytest.mark.parametrize(
    "tex",
    [
        r"x_{1,2} = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
        r"\int_0^\infty e^{-x^2}\,dx",
        r"\sum_{i=1}^n i",
        r"f(x) = \begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}",
    ],
)
def test_formulas_are_drawn_with_their_base_line(tex):
    drawn = maths.draw(tex, 14, "#112233", display=True)
    assert drawn.svg.startswith(b"<svg")
    assert b"#112233" in drawn.svg
    assert 0 < drawn.depth < drawn.height


@drawing
@pytest.mark.parametrize("tex", [r"\frac{a", "x_", r"\begin{pmatrix} 1", "{" * 1500])
def test_what_is_no_tex_is_not_drawn_and_harms_nothing(tex):
    assert maths.draw(tex, 14, "#000000", display=False) is None
