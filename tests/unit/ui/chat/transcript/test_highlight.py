"""Colouring code: what Pygments says, without asking it about everything again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name

from chatapp.ui.chat.transcript.highlight import Highlighter, colour_of, lexer_for

PYTHON = '''import os
class A(B):
    """Doc
    string."""
    @property
    def f(self, x: int = 3) -> str:  # comment
        return f"{x!r} {os.path}" + 'a\\'b'

x = [1, 0x2f, None, True]
'''
SAMPLES = {
    "python": PYTHON,
    "c": '#include <stdio.h>\n/* a\n   comment */\nint main(void) { return printf("%d\\n", 3); }\n',
    "javascript": "const f = async (x) => `a ${x + 1} b`; // c\n/* m\n */ let y = /re[/]x/g;\n",
    "html": "<!doctype html>\n<p class='a'>x &amp; y</p>\n<script>let a = 1;</script>\n",
    "php": "<p><?php echo $x; // c ?></p>\n",
    "bash": "for f in *; do echo \"$f\" | sed 's/a/b/'; done # c\n",
    "diff": "--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n",
    "json": '{"a": [1, true, null], "b": "c"}\n',
    "pycon": ">>> 1 + 1\n2\n",
    "yaml": "a: 1\nb:\n  - c # d\n",
}


def oracle(language: str, text: str) -> list[str]:
    """The colour of every character, straight from Pygments."""
    colours = [""] * len(text)
    lexer = get_lexer_by_name(language, ensurenl=False, stripnl=False)
    for at, kind, piece in lexer.get_tokens_unprocessed(text):
        for offset in range(len(piece)):
            colours[at + offset] = colour_of(kind)
    return colours


def colours(highlighter: Highlighter, lines: list[str]) -> list[str]:
    found = []
    for number, line in enumerate(lines):
        row = [""] * len(line)
        for start, length, colour in highlighter.spans(number):
            row[start : start + length] = [colour] * length
        found += [*row, ""]
    return found[:-1]


def without_line_ends(text: str, coloured: list[str]) -> list[str]:
    return [
        "" if character == "\n" else colour
        for character, colour in zip(text, coloured, strict=True)
    ]


def complete(highlighter: Highlighter, lines: list[str], step: int) -> None:
    while highlighter.complete(lines, step) < len(lines):
        pass


@pytest.mark.parametrize("language", SAMPLES)
@pytest.mark.parametrize("step", [1, 3, 1000])
def test_complete_code_is_coloured_as_pygments_colours_it(language, step):
    text = SAMPLES[language]
    lines = text.split("\n")
    highlighter = Highlighter(language)
    complete(highlighter, lines, step)
    assert colours(highlighter, lines) == without_line_ends(text, oracle(language, text))


@given(st.integers(1, 30))
def test_growing_python_is_coloured_as_pygments_colours_what_is_there(size):
    highlighter = Highlighter("python")
    count = 0
    for at in range(0, len(PYTHON), size):
        text = PYTHON[: at + size]
        lines = text.split("\n")
        highlighter.grow(lines, max(0, count - 1))
        count = len(lines)
        assert colours(highlighter, lines) == without_line_ends(text, oracle("python", text))


@pytest.mark.parametrize("language", SAMPLES)
def test_code_that_grew_ends_as_pygments_has_it(language):
    text, highlighter, count = SAMPLES[language], Highlighter(language), 0
    for at in range(0, len(text), 7):
        lines = text[: at + 7].split("\n")
        highlighter.grow(lines, max(0, count - 1))
        count = len(lines)
    complete(highlighter, lines, 2)
    assert colours(highlighter, lines) == without_line_ends(text, oracle(language, text))


def test_growing_code_is_read_only_where_it_grew(monkeypatch):
    from chatapp.ui.chat.transcript import highlight

    read = []
    original = highlight._tokens_from

    def counted(lexer, text, state):
        read.append(len(text))
        return original(lexer, text, state)

    monkeypatch.setattr(highlight, "_tokens_from", counted)
    highlighter, lines = Highlighter("python"), []
    for number in range(300):
        lines.append(f"x{number} = {number}")
        highlighter.grow(lines, max(0, len(lines) - 2))
    assert max(read) < 60


def test_unknown_language_stays_plain():
    highlighter = Highlighter("no-such-language")
    highlighter.grow(["x"], 0)
    assert highlighter.complete(["x"], 5) == 1
    assert highlighter.spans(0) == ()
    assert lexer_for("no-such-language") is None
    assert Highlighter("").complete(["x"], 5) == 1


def test_long_growth_at_once_is_caught_up_with_later():
    lines = [f"x = {n}" for n in range(500)]
    highlighter = Highlighter("python")
    highlighter.grow(lines, 0)
    assert highlighter.spans(10)
    assert not highlighter.spans(450)
    highlighter.grow(lines, len(lines) - 1)
    highlighter.grow(lines, len(lines) - 1)
    assert highlighter.spans(450)


def test_unknown_language_does_not_search_the_packages_installed(monkeypatch):
    monkeypatch.setattr("pygments.plugin.iter_entry_points", pytest.fail)
    for language in ("pyth", "odd-language", "PYTHON"):
        lexer_for(language)
    assert lexer_for("PYTHON").name == "Python"
