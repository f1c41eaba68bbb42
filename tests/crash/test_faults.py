"""The Nth call of every kind fails, once or for a while: full, broken, read-only, cut short."""

from __future__ import annotations

import contextlib
import copy
import errno
from collections import Counter

import pytest

from crash.simulated import FaultyFiles, SimulatedFiles
from crash.workload import a_day, broken_promise, essence

CALLS = ("create", "write", "sync", "close", "replace", "exchange", "link", "remove", "read")
FOLDER_CALLS = ("make_folder", "sync_folder", "entries", "folders", "signature", "lock")
FOR_GOOD = 10_000


def runs(call, error, times, stride=1):
    """A day of use for every N at which `call` can fail; what was broken afterwards."""
    broken = Counter()
    count, nth = 0, 1
    while True:
        files = SimulatedFiles()
        faulty = FaultyFiles(files, {call}, nth, error, times=times)
        user = a_day(faulty, stubborn=True)
        if faulty.calls < nth:
            return count, broken
        at_once = copy.deepcopy(files)
        at_once.locked.clear()
        if wrong := broken_promise(at_once, len(files.log), user.steps):
            broken[f"{call} {nth}: at once, {wrong}"] += 1
        if wrong := _goes_on(faulty, user):
            broken[f"{call} {nth}: {wrong}"] += 1
        files.locked.clear()  # the process ends
        if wrong := broken_promise(files, len(files.log), user.steps):
            broken[f"{call} {nth}: after a restart, {wrong}"] += 1
        count, nth = count + 1, nth + stride


def _goes_on(faulty, user):
    """With the fault gone, the next folds write everything that is in memory."""
    faulty.times = 0
    for _ in range(2):
        user.fold(now=True)
    for name, session in user.live.items():
        if essence(user.engine.read(name, patient=False)) != essence(session):
            return f"{name} was not saved when it could be"
    return None


@pytest.mark.row("D05", "T21")
@pytest.mark.parametrize("times", [1, FOR_GOOD])
@pytest.mark.parametrize("call", [*CALLS, *FOLDER_CALLS])
def test_no_failing_call_loses_what_was_acknowledged(call, times):
    count, broken = runs(call, errno.ENOSPC if call == "write" else errno.EIO, times, stride=5)
    assert not broken
    assert count


def test_refusal_that_is_not_reported_would_be_noticed(monkeypatch):
    def deaf(self, *args, **kwargs):
        with contextlib.suppress(OSError):
            real(self, *args, **kwargs)

    from chatapp.storage.journal import Journal

    real = Journal.append
    monkeypatch.setattr(Journal, "append", deaf)
    monkeypatch.setattr(Journal, "forget_unsafe", lambda *_: None)
    _, broken = runs("write", errno.ENOSPC, FOR_GOOD, stride=9)
    assert broken
