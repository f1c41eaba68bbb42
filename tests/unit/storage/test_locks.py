"""One holder at a time, and none when the holder is gone."""

from __future__ import annotations

import fcntl
import threading

import pytest

from chatapp.storage import locks
from chatapp.storage.locks import take


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.lock"


def test_lock_is_held_by_one_until_it_is_let_go(path):
    held = take(path)
    assert take(path) is None
    held.release()
    held.release()  # twice is fine
    with take(path):
        assert take(path) is None
    take(path).release()


def test_lock_file_is_for_its_owner_alone(path):
    with take(path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_who_waits_gets_it_when_the_other_lets_go(path):
    held = take(path)
    got = []
    waiting = threading.Thread(target=lambda: got.append(take(path, wait=True)))
    waiting.start()
    held.release()
    waiting.join(timeout=10)
    assert got[0] is not None
    got[0].release()


@pytest.mark.parametrize("again", [True, False])
def test_file_its_last_holder_removed_is_no_lock(path, monkeypatch, again):
    """Between opening and locking the last holder removes the file; another may make it anew."""
    removed = []
    real = fcntl.flock

    def flock(descriptor, how):
        if not removed:
            removed.append(path.unlink())
            if again:
                path.touch()
        real(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    held = take(path)
    assert take(path) is None  # the name leads to the file that is locked
    held.release()


def test_file_system_without_locks_is_an_error_and_leaves_no_file_open(path, monkeypatch):
    closed = []
    real = locks.os.close

    def refuse(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    monkeypatch.setattr(locks.os, "close", lambda handle: (closed.append(handle), real(handle)))
    with pytest.raises(OSError, match="No locks"):
        take(path)
    assert len(closed) == 1
