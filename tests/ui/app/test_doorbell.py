from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from chatapp.app.doorbell import Doorbell, address, call_first, ring
from chatapp.app.instance import claim
from chatapp.app.request import TOKEN_VARIABLE, UNDERSTOOD, Request
from chatapp.domain.ids import SessionId

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="speaks through a Unix socket")


@pytest.fixture
async def bell(tmp_path):
    """A doorbell that notes what it is asked."""
    bell = NotedDoorbell(tmp_path)
    yield bell
    bell.close()


# Calls `call_first`, which keeps the interpreter for itself while it waits, in another process.
CALL = """
import sys
from pathlib import Path
from chatapp.app.doorbell import call_first
place = call_first(Path(sys.argv[1]), sys.argv[2] or None)
print("it came" if place is None else place.is_first)
"""


async def call(folder, session_id="") -> str:
    """What comes of a later start on the profile."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-P", "-c", CALL, str(folder), session_id],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), TOKEN_VARIABLE: "token"},
    )
    return done.stdout.strip()


@pytest.fixture(autouse=True)
def first(tmp_path):
    """The place of the first window, held by the test."""
    place = claim(tmp_path)
    yield place
    place.lock.release()


class NotedDoorbell(Doorbell):
    def __init__(self, folder) -> None:
        super().__init__(address(folder))
        self.heard: list[Request] = []
        self.rung.connect(self._on_rung)

    def _on_rung(self, request: Request) -> None:
        self.heard.append(request)


def socket_path(folder) -> str:
    """Where Qt puts the socket of that name."""
    return str(Path(tempfile.gettempdir()) / address(folder))


class Caller:
    """Says anything at all."""

    def __init__(self, folder) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(socket_path(folder))

    def say(self, data: bytes) -> None:
        self._socket.sendall(data)

    async def hear(self) -> bytes:
        """What is answered until the other side hangs up."""
        with self._socket:
            return await asyncio.to_thread(self._read)

    def _read(self) -> bytes:
        self._socket.settimeout(10)
        try:
            return b"".join(iter(lambda: self._socket.recv(1000), b""))
        except ConnectionResetError:  # hung up before all that was said had been read
            return b""


async def test_later_start_is_heard_and_answered(bell, tmp_path):
    assert await call(tmp_path, "abc") == "it came"
    assert bell.heard == [Request(SessionId("abc"), "token")]


async def test_request_may_come_in_pieces(bell, tmp_path):
    caller = Caller(tmp_path)
    whole = Request(SessionId("abc")).encoded()
    caller.say(whole[:9])
    await asyncio.sleep(0.02)
    assert bell.heard == []
    caller.say(whole[9:])
    assert await caller.hear() == UNDERSTOOD
    assert bell.heard == [Request(SessionId("abc"))]


@pytest.mark.parametrize("said", [b"nonsense\n", b"chatapp-1 open .. *\n", b"x" * 100_000])
async def test_whoever_says_anything_else_is_hung_up_on(bell, tmp_path, said):
    caller = Caller(tmp_path)
    saying = asyncio.create_task(asyncio.to_thread(caller.say, said))
    assert await caller.hear() == b""
    await asyncio.gather(saying, return_exceptions=True)
    assert bell.heard == []
    assert await call(tmp_path) == "it came"  # others are still heard


async def test_whoever_says_nothing_is_hung_up_on(tmp_path, monkeypatch):
    monkeypatch.setattr("chatapp.app.doorbell.CALLER_MILLISECONDS", 20)
    bell = Doorbell(address(tmp_path))
    assert await Caller(tmp_path).hear() == b""
    bell.close()


async def test_name_left_behind_by_a_killed_window_is_taken(tmp_path):
    left = socket.socket(socket.AF_UNIX)
    left.bind(socket_path(tmp_path))
    left.close()
    bell = Doorbell(address(tmp_path))
    assert await call(tmp_path) == "it came"
    bell.close()


async def test_longest_request_is_heard(bell, tmp_path):
    request = Request(SessionId("a" * 64), "t" * 256)
    caller = Caller(tmp_path)
    caller.say(request.encoded())
    assert await caller.hear() == UNDERSTOOD
    assert bell.heard == [request]


def test_nobody_answers_where_nobody_listens(tmp_path):
    assert not ring(address(tmp_path), Request(), 1)


def test_profiles_have_addresses_of_their_own(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    (tmp_path / "link").symlink_to(one)
    assert address(one) == address(tmp_path / "link") != address(other)
    assert len(address(one)) < 100


async def test_place_that_becomes_free_meanwhile_is_taken(tmp_path, first):
    calling = asyncio.create_task(call(tmp_path))
    await asyncio.sleep(0.1)
    first.lock.release()
    assert await calling == "True"


def test_window_that_does_not_answer_keeps_its_place(tmp_path):
    assert not call_first(tmp_path, None, 0.1).is_first


async def test_first_window_that_is_still_starting_is_waited_for(tmp_path):
    calling = asyncio.create_task(call(tmp_path, "abc"))
    await asyncio.sleep(0.1)
    bell = NotedDoorbell(tmp_path)
    assert await calling == "it came"
    assert [request.session_id for request in bell.heard] == ["abc"]
    bell.close()
