"""What is replaced is kept: damaged bytes for good, sound ones for some starts of the program."""

from __future__ import annotations

import errno

import pytest

from chatapp.storage import codec
from chatapp.storage.keepsakes import KEPT_BACKUPS, Keepsakes
from chatapp.storage.places import Places
from crash.simulated import ROOT, FaultyFiles, SimulatedFiles
from fakes import FakeClock
from unit.storage.store_contract import session_of, texts

SESSIONS, BACKUPS = ROOT / "sessions", ROOT / "backup"
PATH = SESSIONS / "2026-02-09" / "a.json"


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def files():
    made = SimulatedFiles()
    made.make_folder(PATH.parent)
    return made


def keepsakes(files, clock):
    """Those of one start of the program."""
    return Keepsakes(files, Places(files, SESSIONS, clock), BACKUPS)


def save(files, *contents):
    files.put(PATH, codec.encode(session_of("a", *contents)))


def kept(files):
    return [
        files.read(BACKUPS / "2026-02-09" / name)
        for name in files.names[BACKUPS / PATH.parent.name]
    ]


def test_damaged_bytes_of_any_length_are_copied_whole_and_durably(files, clock):
    raw = b"not a session" * 200_000
    files.put(PATH, raw)
    copy = keepsakes(files, clock).quarantine(PATH)
    assert copy.parent == SESSIONS / ".quarantine" / "2026-02-09"
    assert files.read(copy) == raw
    assert [op.kind for op in files.log[-2:]] == ["sync", "sync_folder"]


def test_copy_that_cannot_be_made_is_an_error(files, clock):
    files.put(PATH, b"x")
    full = FaultyFiles(files, {"write"}, 1, errno.ENOSPC)
    with pytest.raises(OSError, match="ENOSPC"):
        keepsakes(full, clock).quarantine(PATH)


def test_one_backup_is_made_in_each_run_before_the_first_overwrite(files, clock):
    save(files, "one")
    first = keepsakes(files, clock)
    first.back_up_once(PATH)
    save(files, "one", "two")
    first.back_up_once(PATH)
    assert texts(keepsakes(files, clock).newest_backup("A")) == ["one"]


def test_the_newest_backups_stay_and_older_ones_go(files, clock):
    for run in range(KEPT_BACKUPS + 2):
        save(files, f"run {run}")
        keepsakes(files, clock).back_up_once(PATH)
        clock.advance(days=1)
    found = [codec.decode(raw, file_id="a", day="").messages[0].content for raw in kept(files)]
    assert found == ["run 2", "run 3", "run 4"]


def test_disk_that_is_full_stops_no_save_and_the_backup_is_tried_again(files, clock):
    save(files, "one")
    full = FaultyFiles(files, {"make_folder"}, 1, errno.ENOSPC)
    made = keepsakes(full, clock)
    made.back_up_once(PATH)
    assert made.newest_backup("a") is None
    made.back_up_once(PATH)
    assert texts(made.newest_backup("a")) == ["one"]


def test_backup_that_is_damaged_is_passed_over_for_an_older_one(files, clock):
    save(files, "sound")
    keepsakes(files, clock).back_up_once(PATH)
    clock.advance(days=1)
    files.put(PATH, b"{")
    keepsakes(files, clock).back_up_once(PATH)
    assert texts(keepsakes(files, clock).newest_backup("a")) == ["sound"]
