"""Everything that is wrong with a library is found, explained, and left as it is."""

from __future__ import annotations

import sqlite3

import pytest

from chatapp.storage import codec
from chatapp.storage.checkup import Checkup
from chatapp.storage.files import RealFiles
from chatapp.storage.journaled_store import JournaledStore
from chatapp.storage.places import Places
from fakes import FakeClock
from unit.storage.store_contract import session_of

DAY = "2026-02-09"


@pytest.fixture
async def library(tmp_path):
    """Two sound sessions, saved and indexed by the store of the program."""
    folders = (tmp_path / name for name in ("sessions", "state", "cache"))
    store = JournaledStore(*folders, clock=FakeClock())
    await store.open()
    for name in ("a", "b"):
        await store.save(session_of(name, "hello"), now=True)
    await store.close()
    return tmp_path


def checkup(library, files=None):
    files = files or RealFiles()
    places = Places(files, library / "sessions", FakeClock())
    return Checkup(files, places, library / "state", library / "cache")


def found(library, files=None):
    return {(one.file, one.what) for one in checkup(library, files).findings()}


def files_of(library):
    kept = (path for path in (library / "sessions").rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in kept}


def put(library, name, session, day=DAY):
    path = library / "sessions" / day / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(session if isinstance(session, bytes) else codec.encode(session))
    return path


def test_sound_library_has_no_findings_and_is_counted(library):
    looked = checkup(library)
    assert list(looked.findings()) == []
    assert looked.chats == 2
    assert looked.kept(library / "sessions" / ".trash") == 0


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("c.json", b"", "The file is empty."),
        ("c.json", b"\0" * 50, "The file holds only zero bytes, as after a power cut."),
        (
            "c.json",
            codec.encode(session_of("c")).replace(b"{", b'{"format": 99,', 1),
            "The file was written by a newer version of this program.",
        ),
        ("c.json", session_of("d", "x"), "Its name is not that of the chat in it."),
        (
            "a (1).json",
            session_of("a", "x"),
            f"It holds the same chat as {DAY}/a.json, as after a conflict between machines.",
        ),
        (
            "c.json",
            codec.encode(session_of("c", "x")).replace(b'messages": 1', b'messages": 5', 1),
            "The numbers in the file are not those of its messages.",
        ),
        ("~a-dead-1.tmp", b"{", "A save that was cut short left this temporary file."),
    ],
)
def test_each_fault_of_a_file_is_found_and_left_as_it_is(library, name, content, what):
    put(library, name, content)
    before = files_of(library)
    assert found(library) == {(f"{DAY}/{name}", what)}
    assert files_of(library) == before


def test_names_that_differ_only_in_capitals_are_found(library):
    put(library, "A.json", session_of("a", "x"))
    whats = {what for _, what in found(library)}
    if len(list((library / "sessions" / DAY).iterdir())) == 3:  # else this disk has one of them
        assert "Only capital letters tell its name from A.json; other systems cannot." in whats


def test_same_chat_under_two_days_is_found(library):
    put(library, "a.json", session_of("a", "x"), "2026-02-10")
    assert [file for file, _ in found(library)] == ["2026-02-10/a.json"]


def test_folder_that_is_no_day_is_found(library):
    (library / "sessions" / "Old chats").mkdir()
    assert [file for file, _ in found(library)] == ["Old chats"]


def test_journal_of_a_dead_start_is_found_and_that_of_a_living_one_is_none_of_our_business(library):
    journal = library / "state" / "journal"
    for instance in ("dead", "alive"):
        (journal / f"{instance}-00000001.wal").write_bytes(b"")
        (journal / f"{instance}.lock").touch()
        put(library, f"~a-{instance}-1.tmp", b"")
    held = RealFiles().lock(journal / "alive.lock")
    files = {file for file, _ in found(library)}
    held.release()
    assert files == {"journal dead", f"{DAY}/~a-dead-1.tmp"}


def test_index_that_is_damaged_is_found(library):
    (path,) = (library / "cache").glob("*.db")
    raw = path.read_bytes()
    path.write_bytes(b"no database at all" + raw[18:])
    assert found(library) == {("index", "The index of the search is damaged.")}


def test_index_that_says_something_else_than_a_file_is_found(library):
    (path,) = (library / "cache").glob("*.db")
    with sqlite3.connect(path) as index:
        index.execute("UPDATE session SET total = 9 WHERE name = 'a.json'")
    index.close()
    what = "The index says something else of 1 chats than their files do."
    assert found(library) == {("index", what)}


def test_file_that_is_newer_than_the_index_is_no_fault(library):
    put(library, "a.json", session_of("a", "hello", "more"))
    assert found(library) == set()


def test_library_without_an_index_is_sound(library):
    for path in (library / "cache").iterdir():
        path.unlink()
    assert found(library) == set()


class Odd(RealFiles):
    """A file system on which some calls fail."""

    def __init__(self, error):
        self.error = error

    def read(self, path, start=0, size=None):
        raise self.error

    def lock(self, path, *, wait=False):
        raise OSError

    def entries(self, folder):
        if folder.name == "journal":
            raise OSError
        return super().entries(folder)


def test_file_that_cannot_be_read_is_found(library):
    what = "It cannot be read (permission denied)."
    error = PermissionError(13, "Permission denied")
    assert (f"{DAY}/a.json", what) in found(library, Odd(error))


def test_file_that_goes_while_it_is_looked_at_is_no_fault(library):
    assert found(library, Odd(FileNotFoundError())) == set()


def test_temporary_file_is_left_alone_where_nobody_can_tell_whose_it_is(library):
    put(library, "~a-some-1.tmp", b"")
    (library / "state" / "journal" / "some.lock").touch()
    assert found(library, Odd(FileNotFoundError())) == set()


def test_index_that_is_held_is_not_judged(library, monkeypatch):
    def held(*_args, **_options):
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr("chatapp.storage.checkup.sqlite3.connect", held)
    assert found(library) == set()


def test_index_that_fails_its_own_check_is_found(library, monkeypatch):
    class Failing:
        def execute(self, *_):
            return self

        def fetchone(self):
            return ("row missing from index",)

        def close(self):
            pass

    monkeypatch.setattr("chatapp.storage.checkup.sqlite3.connect", lambda *_, **__: Failing())
    assert found(library) == {("index", "The index of the search is damaged.")}
