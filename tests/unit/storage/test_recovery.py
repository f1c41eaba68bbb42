"""What a dead instance left in its journal comes into the files, and nothing of it twice."""

from __future__ import annotations

import errno

import pytest

from chatapp.domain.changes import HeaderChanged, MessageAdded, MessageGrew, MessagesRemoved
from chatapp.domain.message import Message
from chatapp.storage import codec
from chatapp.storage.engine import Engine
from chatapp.storage.entries import Began, Changed
from chatapp.storage.files import RealFiles
from crash.simulated import ROOT, FaultyFiles, SimulatedFiles
from fakes import FakeClock
from unit.storage.store_contract import AT, session_of, texts

SESSIONS, STATE = ROOT / "sessions", ROOT / "state"
DAY = "2026-02-09"
PATH = SESSIONS / DAY / "a.json"
JOURNAL = STATE / "journal"


@pytest.fixture
def disk():
    return SimulatedFiles()


def engine(files, name):
    return Engine(files, SESSIONS, STATE, FakeClock(), name)


def dies(disk):
    """Every process ends; its locks go with it."""
    disk.locked.clear()


def added(content, status=None):
    return MessageAdded(
        Message("user", content, AT, {"id": content} | ({"status": status} if status else {}))
    )


class Life:
    """One run of the program: a session, and what is said of it."""

    def __init__(self, disk, name="dead"):
        self.disk, self.engine = disk, engine(disk, name)
        self.engine.open()
        self.session = session_of("a")
        self.engine.append([Began("a", DAY, codec.encode(self.session))])

    def do(self, *changes):
        for change in changes:
            self.session.apply(change)
            self.engine.append([Changed("a", DAY, change)])
        return self

    def fold(self):
        self.engine.save(self.session.snapshot(), now=True)
        return self

    def end(self):
        dies(self.disk)


def recovered(files, name="next"):
    """The next start: (its engine, what it recovered)."""
    started = engine(files, name)
    return started, started.open()


def journal_files(disk):
    return sorted(name for name in disk.names[JOURNAL] if name != "start.guard")


def on(disk):
    return texts(codec.decode(disk.read(PATH), file_id="a", day=DAY))


@pytest.mark.row("M01")
def test_what_was_said_and_not_folded_is_in_the_file_and_the_journal_is_gone(disk):
    Life(disk).do(added("one"), added("two")).end()
    _, found = recovered(disk)
    assert (found.sessions, on(disk)) == (["a"], ["one", "two"])
    assert journal_files(disk) == ["next-00000001.wal"]


def test_journal_of_a_living_instance_is_left_to_it(disk):
    Life(disk).do(added("one"))
    _, found = recovered(disk)
    assert found.sessions == []
    assert "dead-00000001.wal" in journal_files(disk)


def test_what_the_file_holds_is_not_applied_again(disk):
    Life(disk).do(added("one"), added("two")).fold().end()
    by_hand = codec.decode(disk.read(PATH), file_id="a", day=DAY)
    by_hand.apply(MessagesRemoved(("one",), AT))
    disk.put(PATH, codec.encode(by_hand))
    recovered(disk)
    assert on(disk) == ["two"]


def test_fold_that_was_cut_short_after_the_swap_is_known_by_the_bytes_of_the_file(disk):
    Life(disk).do(added("one")).fold().end()
    segment = JOURNAL / "dead-00000001.wal"
    lines = disk.read(segment).splitlines(keepends=True)
    assert b'"folded"' in lines[-1]
    disk.put(segment, b"".join(lines[:-1]))
    before = disk.signature(PATH)
    _, found = recovered(disk)
    assert (found.sessions, on(disk)) == ([], ["one"])
    assert disk.signature(PATH) == before


def test_file_that_is_gone_is_made_from_all_that_was_said(disk):
    Life(disk).do(added("one")).fold().do(added("two")).end()
    disk.remove(PATH)
    recovered(disk)
    assert on(disk) == ["one", "two"]


def test_file_that_is_gone_and_whose_beginning_was_folded_is_made_of_its_changes(disk):
    life = Life(disk).do(added("one")).fold()
    for _ in range(3):  # until the segment of the beginning is retired
        life.engine.tick()
    life.do(added("two")).end()
    disk.remove(PATH)
    recovered(disk)
    assert on(disk) == ["two"]


def test_damaged_file_is_mended_with_what_the_journal_says(disk):
    Life(disk).do(added("one"), added("two")).fold().end()
    disk.put(PATH, disk.read(PATH)[:-300])
    started, _ = recovered(disk)
    assert on(disk) == ["one", "two"]
    assert started.take_notices() == ["a"]


@pytest.mark.row("M02")
def test_reply_that_was_streaming_is_interrupted(disk):
    Life(disk).do(added("half", "streaming"), MessageGrew("half", 4, " a reply")).end()
    started, _ = recovered(disk)
    [message] = started.read("a").messages
    assert (message.content, message.status) == ("half a reply", "interrupted")


def test_two_dead_instances_that_began_the_same_session_are_joined(disk):
    lives = [Life(disk, "one"), Life(disk, "two")]
    for life, text in zip(lives, ("mine", "theirs"), strict=True):
        life.do(added(text))
    dies(disk)
    recovered(disk)
    assert sorted(on(disk)) == ["mine", "theirs"]


