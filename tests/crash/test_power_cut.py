"""A power cut at any moment, with anything that was not forced to the disk in any state."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from crash.simulated import SimulatedFiles, crash_states, disk_after
from crash.workload import SESSIONS, a_day, broken_promise


@dataclass
class Campaign:
    """Crashes of one day of use.

    Attributes:
        forget: A safeguard that is left out (see `SimulatedFiles`).
        exchanges: Whether the file system can exchange two names.
        per_point: How many of the states at each crash point are tried; 0 is all.
        nested: The share of recoveries that are themselves cut short, everywhere.
    """

    forget: object = None
    exchanges: bool = True
    per_point: int = 0
    nested: float = 0.0
    seed: int = 1
    states: int = 0
    broken: Counter = field(default_factory=Counter)

    def run(self, *, stop_at_first=False):
        rng = random.Random(self.seed)
        files = SimulatedFiles(forget=self.forget, exchanges=self.exchanges)
        user = a_day(files)
        for upto in range(len(files.log) + 1):
            for operations in self._some(crash_states(files.log[:upto], rng), rng):
                disk = self._crash(operations, upto, user, "r1", "")
                if rng.random() < self.nested:
                    self._crash_again(operations, disk, upto, user, rng)
                if stop_at_first and self.broken:
                    return self
        return self

    def _crash_again(self, operations, disk, upto, user, rng):
        """Crash inside the recovery that just ran, at any of its operations."""
        for again in range(len(disk.log) + 1):
            for more in itertools.islice(crash_states(disk.log[:again], rng, 3), 14):
                self._crash([*operations, *more], upto, user, "r2", "nested: ")

    def _crash(self, operations, upto, user, instance, prefix):
        disk = disk_after(operations)
        disk.exchanges = self.exchanges
        self.states += 1
        if wrong := broken_promise(disk, upto, user.steps, instance):
            self.broken[prefix + wrong] += 1
        return disk

    def _some(self, states, rng):
        if not self.per_point:
            return states
        every = list(states)
        return rng.sample(every, min(self.per_point, len(every)))


@pytest.mark.row("T28", "T10", "M01", "M02")
@pytest.mark.parametrize("exchanges", [True, False])
def test_nothing_acknowledged_is_lost_at_any_crash_point(exchanges):
    campaign = Campaign(exchanges=exchanges, per_point=6).run()
    assert not campaign.broken
    assert campaign.states > 1000


def test_recovery_may_be_cut_short_anywhere():
    campaign = Campaign(per_point=1, nested=0.04).run()
    assert not campaign.broken
    assert campaign.states > 1000


def suffix(kind, ending):
    return lambda call, path: call == kind and path.name.endswith(ending)


CONTROLS = {
    "journal not synced": suffix("sync", ".wal"),
    "journal folder not synced": suffix("sync_folder", "journal"),
    "new file not synced before it is put in place": suffix("sync", ".tmp"),
    "folder of the day not synced": suffix("sync_folder", "2026-01-02"),
    "sessions folder not synced": lambda call, path: call == "sync_folder" and path == SESSIONS,
}


@pytest.mark.parametrize("control", CONTROLS)
def test_every_sync_is_needed(control):
    campaign = Campaign(CONTROLS[control], per_point=6).run(stop_at_first=True)
    assert campaign.broken, "this test would not notice a missing safeguard"
