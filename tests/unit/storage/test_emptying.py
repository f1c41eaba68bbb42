"""The trash is emptied of what is due and of nothing else, whatever the clock says."""

from __future__ import annotations

import pytest

from chatapp.storage.emptying import Emptying
from chatapp.storage.keepsakes import Keepsakes
from chatapp.storage.places import Places
from chatapp.storage.trash import Trash
from crash.simulated import ROOT, SimulatedFiles
from fakes import FakeClock

SESSIONS, STATE = ROOT / "sessions", ROOT / "state"
DAY = SESSIONS / "2026-02-09"


class House:
    """The rooms that emptying needs, and what a test does with them."""

    def __init__(self):
        self.clock, self.files = FakeClock(), SimulatedFiles()
        self.files.make_folder(DAY)
        self.places = Places(self.files, SESSIONS, self.clock)
        self.trash = Trash(self.files, self.places)
        self.keepsakes = Keepsakes(self.files, self.places, STATE / "backup")
        rooms = (self.files, self.places, self.trash, self.keepsakes, STATE, self.clock)
        self.emptying = Emptying(*rooms)

    def write(self, key):
        self.files.put(DAY / f"{key}.json", key.encode())

    def delete(self, key):
        self.write(key)
        self.keepsakes.back_up_once(DAY / f"{key}.json")
        self.places.forget(key)
        return self.trash.put(DAY / f"{key}.json")

    def left(self):
        return sorted(kept.key for kept in self.trash.listing())

    def backups(self):
        return list(self.places.kept(STATE / "backup"))

    def live(self, days, keep=30):
        """Let so many days pass, with a look at the trash on each."""
        for _ in range(days):
            self.clock.advance(days=1)
            self.emptying.run(keep)


@pytest.fixture
def house():
    return House()


def test_what_lies_there_long_enough_goes_and_what_is_younger_stays(house):
    house.emptying.run(30)
    house.delete("old")
    house.emptying.run(30)
    house.live(29)
    house.delete("young")
    assert house.left() == ["old", "young"]
    house.live(1)
    assert house.left() == ["young"]
    house.live(28)
    assert house.left() == ["young"]
    house.live(2)
    assert house.left() == []


def test_backups_of_what_goes_go_too(house):
    house.delete("a")
    assert len(house.backups()) == 1
    assert house.emptying.run() == ["a"]
    assert house.backups() == []
    assert house.emptying.ages.read().index_owed


def test_backups_of_a_session_that_lives_on_stay(house):
    house.delete("a")
    house.write("a")
    assert house.emptying.run() == []
    assert house.left() == []
    assert len(house.backups()) == 1


def test_backups_stay_while_another_deleted_file_of_the_session_does(house):
    house.emptying.run(1)
    house.delete("a")
    house.emptying.run(1)
    house.live(1, keep=1)
    house.delete("a")
    house.live(1, keep=1)
    assert house.left() == ["a"]
    assert house.backups() != []


@pytest.mark.row("L10")
@pytest.mark.parametrize("keep", [1, 30, 365])
def test_clock_set_forward_by_years_empties_nothing(house, keep):
    house.delete("a")
    house.emptying.run(keep)
    house.clock.advance(days=20 * 365)
    assert house.emptying.run(keep) == []
    assert house.left() == ["a"]
    assert not house.emptying.ages.read().index_owed


def test_clock_set_forward_and_back_costs_the_count_nothing_more(house):
    house.delete("a")
    house.emptying.run(30)
    house.clock.advance(days=3650)
    house.emptying.run(30)
    house.clock.advance(days=-3650)
    house.live(22)
    assert house.left() == ["a"]
    house.live(8)
    assert house.left() == []


def test_files_there_before_the_program_looked_are_not_taken_for_old(house):
    house.delete("a")
    house.clock.advance(days=400)
    house.emptying.run(30)
    assert house.left() == ["a"]


def test_program_that_is_started_once_a_week_counts_the_whole_week(house):
    house.delete("a")
    for _ in range(5):
        house.emptying.run(30)
        house.clock.advance(days=7)
    house.emptying.run(30)
    assert house.left() == []


def test_file_named_by_hand_after_no_moment_can_be_listed_and_removed(house):
    path = house.delete("a").with_name("b.99999999T999999999999Z.json")
    house.files.put(path, b"")
    assert house.left() == ["a", "b"]
    house.emptying.run()
    assert house.left() == []