def test_session_that_was_deleted_does_not_come_back(disk):
    life = Life(disk).do(added("one")).fold()
    assert life.engine.delete("a")
    life.end()
    recovered(disk)
    assert disk.signature(PATH) is None


def test_entry_said_in_two_segments_counts_once(disk):
    life = Life(disk).do(added("one"))
    first = JOURNAL / "dead-00000001.wal"
    raw = disk.read(first)
    life.end()
    disk.put(first, raw + raw)
    recovered(disk)
    assert on(disk) == ["one"]


def test_broken_record_between_whole_ones_is_told_and_the_segment_kept(disk):
    Life(disk).do(added("one"), HeaderChanged(AT, title="lost"), added("two")).end()
    first = JOURNAL / "dead-00000001.wal"
    disk.put(first, disk.read(first).replace(b'"lost"', b'"last"'))
    spoilt = disk.read(first)
    _, found = recovered(disk)
    assert found.damaged == [first]
    assert disk.read(SESSIONS / ".quarantine" / first.name) == spoilt
    assert on(disk) == ["one", "two"]


def test_broken_segment_is_kept_once_though_its_removal_was_refused(disk):
    Life(disk).do(added("one"), HeaderChanged(AT, title="lost"), added("two")).end()
    first = JOURNAL / "dead-00000001.wal"
    disk.put(first, disk.read(first).replace(b'"lost"', b'"last"'))
    recovered(FaultyFiles(disk, {"remove"}, 1, errno.EIO, times=1000), "next")
    dies(disk)
    _, found = recovered(disk, "third")
    assert found.damaged == [first]
    assert first.name not in journal_files(disk)


# ---- what cannot be done now


def test_session_that_cannot_be_written_is_owed_and_its_journal_stays(disk):
    Life(disk).do(added("one")).end()
    full = FaultyFiles(disk, {"replace", "link", "exchange"}, 1, errno.ENOSPC, times=1000)
    started, found = recovered(full)
    assert [texts(session) for session, _ in found.owed] == [["one"]]
    assert texts(started.read("a")) == ["one"]
    assert "dead-00000001.wal" in journal_files(disk)
    full.times = 0
    started.tick()
    assert on(disk) == ["one"]
    assert "dead-00000001.wal" not in journal_files(disk)


def test_session_of_a_newer_version_keeps_its_file_and_its_journal(disk):
    Life(disk).do(added("one")).fold().do(added("two")).end()
    newer = codec.encode(session_of("a", extra={"format": 2}))
    disk.put(PATH, newer)
    _, found = recovered(disk)
    assert found.sessions == []
    assert disk.read(PATH) == newer
    assert "dead-00000001.wal" in journal_files(disk)


def test_journal_that_cannot_be_read_stays_and_is_let_go_of(disk):
    Life(disk).do(added("one")).end()
    _, found = recovered(FaultyFiles(disk, {"read"}, 1, errno.EIO))
    assert found.sessions == []
    dies(disk)
    recovered(disk, "third")
    assert on(disk) == ["one"]


def test_journal_in_a_read_only_place_waits_for_a_start_that_may_write(disk):
    Life(disk).do(added("one")).end()

    class ReadOnly(FaultyFiles):
        def lock(self, path, *, wait=False):
            raise PermissionError(errno.EACCES, "read-only")

    _, found = recovered(ReadOnly(disk, set(), 1, errno.EACCES))
    assert found.sessions == []
    assert "dead-00000001.wal" in journal_files(disk)


# ---- temporary files


def left_over(disk, raw, name="~a-dead-9.tmp"):
    disk.put(PATH.with_name(name), raw)


def temporaries(disk):
    return [name for name in disk.names[PATH.parent] if name.endswith(".tmp")]


def test_foreign_save_among_the_temporary_files_is_merged(disk):
    life = Life(disk).do(added("one")).fold()
    theirs = life.session.snapshot()
    theirs.apply(added("theirs"))
    life.end()
    left_over(disk, codec.encode(theirs))
    recovered(disk)
    assert on(disk) == ["one", "theirs"]
    assert "~a-dead-9.tmp" not in temporaries(disk)


def test_write_that_was_cut_short_is_removed(disk):
    Life(disk).do(added("one")).fold().end()
    left_over(disk, disk.read(PATH)[:100])
    recovered(disk)
    assert on(disk) == ["one"]
    assert temporaries(disk) == []


def test_temporary_file_of_nobody_is_removed_and_that_of_the_living_stays(disk):
    Life(disk, "alive").fold()
    disk.put(JOURNAL / "alive.lock", b"")
    left_over(disk, b"x", "~a-alive-9.tmp")
    left_over(disk, b"x", "~a-nobody-9.tmp")
    recovered(disk)
    assert temporaries(disk) == ["~a-alive-9.tmp"]


def test_the_same_on_the_file_system_of_this_machine(tmp_path):
    def real(name):
        return Engine(RealFiles(), tmp_path / "sessions", tmp_path / "state", FakeClock(), name)

    dead = real("dead")
    dead.open()
    session = session_of("a")
    dead.append([Began("a", DAY, codec.encode(session)), Changed("a", DAY, added("one"))])
    dead._lock.release()
    started = real("next")
    assert started.open().sessions == ["a"]
    assert texts(started.read("a")) == ["one"]
    started.close()
