"""A session file is replaced whole, and no save of another program is lost, whenever it comes."""

from __future__ import annotations

import errno

import pytest

from chatapp.domain.changes import MessageAdded
from chatapp.domain.message import Message
from chatapp.storage import codec
from chatapp.storage.documents import LeftAloneError
from chatapp.storage.entries import Folded, Folding
from chatapp.storage.keepsakes import Keepsakes
from chatapp.storage.places import Places
from chatapp.storage.session_files import SessionFiles, UnsettledError
from crash.simulated import ROOT, FaultyFiles, SimulatedFiles
from fakes import FakeClock
from unit.storage.store_contract import AT, session_of, texts

SESSIONS, STATE = ROOT / "sessions", ROOT / "state"
PATH = SESSIONS / "2026-02-09" / "a.json"


class Disk(SimulatedFiles):
    """A disk on which something happens right before the next calls of some kind.

    Attributes:
        soon: (name of a call, what happens), each once and in this order.
    """

    soon = ()

    def _before(self, call):
        if self.soon and self.soon[0][0] == call:
            (_, happens), *self.soon = self.soon
            happens()

    def exchange(self, first, second):
        self._before("exchange")
        super().exchange(first, second)

    def link(self, source, target):
        self._before("link")
        super().link(source, target)


@pytest.fixture
def disk():
    made = Disk()
    for folder in (PATH.parent, STATE):
        made.make_folder(folder)
    return made


class Journal:
    def __init__(self):
        self.said = []

    def say(self, entries, *, durable):
        self.said += [(type(entry), durable) for entry in entries]


@pytest.fixture
def journal():
    return Journal()


def files_on(disk):
    places = Places(disk, SESSIONS, FakeClock())
    return SessionFiles(
        disk, places, Keepsakes(disk, places, STATE / "backup"), "ab12", STATE / "l"
    )


@pytest.fixture
def files(disk):
    return files_on(disk)


def conversation(*contents):
    """A session whose messages are known by what they say."""
    session = session_of("a")
    for content in contents:
        add(session, content)
    return session


def add(session, content):
    session.apply(MessageAdded(Message("user", content, AT, {"id": content})))


def foreign(disk, *contents, path=PATH):
    """Another program saves these messages."""
    return lambda: disk.put(path, codec.encode(conversation(*contents)))


def on(disk, path=PATH):
    return sorted(texts(codec.decode(disk.read(path), file_id="a", day="2026-02-09")))


def leftovers(disk):
    return [name for name in disk.names[PATH.parent] if name.endswith(".tmp")]


# ---- reading


def test_session_without_a_file_is_none(files):
    assert files.read("a") is None


def test_copy_of_another_session_under_this_name_is_not_it(files, disk):
    disk.put(PATH, codec.encode(session_of("b", "hello")))
    assert files.read("a") is None


@pytest.mark.row("T10")
def test_file_that_is_not_whole_is_left_alone_at_the_first_look_and_mended_at_the_second(
    files, disk
):
    raw = codec.encode(conversation("one", "two"))[:-250]
    disk.put(PATH, raw)
    with pytest.raises(UnsettledError):
        files.read("a")
    disk.scribble(PATH, raw[:-1])  # somebody is still writing it
    with pytest.raises(UnsettledError):
        files.read("a")
    version = files.read("a")
    assert version.mended
    assert texts(version.session)[0] == "one"
    assert files.notices == ["a"]


def test_file_of_which_nothing_can_be_saved_is_an_error_and_stays(files, disk):
    disk.put(PATH, b"\0" * 50)
    with pytest.raises(codec.DamagedFile, match="zero bytes"):
        files.read("a", patient=False)
    assert files.read("a", patient=False, even_empty=True).session.messages == []


@pytest.mark.parametrize("patient", [True, False])
def test_file_of_a_newer_version_is_no_damage_and_not_salvaged(files, disk, patient):
    disk.put(PATH, codec.encode(session_of("a", "one", extra={"format": 2})))
    with pytest.raises(LeftAloneError):
        files.read("a", patient=patient)
    assert files.notices == []


def test_what_a_torn_file_lost_comes_from_the_backup(files, disk, journal):
    files.write(conversation("one"), {}, journal.say)
    files.write(conversation("one", "two"), {}, journal.say)
    disk.put(PATH, b'{"messages": [')
    assert texts(files_on(disk).read("a", patient=False).session) == ["one"]


# ---- writing


def test_fold_is_told_before_and_after(files, disk, journal):
    session = conversation("one")
    assert files.write(session, {"ab12": 3}, journal.say) == session
    assert on(disk) == ["one"]
    assert journal.said == [(Folding, True), (Folded, False)]
    assert leftovers(disk) == []


def test_session_that_the_file_holds_is_not_written_again(files, disk, journal):
    files.write(conversation("one"), {}, journal.say)
    before = disk.signature(PATH)
    files.write(conversation("one"), {}, journal.say)
    assert disk.signature(PATH) == before
    assert journal.said[2:] == [(Folded, False)]


