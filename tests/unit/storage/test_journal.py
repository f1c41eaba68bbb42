from __future__ import annotations

import errno
from pathlib import Path

import pytest

from chatapp.domain.changes import ErrorNoted
from chatapp.storage import entries, records
from chatapp.storage.entries import Changed, Folded
from chatapp.storage.journal import Journal
from crash.simulated import ROOT, FaultyFiles, SimulatedFiles

FOLDER = ROOT / "journal"


def change(number, session="s"):
    return Changed(session, "2026-01-01", ErrorNoted({"number": number}))


def journal_on(files):
    return Journal(files, FOLDER, "a1", Path("/sessions"))


def said(files):
    """Sequence numbers of the changes in each segment."""
    segments = {}
    for entry in sorted(files.entries(FOLDER)):
        number = int(entry.name[3:11])
        found = records.scan(files.read(FOLDER / entry.name), records.salt("a1", number))
        loaded = [entries.load(payload) for payload in found.payloads]
        segments[number] = [one[0] for one in loaded if isinstance(one[1], Changed)]
    return segments


@pytest.fixture
def files():
    return SimulatedFiles()


def test_each_record_has_the_next_number(files):
    journal = journal_on(files)
    assert journal.append([change(1), change(2)]) == [1, 2]
    assert journal.append([change(3)]) == [3]
    assert said(files) == {1: [1, 2, 3]}


def test_name_of_the_segment_is_durable_before_its_first_record(files):
    journal_on(files).append([change(1)])
    kinds = [op.kind for op in files.log if op.kind in ("link", "write", "sync", "sync_folder")]
    assert kinds[-6:] == ["link", "write", "sync", "sync_folder", "write", "sync"]


def test_undurable_records_are_synced_by_the_next_call(files):
    journal = journal_on(files)
    journal.append([change(1)])
    before = len(files.log)
    journal.append([change(2)], durable=False)
    assert [op.kind for op in files.log[before:]] == ["write"]
    journal.append([])
    assert files.log[-1].kind == "sync"
    journal.append([])
    assert len(files.log) == before + 3


@pytest.mark.parametrize("call", ["write", "sync"])
def test_failed_segment_is_abandoned_and_its_records_go_to_a_new_one(files, call):
    faulty = FaultyFiles(files, {call}, 3, errno.EIO)
    journal = journal_on(faulty)
    journal.append([change(1)])
    journal.append([change(2)], durable=False)
    assert journal.append([change(3)]) == [3]
    assert said(files)[2] == [2, 3]
    journal.append([change(4)])
    assert said(files)[2] == [2, 3, 4]


def test_refused_records_go_ahead_of_what_is_written_next(files):
    journal = journal_on(FaultyFiles(files, {"write"}, 3, errno.ENOSPC, times=2))
    journal.append([change(1)])
    with pytest.raises(OSError):
        journal.append([change(2)])
    assert journal.append([change(3)]) == [3]
    assert [number for numbers in said(files).values() for number in numbers] == [1, 2, 3]


def test_refused_records_are_forgotten_when_a_file_holds_them(files):
    journal = journal_on(FaultyFiles(files, {"write"}, 3, errno.ENOSPC, times=2))
    journal.append([change(1)])
    with pytest.raises(OSError):
        journal.append([change(2), change(3, "Other")])
    journal.forget_unsafe("other")
    journal.append([change(4)])
    assert [number for numbers in said(files).values() for number in numbers] == [1, 2, 4]


def test_segment_goes_one_generation_after_the_files_hold_it(files):
    journal = journal_on(files)
    journal.append([change(1)])
    journal.roll()
    journal.retire({"s": 1})
    assert list(said(files)) == [1]
    journal.retire({"s": 1})
    assert said(files) == {}
    assert journal.is_empty


def test_segment_stays_while_a_session_or_an_older_segment_is_owed(files):
    journal = journal_on(files)
    journal.append([change(1)])
    journal.roll()
    journal.append([change(2, "t")])
    journal.roll()
    for _ in range(3):
        journal.retire({"t": 2})
    assert list(said(files)) == [1, 2]


def test_segment_that_owes_nothing_is_not_left(files):
    journal = journal_on(files)
    journal.append([Folded("s", "2026-01-01", {})])
    journal.roll()
    assert len(list(files.entries(FOLDER))) == 1


def test_closed_journal_leaves_only_what_is_owed(files):
    journal = journal_on(files)
    journal.append([change(1)])
    journal.close({})
    assert list(said(files)) == [1]
    assert not journal.is_empty
