"""Several starts of the window on the same chats, on a real display."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from chatapp.app.doorbell import address
from real.waiting import eventually


class Windows:
    """The program on a display."""

    def __init__(self, program, display) -> None:
        self.program, self.display = program, display

    def open(self, *arguments):
        """Start the window and wait until its chats are listed."""
        process = self.program.start(*arguments)
        for line in process.stderr:
            if line.startswith("listed"):
                return process
        raise AssertionError("it ended before its chats were listed")

    def active_pid(self):
        """The process whose window has the focus."""
        asked = subprocess.run(
            ["xdotool", "getactivewindow", "getwindowpid"],
            env=self.display.environment(),
            capture_output=True,
            text=True,
        )
        return int(asked.stdout) if asked.stdout.strip() else None

    def texts(self, session_id):
        """What was said in a chat, as the program itself reads it."""
        shown = self.program.run("show", session_id, "--json")
        messages = json.loads(shown.stdout)["messages"] if shown.returncode == 0 else []
        return [message["content"] for message in messages]


@pytest.fixture
def windows(program, display):
    """Windows over a data folder with one chat."""
    program.environ = {**display.environment(), "CHATAPP_TRACE_START": "1"}
    assert program.run("send", "--session", "earlier", "An earlier chat").returncode == 0
    return Windows(program, display)


@pytest.mark.row("L04")
def test_second_start_brings_the_first_window_forward_with_the_chat(windows):
    first = windows.open()
    beside = windows.open("--new-instance")
    eventually(lambda: windows.active_pid() == beside.pid)
    later = windows.program.run("--session", "handed_over")
    assert (later.returncode, later.stdout, later.stderr) == (0, "", "")
    eventually(lambda: windows.active_pid() == first.pid)
    eventually(lambda: "handed_over" in windows.program.run("list").stdout)
    windows.display.type("Said in the first")
    windows.display.press("Return")
    eventually(lambda: windows.texts("handed_over")[:1] == ["Said in the first"])
    assert beside.poll() is None


def test_place_of_a_killed_window_is_taken_at_once(windows):
    first = windows.open()
    first.kill()
    first.wait()
    second = windows.open()
    assert windows.program.run().returncode == 0  # it answers at the name the first one left
    assert second.poll() is None


def test_two_windows_lose_nothing_of_what_both_say(windows):
    windows.open("--session", "one")
    beside = windows.open("--session", "other", "--new-instance")
    eventually(lambda: windows.active_pid() == beside.pid)
    windows.display.type("Said in the second")
    windows.display.press("Return")
    eventually(lambda: windows.texts("other")[:1] == ["Said in the second"])
    assert windows.program.run("--session", "one").returncode == 0
    eventually(lambda: windows.active_pid() != beside.pid)
    windows.display.type("Said in the first")
    windows.display.press("Return")
    eventually(lambda: windows.texts("one")[:1] == ["Said in the first"])
    assert windows.texts("other")[:1] == ["Said in the second"]


@pytest.mark.slow
def test_window_that_does_not_answer_is_said_in_one_sentence(windows):
    first = windows.open()
    first.send_signal(signal.SIGSTOP)
    later = windows.program.run()
    first.send_signal(signal.SIGCONT)
    assert later.returncode == 1
    assert later.stdout == ""
    assert later.stderr.startswith("ChatApp is open on these chats already")
    assert later.stderr.count("\n") == 1


@pytest.mark.row("T27")
def test_nonsense_on_the_socket_changes_nothing(windows):
    window = windows.open()
    folder = os.environ.get("XDG_RUNTIME_DIR", tempfile.gettempdir())
    path = Path(folder) / address(windows.program.data / "state")
    eventually(path.is_socket)
    assert path.stat().st_mode & 0o077 == 0  # nobody else may connect
    for said in (b"\0" * 1000, b"chatapp-1 open ../x *\n", b"chatapp-1 open a b c\n"):
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(path))
            caller.settimeout(10)
            caller.sendall(said)
            with contextlib.suppress(ConnectionResetError):  # hung up on in the middle of it
                assert caller.recv(100) == b""
    assert window.poll() is None
    assert windows.program.run().returncode == 0
