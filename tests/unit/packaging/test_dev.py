from __future__ import annotations

import ast
import subprocess
import sys

import pytest

import dev


@pytest.mark.parametrize(
    ("platform", "environ", "shown"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"QT_QPA_PLATFORM": "offscreen"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_display_is_told_from_the_environment(platform, environ, shown):
    assert dev.has_display(platform, environ) is shown


@pytest.mark.parametrize(
    ("window", "terminal"),
    [
        ([], ["chat"]),
        (["--session", "abc"], ["chat", "--session", "abc"]),
        (["--session=abc", "--data-dir", "d"], ["chat", "--session=abc", "--data-dir", "d"]),
        (["list", "--json"], ["list", "--json"]),
        (["--data-dir", "d", "list"], ["--data-dir", "d", "list"]),
        (["--screenshot", "f"], ["--screenshot", "f"]),
        (["--help"], ["--help"]),
    ],
)
def test_window_start_becomes_a_terminal_chat(window, terminal):
    assert dev.terminal_arguments(window) == terminal


def test_older_python_reads_far_enough_to_say_that_it_is_too_old():
    source = (dev.ROOT / "packaging" / "dev.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))


def test_unknown_command_is_wrong_usage(capsys):
    assert dev.main(["fly"]) == 2
    assert "usage:" in capsys.readouterr().err


def test_help_names_every_command(capsys):
    assert dev.main([]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in dev.COMMANDS)


def test_exit_status_passes_through():
    assert dev.call([sys.executable, "-c", "raise SystemExit(7)"]) == 7


@pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of POSIX")
def test_death_by_signal_is_told_as_a_shell_tells_it():
    assert dev.call([sys.executable, "-c", "import os; os.kill(os.getpid(), 15)"]) == 128 + 15


def test_set_up_that_fails_says_why_and_returns_one(monkeypatch, capsys):
    def fail(_arguments):
        raise dev.SetupError("The disk is full.")

    monkeypatch.setitem(dev.COMMANDS, "run", dev.Command(fail, ""))
    assert dev.main(["run"]) == 1
    assert capsys.readouterr().err == "The disk is full.\n"


def test_interrupt_ends_quietly(monkeypatch):
    def interrupt(_arguments):
        raise KeyboardInterrupt

    monkeypatch.setitem(dev.COMMANDS, "run", dev.Command(interrupt, ""))
    assert dev.main(["run"]) == 130


def test_program_becomes_this_process_in_the_folder_of_the_user(tmp_path):
    """Signals and exit status need no passing on; relative paths mean the user's folder."""
    become = "import dev, sys; dev.become([sys.executable, '-P', '-c', {!r}])"
    inside = "import os, chatapp; print(os.getcwd()); raise SystemExit(3)"
    done = subprocess.run(
        [sys.executable, "-c", become.format(inside)],
        cwd=tmp_path,
        env=dev.child_environment(dev.ROOT / "packaging"),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert done.returncode == 3
    assert done.stdout == f"{tmp_path}\n"