@pytest.mark.row("T21")
def test_save_that_lands_between_look_and_swap_is_merged(files, disk, journal):
    files.write(conversation("one"), {}, journal.say)
    disk.soon = [("exchange", foreign(disk, "one", "theirs"))]
    written = files.write(conversation("one", "mine"), {}, journal.say)
    assert on(disk) == sorted(texts(written)) == ["mine", "one", "theirs"]
    files.settle(journal.say)
    assert leftovers(disk) == []


@pytest.mark.parametrize("exchanges", [True, False])
def test_file_that_appears_in_the_middle_of_the_first_save_is_merged(disk, journal, exchanges):
    disk.exchanges = exchanges
    disk.soon = [("link", foreign(disk, "theirs"))]
    files_on(disk).write(conversation("mine"), {}, journal.say)
    assert on(disk) == ["mine", "theirs"]


def test_file_that_goes_away_in_the_middle_of_a_save_is_written_anew(files, disk, journal):
    files.write(conversation("one"), {}, journal.say)
    disk.soon = [("exchange", lambda: disk.remove(PATH))]
    files.write(conversation("one", "two"), {}, journal.say)
    assert on(disk) == ["one", "two"]
    assert leftovers(disk) == []


def test_program_that_saves_without_end_is_an_error_in_the_end(files, disk, journal):
    files.write(conversation("one"), {}, journal.say)
    disk.soon = [("exchange", foreign(disk, f"theirs {number}")) for number in range(100)]
    with pytest.raises(BlockingIOError, match="keeps writing"):
        files.write(conversation("one", "mine"), {}, journal.say)


def test_where_names_can_be_neither_exchanged_nor_linked_the_look_before_must_do(disk, journal):
    disk.exchanges = False
    faulty = FaultyFiles(disk, {"link"}, 1, errno.EOPNOTSUPP, times=1000)
    files = files_on(faulty)
    files.write(conversation("one"), {}, journal.say)
    foreign(disk, "one", "theirs")()
    files.write(conversation("one", "mine"), {}, journal.say)
    assert on(disk) == ["mine", "one", "theirs"]


@pytest.mark.row("D05")
@pytest.mark.parametrize("call", ["create", "write", "sync", "exchange", "link"])
def test_disk_that_refuses_leaves_the_file_as_it_was(disk, journal, call):
    files_on(disk).write(conversation("one"), {}, journal.say)
    if call == "link":
        disk.exchanges = False
        call = "replace"
    files = files_on(FaultyFiles(disk, {call}, 1, errno.EIO))
    files._keepsakes._saved.add(str(PATH))  # no backup in the way
    with pytest.raises(OSError, match="EIO"):
        files.write(conversation("one", "two"), {}, journal.say)
    assert on(disk) == ["one"]


def test_first_file_the_disk_refuses_leaves_nothing_behind(disk, journal):
    faulty = FaultyFiles(disk, {"link", "replace"}, 1, errno.EIO, times=2)
    with pytest.raises(OSError, match="EIO"):
        files_on(faulty).write(conversation("one"), {}, journal.say)
    assert disk.names[PATH.parent] == {}


def test_drive_that_was_unplugged_is_not_replaced_by_a_folder(disk, journal):
    places = Places(disk, ROOT / "drive" / "sessions", FakeClock())
    files = SessionFiles(disk, places, Keepsakes(disk, places, STATE / "b"), "ab12", STATE / "l")
    with pytest.raises(FileNotFoundError, match="gone"):
        files.write(conversation("one"), {}, journal.say)
    assert "drive" not in disk.names[ROOT]


def test_without_locks_it_is_written_all_the_same(disk, journal):
    files = files_on(FaultyFiles(disk, {"lock"}, 1, errno.ENOLCK, times=1000))
    files.write(conversation("one"), {}, journal.say)
    assert on(disk) == ["one"]


# ---- afterwards


@pytest.mark.row("T21")
def test_save_into_the_file_that_was_just_displaced_is_merged_at_the_next_tick(
    files, disk, journal
):
    files.write(conversation("one"), {}, journal.say)
    files.write(conversation("one", "two"), {}, journal.say)
    [old] = leftovers(disk)
    disk.scribble(PATH.parent / old, codec.encode(conversation("one", "late")))
    [late] = files.settle(journal.say)
    assert on(disk) == sorted(texts(late)) == ["late", "one", "two"]
    assert files.settle(journal.say) == []
    assert leftovers(disk) == []


def test_temporary_file_that_cannot_be_removed_yet_goes_at_the_next_tick(disk, journal):
    files = files_on(FaultyFiles(disk, {"remove"}, 1, errno.EACCES))
    files.write(conversation("one"), {}, journal.say)
    assert len(leftovers(disk)) == 1
    files.settle(journal.say)
    assert leftovers(disk) == []


def test_version_of_a_session_without_a_file_becomes_its_file(files, disk, journal):
    files.merge_in(conversation("one"), journal.say)
    files.merge_in(conversation("two"), journal.say)
    assert on(disk) == ["one", "two"]


def test_what_is_merged_behind_the_back_of_a_session_comes_to_it_at_its_next_save(
    files, disk, journal
):
    session = conversation("one")
    files.write(session.snapshot(), {}, journal.say)
    files.merge_in(conversation("one", "behind"), journal.say)
    add(session, "mine")
    assert sorted(texts(files.write(session.snapshot(), {}, journal.say))) == [
        "behind",
        "mine",
        "one",
    ]
