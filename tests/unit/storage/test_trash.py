"""Deleted sessions come back byte for byte, the newest first, and go for good only when asked."""

from __future__ import annotations

import pytest

from chatapp.storage.places import Places
from chatapp.storage.trash import Trash, deleted_at
from crash.simulated import ROOT, SimulatedFiles
from fakes import FakeClock

SESSIONS = ROOT / "sessions"
HOME = SESSIONS / "2026-02-09" / "a.json"


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def files():
    made = SimulatedFiles()
    made.make_folder(HOME.parent)
    return made


@pytest.fixture
def trash(files, clock):
    return Trash(files, Places(files, SESSIONS, clock))


def put(files, trash, content):
    files.put(HOME, content)
    return trash.put(HOME)


def test_deleted_file_lies_in_the_trash_under_the_moment_of_its_deletion(files, trash):
    path = put(files, trash, b"one")
    assert path == SESSIONS / ".trash/2026-02-09/a.20260209T120000000000Z.json"
    assert files.read(path) == b"one"
    assert files.signature(HOME) is None
    [kept] = trash.listing()
    assert (kept.path, kept.key, kept.day) == (path, "a", "2026-02-09")
    assert deleted_at(kept) == "2026-02-09T12:00:00.000000Z"


@pytest.mark.row("L10")
def test_two_deletions_within_a_moment_are_both_kept_and_the_newest_comes_back(files, trash):
    put(files, trash, b"one")
    put(files, trash, b"two")
    assert trash.take_back("A") == HOME
    assert files.read(HOME) == b"two"
    assert [files.read(kept.path) for kept in trash.listing()] == [b"one"]


def test_session_that_was_never_deleted_cannot_be_taken_back(files, trash):
    put(files, trash, b"one")
    assert trash.take_back("b") is None


def test_files_that_are_no_deleted_sessions_are_not_listed(files, trash):
    path = put(files, trash, b"one")
    files.put(path.with_name("readme.txt"), b"mine")
    assert len(trash.listing()) == 1


def test_file_somebody_named_by_hand_after_no_moment_was_deleted_long_ago(files, trash):
    path = put(files, trash, b"one")
    files.replace(path, path.with_name("a.20269999T000000000000Z.json"))
    [kept] = trash.listing()
    assert deleted_at(kept) == "1970-01-01T00:00:00.000000Z"
