"""Journal, files, trash and recovery as one thing, over a simulated disk."""

from __future__ import annotations

import errno

import pytest

from chatapp.domain.changes import BranchLeft, MessageAdded, MessageGrew, MessageReplaced
from chatapp.domain.message import Message
from chatapp.storage import codec, engine
from chatapp.storage.documents import read_version
from chatapp.storage.engine import Engine
from chatapp.storage.entries import Began, Changed
from crash.simulated import ROOT, FaultyFiles, SimulatedFiles
from fakes import FakeClock
from unit.storage.store_contract import AT, session_of, texts

SESSIONS, STATE = ROOT / "sessions", ROOT / "state"
DAY = "2026-02-09"
PATH = SESSIONS / DAY / "a.json"


class Disk(SimulatedFiles):
    """A disk on which `happens` once, right before the next rename."""

    happens = None

    def replace(self, source, target):
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()
        super().replace(source, target)


@pytest.fixture
def disk():
    made = Disk()
    made.make_folder(PATH.parent)
    return made


@pytest.fixture
def opened(disk):
    """Opens an engine, over any file system; without one, over the disk."""

    def open_engine(files=None):
        made = Engine(files or disk, SESSIONS, STATE, FakeClock(), "ab12")
        made.open()
        return made

    return open_engine


def said(content):
    return MessageAdded(Message("user", content, AT, {"id": content}))


def conversation(*contents, name="a"):
    session = session_of(name)
    for content in contents:
        session.apply(said(content))
    return session


def put(disk, *contents, file_name="a", name="a"):
    path = PATH.with_name(f"{file_name}.json")
    disk.put(path, codec.encode(conversation(*contents, name=name)))
    return path


def on(disk):
    return sorted(texts(codec.decode(disk.read(PATH), file_id="a", day=DAY)))


def test_disk_that_refuses_everything_can_still_be_opened_and_closed(disk, opened):
    put(disk, "one")
    kinds = {"make_folder", "lock", "create", "write", "remove", "sync_folder"}
    made = opened(FaultyFiles(disk, kinds, 1, errno.EROFS, times=1000))
    assert texts(made.read("a")) == ["one"]
    made.close()


def test_closed_engine_leaves_neither_journal_nor_lock(disk, opened):
    made = opened()
    session = conversation()
    made.append([Began("a", DAY, codec.encode(session))])
    made.save(session)
    made.close()
    made.close()  # twice is fine
    assert set(disk.names[STATE / "journal"]) <= {"start.guard"}


# ---- large files


@pytest.fixture
def everything_is_large(monkeypatch):
    monkeypatch.setattr(engine, "LARGE_FILE", 100)


@pytest.mark.usefixtures("everything_is_large")
@pytest.mark.parametrize(
    "change",
    [
        said("two"),
        MessageGrew("one", 1000, "!"),
        MessageReplaced(Message("user", "1", AT, {"id": "one"}), AT),
        BranchLeft("one", AT),
    ],
    ids=lambda change: type(change).__name__,
)
def test_few_new_words_of_a_large_file_wait_for_more(opened, change):
    made = opened()
    session = conversation("one" * 500)
    made.save(session)
    made.append([Changed("a", DAY, change)])
    assert made.save(session) is None
    assert made.save(session, now=True) is not None


@pytest.mark.usefixtures("everything_is_large")
def test_much_that_is_new_of_a_large_file_is_written_at_once(opened):
    made = opened()
    session = conversation("one" * 500)
    made.append([Began("a", DAY, codec.encode(session))])
    made.save(session)
    made.append([Began("a", DAY, codec.encode(session))])
    assert made.save(session) is not None


@pytest.mark.usefixtures("everything_is_large")
def test_large_file_waits_half_a_minute_at_most(opened, monkeypatch):
    made = opened()
    session = conversation("one" * 500)
    made.save(session)
    made.append([Changed("a", DAY, said("two"))])
    monkeypatch.setattr(engine, "_LONGEST_DEBT_SECONDS", 0.0)
    assert made.save(session) is not None


# ---- the trash


def test_session_that_only_the_journal_has_is_not_deleted(opened):
    made = opened()
    made.append([Began("a", DAY, codec.encode(conversation("one")))])
    with pytest.raises(OSError, match="not saved yet"):
        made.delete("a")
    made.save(conversation("one"))
    assert made.delete("a") == PATH
    assert made.delete("a") is None


