from __future__ import annotations

from pathlib import Path

import pytest

from chatapp.cli.commands import COMMANDS
from chatapp.cli.parser import build_parser


def parse(*argv):
    return build_parser().parse_args(argv)


def test_without_a_command_the_window_is_meant():
    arguments = parse("--session", "abc", "--screenshot", "x.png")
    assert arguments.command is None
    assert arguments.session == "abc"
    assert arguments.screenshot == Path("x.png")


def test_data_folder_may_stand_before_or_after_the_command():
    assert parse("--data-dir", "x", "list").data_dir == "x"
    assert parse("list", "--data-dir", "x").data_dir == "x"
    assert parse("list").data_dir is None


def test_session_may_stand_before_or_after_send():
    assert parse("--session", "abc", "send", "Hi").session == "abc"
    assert parse("send", "--session", "abc", "Hi").session == "abc"
    assert parse("send", "Hi").session is None


def test_options_are_not_abbreviated():
    with pytest.raises(SystemExit) as refused:
        parse("list", "--lim", "3")
    assert refused.value.code == 2


def test_each_name_is_there_once():
    names = [command.name for command in COMMANDS]
    assert len(set(names)) == len(names)
    assert all(parse_name(name) for name in names)


def parse_name(name):
    with pytest.raises(SystemExit) as helped:
        parse(name, "--help")
    return helped.value.code == 0
