from __future__ import annotations

import builtins
import io
import os
import signal
import sys

import pytest

from chatapp.cli.prompt import ENDING_SIGNALS, Prompt, on_signals


class Keyboard(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def typing(monkeypatch):
    """Sets what is typed, and whether the answers go to a terminal too."""

    def set_up(text, *, answers=True):
        monkeypatch.setattr(sys, "stdin", Keyboard(text))
        monkeypatch.setattr(sys, "stdout", Keyboard() if answers else io.StringIO())
        return Prompt()

    return set_up


def test_lines_of_a_pipe_are_read_as_they_are(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO("one\r\ntwo\n\nlast"))
    prompt = Prompt()
    assert not prompt.is_terminal
    assert [prompt.read() for _ in range(5)] == ["one", "two", "", "last", None]
    assert capsys.readouterr() == ("", "")


def test_terminal_edits_the_line(typing, monkeypatch):
    asked = []
    monkeypatch.setattr(builtins, "input", lambda sign: asked.append(sign) or "typed")
    prompt = typing("")
    assert prompt.is_terminal
    assert prompt.read() == "typed"
    assert asked == ["› "]


def test_sign_is_kept_out_of_answers_that_go_elsewhere(typing, capsys):
    prompt = typing("typed\n", answers=False)
    assert prompt.read() == "typed"
    assert sys.stdout.getvalue() == ""
    assert capsys.readouterr().err == "› "


def test_control_c_is_an_interruption(typing, monkeypatch):
    monkeypatch.setattr(builtins, "input", lambda _sign: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        typing("").read()


@pytest.mark.row("D10")
@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_signal_to_end_ends_the_input(typing, monkeypatch, number):
    monkeypatch.setattr(builtins, "input", lambda _sign: os.kill(os.getpid(), number))
    assert typing("").read() is None


def test_system_without_interval_timers_reads_a_line_too(typing, monkeypatch):
    monkeypatch.setattr("chatapp.cli.prompt.HAS_HEARTBEAT", False)
    assert typing("hello\n", answers=False).read() == "hello"


def test_signals_go_where_they_went_before():
    before = signal.getsignal(signal.SIGTERM)
    taken = []
    with on_signals((signal.SIGTERM,), lambda number, _frame: taken.append(number)):
        os.kill(os.getpid(), signal.SIGTERM)
    assert taken == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) == before
