from __future__ import annotations

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.cli import output
from chatapp.domain.errors import SessionNotFound

HOSTILE = "\x1b[31mred\x1b]0;title\x07\x9b2J\x90\r\b\x00\x7f"


class Refusing(io.TextIOWrapper):
    """A stream whose reader has gone."""

    def __init__(self):
        super().__init__(io.BytesIO())

    def write(self, _text):
        raise BrokenPipeError


def steering(text):
    return {c for c in text if ord(c) < 32 or 127 <= ord(c) < 160} - {"\n", "\t"}


@pytest.mark.row("S03")
def test_control_characters_never_get_out():
    assert output.plain(HOSTILE) == "[31mred]0;title2J"
    assert output.plain("line\n\ttab é 日本 🙂") == "line\n\ttab é 日本 🙂"


@given(st.lists(st.text()))
def test_pieces_of_a_text_give_the_pieces_of_the_whole(pieces):
    assert "".join(map(output.plain, pieces)) == output.plain("".join(pieces))


@given(st.text())
def test_nothing_steers(text):
    assert steering(output.plain(text)) == set()


@given(st.text())
def test_a_line_stays_one_line_and_turns_nothing_around(text):
    line = output.plain_line(text)
    assert not set(line) & set("\n\t\u2028\u2029\u202e\u2066")
    assert steering(line) == set()


def test_json_means_the_same_and_holds_no_control_character(capsys):
    output.write_json({"text": HOSTILE})
    written = capsys.readouterr().out
    assert steering(written) == set()
    import json

    assert json.loads(written) == {"text": HOSTILE}


def test_notes_and_complaints_go_to_standard_error(capsys):
    output.note("One\x1b")
    output.complain(SessionNotFound("There is\nno chat.", "Look again."))
    assert capsys.readouterr() == ("", "One\nThere is no chat. Look again.\n")


def test_reader_that_has_gone_is_told_once_and_ignored_for_notes(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Refusing())
    monkeypatch.setattr(sys, "stderr", Refusing())
    with pytest.raises(output.OutputRefused):
        output.write("data")
    output.note("nobody reads this")


def test_strange_characters_can_be_written_anywhere():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    output.prepare(stream, io.StringIO())
    stream.write("é\udcff")
    stream.flush()
    assert stream.buffer.getvalue() == "é?".encode()
