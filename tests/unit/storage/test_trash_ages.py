"""How long a file lies in the trash is counted by looking, and no clock can hurry it."""

from __future__ import annotations

import errno

import pytest

from chatapp.storage.trash_ages import TrashAges
from crash.simulated import ROOT, FaultyFiles, SimulatedFiles
from fakes import FakeClock

PATH = ROOT / "state" / "trash.json"


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def files():
    return SimulatedFiles()


@pytest.fixture
def ages(files, clock):
    return TrashAges(files, PATH, clock)


def test_days_between_looks_are_counted_and_known_after_a_restart(files, ages, clock):
    assert ages.count(["a"], 7) == {"a": 0}
    clock.advance(days=2)
    assert ages.count(["a", "b"], 7) == {"a": 2, "b": 0}
    clock.advance(hours=12)
    assert TrashAges(files, PATH, clock).count(["a", "b"], 7) == {"a": 2.5, "b": 0.5}


def test_file_that_left_the_trash_is_forgotten(ages, clock):
    ages.count(["a"], 7)
    clock.advance(days=2)
    assert ages.count([], 7) == {}
    assert ages.count(["a"], 7) == {"a": 0}


def test_nothing_is_written_for_an_empty_trash(files, ages):
    assert ages.count([], 7) == {}
    assert files.log == []


@pytest.mark.parametrize(("years", "counted"), [(20, 7), (-20, 0)])
def test_clock_that_jumps_counts_at_most_the_longest_step(ages, clock, years, counted):
    ages.count(["a"], 7)
    clock.advance(days=365 * years)
    assert ages.count(["a"], 7) == {"a": counted}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b'{"looked_at": "", "index_owed": false, "days": []}',
        b'{"looked_at": "", "index_owed": false, "days": {"a": "x"}}',
    ],
)
def test_count_that_cannot_be_read_begins_anew(files, ages, raw):
    files.make_folder(PATH.parent)
    files.put(PATH, raw)
    assert ages.count(["a"], 7) == {"a": 0}


def test_count_that_cannot_be_written_makes_files_stay_longer(clock):
    files = FaultyFiles(SimulatedFiles(), ("create",), 1, errno.EROFS, times=9)
    ages = TrashAges(files, PATH, clock)
    for _ in range(2):
        assert ages.count(["a"], 7) == {"a": 0}
        clock.advance(days=5)


def test_what_the_index_owes_is_known_after_a_restart(files, ages, clock):
    ages.owe_index(owed=True)
    assert TrashAges(files, PATH, clock).read().index_owed
    ages.owe_index(owed=False)
    assert not TrashAges(files, PATH, clock).read().index_owed
