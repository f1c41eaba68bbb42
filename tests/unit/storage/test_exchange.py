"""Two names change places in one step, or it is said that they cannot."""

from __future__ import annotations

import ctypes
import errno
import sys
from types import SimpleNamespace

import pytest

from chatapp.storage import exchange as room
from chatapp.storage.exchange import ExchangeUnsupportedError, exchange


class Library:
    """The C library: its one call gives what it is told, and remembers the question."""

    def __init__(self, name, error=0):
        self.asked = []
        self.error = error
        setattr(self, name, self._call)

    def _call(self, *arguments):
        self.asked.append(arguments)
        ctypes.set_errno(self.error)
        return -1 if self.error else 0


@pytest.fixture
def use(monkeypatch):
    """Makes a library the one of this machine, on a system of the given name."""

    def use_library(library, platform="linux"):
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: library)
        room._system_call.cache_clear()

    yield use_library
    room._system_call.cache_clear()


@pytest.fixture
def pair(tmp_path):
    first, second = tmp_path / "one", tmp_path / "two"
    first.write_text("1")
    second.write_text("2")
    return first, second


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel")
def test_each_file_has_the_name_of_the_other(pair):
    first, second = pair
    exchange(first, second)
    assert (first.read_text(), second.read_text()) == ("2", "1")


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel")
def test_missing_file_is_an_error_and_the_other_stays(pair, tmp_path):
    with pytest.raises(FileNotFoundError):
        exchange(pair[0], tmp_path / "none")
    assert pair[0].read_text() == "1"


def test_macos_is_asked_in_its_own_words(use, pair):
    library = Library("renamex_np")
    use(library, "darwin")
    exchange(*pair)
    first, second = (str(path).encode() for path in pair)
    assert library.asked == [(first, second, 2)]


@pytest.mark.parametrize(("platform", "call"), [("linux", "renameat2"), ("darwin", "renamex_np")])
def test_file_system_that_cannot_is_told_from_a_disk_that_refuses(use, pair, platform, call):
    use(Library(call, errno.EINVAL), platform)
    with pytest.raises(ExchangeUnsupportedError):
        exchange(*pair)
    use(Library(call, errno.EIO), platform)
    with pytest.raises(OSError, match="error") as raised:
        exchange(*pair)
    assert not isinstance(raised.value, ExchangeUnsupportedError)
    assert raised.value.errno == errno.EIO


def test_system_without_the_call_cannot(use, pair):
    use(SimpleNamespace())
    with pytest.raises(ExchangeUnsupportedError):
        exchange(*pair)
    assert [path.read_text() for path in pair] == ["1", "2"]
