from __future__ import annotations

import subprocess

import pytest

import system_libraries
from system_libraries import not_found, provide

LDD = """\
/x/libqxcb.so:
\tlinux-vdso.so.1 (0x00007ffd)
\tlibQt6XcbQpa.so.6 => /x/libQt6XcbQpa.so.6 (0x00007f)
\tlibxcb-cursor.so.0 => not found
\tlibstrange.so.9 => not found
/x/libQt6Widgets.so.6:
\tlibEGL.so.1 => not found
"""


class Machine:
    """A Linux machine as `provide` sees it: who one is, what is there, what commands answer."""

    def __init__(self, monkeypatch, programs, user=1000, refused=()):
        self.ran = []
        self._refused = list(refused)
        monkeypatch.setattr(system_libraries.os, "geteuid", lambda: user, raising=False)
        monkeypatch.setattr(
            system_libraries.shutil, "which", lambda name: name if name in programs else None
        )
        monkeypatch.setattr(system_libraries.subprocess, "run", self._run)

    def _run(self, command, **_):
        self.ran.append(" ".join(command))
        refused = bool(self._refused) and self._refused[0] in self.ran[-1]
        if refused:
            self._refused.pop(0)
        return subprocess.CompletedProcess(command, int(refused), stdout="no such package")

    @property
    def installed(self):
        return [command for command in self.ran if " install " in command]


def test_missing_libraries_are_named_with_their_packages():
    assert not_found(LDD) == {
        "libxcb-cursor.so.0": "libxcb-cursor0",
        "libstrange.so.9": "",
        "libEGL.so.1": "libegl1",
    }


def test_nothing_missing_runs_nothing(monkeypatch):
    machine = Machine(monkeypatch, programs=["apt-get"], user=0)
    assert provide({})
    assert machine.ran == []


def test_root_installs_each_package_once(monkeypatch):
    machine = Machine(monkeypatch, programs=["apt-get"], user=0)
    assert provide({"b": "two", "a": "one", "c": "two"})
    (command,) = machine.installed
    assert command.startswith("env ")
    assert command.endswith(" one two")


def test_sudo_is_used_where_it_asks_no_password(monkeypatch):
    machine = Machine(monkeypatch, programs=["apt-get", "sudo"])
    assert provide({"a": "one"})
    assert machine.installed[0].startswith("sudo -n env ")


def test_where_sudo_wants_a_password_the_command_is_shown(monkeypatch, capsys):
    machine = Machine(monkeypatch, programs=["apt-get", "sudo"], refused=["sudo -n true"])
    assert not provide({"a": "one"})
    assert "sudo apt-get install one" in capsys.readouterr().err
    assert machine.installed == []


def test_user_without_sudo_is_shown_the_command(monkeypatch, capsys):
    assert Machine(monkeypatch, programs=["apt-get"]).installed == []
    assert not provide({"a": "one"})
    assert "sudo apt-get install one" in capsys.readouterr().err


def test_other_systems_are_told_the_libraries(monkeypatch, capsys):
    Machine(monkeypatch, programs=[], user=0)
    assert not provide({"libxcb-cursor.so.0": "libxcb-cursor0"})
    assert "libxcb-cursor.so.0" in capsys.readouterr().err


def test_package_lists_are_fetched_when_the_first_try_fails(monkeypatch):
    machine = Machine(monkeypatch, programs=["apt-get"], user=0, refused=[" install "])
    assert provide({"a": "one"})
    assert [command.split()[4] for command in machine.ran] == ["install", "update", "install"]


def test_failed_install_shows_the_reason_and_the_command(monkeypatch, capsys):
    Machine(monkeypatch, programs=["apt-get"], user=0, refused=[" install ", " install "])
    assert not provide({"a": "one"})
    said = capsys.readouterr().err
    assert "no such package" in said
    assert "sudo apt-get install one" in said


def test_unforeseen_library_is_not_taken_as_provided(monkeypatch):
    Machine(monkeypatch, programs=["apt-get"], user=0)
    assert not provide({"a": "one", "libstrange.so.9": ""})


def test_missing_linker_tool_is_no_complaint(monkeypatch, tmp_path):
    def run(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(system_libraries.subprocess, "run", run)
    assert system_libraries.missing_for_qt(tmp_path) == {}


@pytest.mark.parametrize("there", [[], ["Xvfb", "openbox", "xdotool", "import"]])
def test_missing_tools_are_named_with_their_packages(monkeypatch, there):
    Machine(monkeypatch, programs=there)
    missing = system_libraries.missing_test_tools()
    assert set(missing) == set(system_libraries.TEST_TOOLS) - set(there)