def test_trash_lists_damaged_and_unreadable_files_too(disk, opened):
    made = opened()
    for name, raw in (("a", b"\0"), ("b", codec.encode(conversation("hello", name="b")))):
        path = PATH.with_name(f"{name}.json")
        disk.put(path, raw)
        made.trash.put(path)
    assert {one.session_id: one.title for one in made.trashed()} == {"a": "", "b": "hello"}
    unreadable = opened(FaultyFiles(disk, {"read"}, 1, errno.EIO, times=1000))
    assert {one.session_id: one.title for one in unreadable.trashed()} == {"a": "", "b": ""}


# ---- strays


def test_file_under_a_wrong_name_gets_the_right_one(disk, opened):
    stray = put(disk, "one", file_name="Copy of A")
    assert opened().adopt(stray) == "a"
    assert list(disk.names[PATH.parent]) == ["a.json"]


def test_file_that_cannot_be_renamed_is_found_where_it_is(disk, opened):
    stray = put(disk, "one", file_name="Copy of A")
    made = opened(FaultyFiles(disk, {"link", "replace"}, 1, errno.EACCES, times=1000))
    assert made.adopt(stray) == "a"
    assert texts(made.read("a")) == ["one"]
    assert made.places.find("a") == stray


def test_conflict_copy_is_merged_and_lies_in_the_trash(disk, opened):
    put(disk, "one")
    stray = put(disk, "two", file_name="a (conflict)")
    made = opened()
    assert made.adopt(stray) == "a"
    assert on(disk) == ["one", "two"]
    assert len(made.trash.listing()) == 1


@pytest.mark.parametrize("raw", [b"{", None], ids=["damaged", "gone"])
def test_stray_that_cannot_be_read_is_left_alone(disk, opened, raw):
    stray = PATH.with_name("a (conflict).json")
    if raw is not None:
        disk.put(stray, raw)
    assert opened().adopt(stray) is None


@pytest.mark.row("T21")
def test_copy_that_arrives_while_another_goes_to_the_trash_is_merged_too(disk, opened):
    put(disk, "one")
    stray = put(disk, "two", file_name="a (conflict)")
    made = opened()
    disk.happens = lambda: put(disk, "three", file_name="a (conflict)")
    made.adopt(stray)
    assert on(disk) == ["one", "three", "two"]


def test_what_arrives_of_another_session_stays_in_the_trash(disk, opened):
    put(disk, "one")
    stray = put(disk, "two", file_name="a (conflict)")
    made = opened()
    disk.happens = lambda: put(disk, "three", file_name="a (conflict)", name="b")
    made.adopt(stray)
    assert on(disk) == ["one", "two"]
    assert len(made.trash.listing()) == 1


# ---- what others do


def test_session_is_edited_outside_when_its_file_changed_or_went(disk, opened):
    made = opened()
    made.save(conversation("one"))
    assert made.edited_outside() == set()
    put(disk, "one", "theirs")
    assert made.edited_outside() == {"a"}
    disk.remove(PATH)
    assert made.edited_outside() == {"a"}


def test_mended_file_that_cannot_be_written_is_read_all_the_same(disk, opened):
    disk.put(PATH, codec.encode(conversation("one", "two"))[:-250])
    made = opened(FaultyFiles(disk, {"exchange", "replace"}, 1, errno.EACCES, times=1000))
    assert "one" in texts(made.read("a", patient=False))
    assert made.take_notices() == ["a"]
    assert made.take_notices() == []


def test_merging_says_whether_the_file_changed(disk, opened):
    made = opened()
    assert made.merge_in(conversation("one"), dry_run=True) == "new"
    assert made.merge_in(conversation("one")) == "new"
    assert made.merge_in(conversation("one")) == "same"
    assert made.merge_in(conversation("two"), dry_run=True) == "merged"
    assert made.merge_in(conversation("two")) == "merged"
    assert on(disk) == ["one", "two"]


def test_rewriting_keeps_each_message_once(disk, opened):
    put(disk, "one", "one")
    made = opened()
    made.rewrite(read_version(disk, PATH))
    assert on(disk) == ["one"]
