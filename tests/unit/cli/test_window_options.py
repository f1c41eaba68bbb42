from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from chatapp.cli.window_options import parse_window_options, session_id


@pytest.mark.row("L21", "T25")
def test_session_id_is_checked_as_it_is_read():
    assert session_id("user_1_abc") == "user_1_abc"
    for unsafe in ("../../x", "nul\0", "CON", "x.", "x" * 300):
        with pytest.raises(argparse.ArgumentTypeError, match="not a session id"):
            session_id(unsafe)


def test_a_start_without_a_command_is_understood_without_reading_the_commands():
    arguments = parse_window_options(["--session", "abc", "--screenshot", "x.png"])

    assert arguments is not None
    assert (arguments.session, arguments.screenshot) == ("abc", Path("x.png"))
    assert parse_window_options([]) is not None


@pytest.mark.parametrize(
    "argv", [["list"], ["chat", "--session", "abc"], ["--session", "abc", "send", "Hi"], ["--help"]]
)
def test_whatever_is_not_of_the_window_is_left_to_the_whole_parser(argv):
    assert parse_window_options(argv) is None
