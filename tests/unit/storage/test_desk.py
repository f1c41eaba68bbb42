"""Questions are answered from the index thread, and the index is kept true or made anew."""

from __future__ import annotations

import asyncio
import errno
import sqlite3

import pytest

from chatapp.domain.errors import StorageError
from chatapp.storage import codec
from chatapp.storage.desk import Desk
from chatapp.storage.documents import read_version
from chatapp.storage.files import RealFiles
from chatapp.storage.places import Places
from chatapp.storage.search import SearchQuery
from crash.simulated import FaultyFiles
from fakes import FakeClock
from unit.storage.store_contract import session_of

DAY = "2026-02-09"


class Room:
    """A sessions folder and the desk over it.

    Attributes:
        adopted: The strays it was asked to bring home.
        homes: What adopting a stray does: path -> the session it belongs to.
    """

    def __init__(self, folder):
        self.sessions, self.cache = folder / "sessions", folder / "cache"
        self.faulty = FaultyFiles(RealFiles(), set(), 1, errno.EACCES, times=10_000)
        self.adopted, self.homes = [], {}
        (self.sessions / DAY).mkdir(parents=True)
        places = Places(self.faulty, self.sessions, FakeClock())
        self.desk = Desk(self.faulty, places, self.cache, self.adopt)

    async def adopt(self, path):
        self.adopted.append(path)
        home = self.homes.get(path)
        if home is None:
            return None
        path.replace(home)
        return home.stem

    def write(self, name, *texts, day=DAY, file_name=None, **fields):
        path = self.sessions / day / f"{file_name or name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(codec.encode(session_of(name, *texts, **fields)))
        return path


@pytest.fixture
async def room(tmp_path):
    made = Room(tmp_path)
    await made.desk.open()
    yield made
    await made.desk.close()


async def titles(room):
    return [one.title for one in await room.desk.summaries()]


async def test_first_page_is_what_the_index_knew_and_summaries_are_what_is_there(room):
    room.write("a", "hello", title="One")
    assert await room.desk.first_page(10) == []
    assert await titles(room) == ["One"]
    assert [one.title for one in await room.desk.first_page(10)] == ["One"]
    assert (await room.desk.summary("A")).title == "One"
    assert await room.desk.summary("b") is None


async def test_what_this_program_wrote_and_moved_is_known_at_once(room):
    path = room.write("a", "hello")
    version = read_version(RealFiles(), path)
    await room.desk.took(path, None, version)
    assert len((await room.desk.search(SearchQuery(words=("hello",)), 5)).hits) == 1
    path.unlink()
    await room.desk.gone(path)
    assert await room.desk.first_page(5) == []


async def test_check_tells_which_sessions_changed_and_looks_at_changed_folders_alone(room):
    room.write("a", "hello")
    assert await room.desk.check() == {"a"}
    assert await room.desk.check_changed_folders() == set()
    room.write("b", "hello")
    assert await room.desk.check_changed_folders() == {"b"}


async def test_stray_file_is_brought_home_and_its_day_looked_at_again(room):
    path = room.write("a", "hello", file_name="copy of a")
    room.homes[path] = path.with_name("a.json")
    assert await room.desk.check() == {"a"}
    assert room.adopted == [path]
    assert [one.session_id for one in await room.desk.first_page(5)] == ["a"]


async def test_stray_merged_into_a_session_of_another_day_shows_in_that_day(room):
    home = room.write("a", "hello", day="2026-02-08")
    await room.desk.check()
    stray = room.write("a", "hello", "more")
    room.homes[stray] = home
    assert await room.desk.check() == {"a"}
    [summary] = await room.desk.first_page(5)
    assert (summary.day, summary.total_messages) == ("2026-02-08", 2)


async def test_stray_that_cannot_be_brought_home_stays_listed(room):
    path = room.write("a", "hello", file_name="copy of a")
    await room.desk.check()
    assert room.adopted == [path]
    assert len(await room.desk.first_page(5)) == 1


async def test_newer_search_ends_the_one_that_runs_and_that_finds_nothing(room):
    room.write("a", *["pear"] * 50)
    await room.desk.check()
    asked = [room.desk.search(SearchQuery(words=("pear",)), 5) for _ in range(4)]
    pages = await asyncio.gather(*asked)
    assert len(pages[-1].hits) == 5


async def test_search_the_index_cannot_answer_finds_nothing(room):
    room.desk._librarian.search = interrupted
    assert (await room.desk.search(SearchQuery(words=("pear",)), 5)).hits == []


def interrupted(*_):
    raise sqlite3.OperationalError("interrupted")


@pytest.mark.row("T10")
async def test_index_that_was_damaged_meanwhile_is_made_anew(room, monkeypatch):
    room.write("a", "hello", title="One")
    await room.desk.check()
    index = room.desk._librarian.index
    room.write("b", "more", title="Two")
    monkeypatch.setattr(index, "put", broken_once(index.put))
    assert await room.desk.check() == {"a", "b"}
    assert sorted(await titles(room)) == ["One", "Two"]


def broken_once(real):
    asked = []

    def put(*arguments):
        asked.append(arguments)
        if len(asked) == 1:
            raise sqlite3.DatabaseError("database disk image is malformed")
        return real(*arguments)

    return put


async def test_index_damaged_while_folders_are_watched_is_made_anew_too(room, monkeypatch):
    room.write("a", "hello")
    index = room.desk._librarian.index
    monkeypatch.setattr(index, "put", broken_once(index.put))
    assert await room.desk.check_changed_folders() == {"a"}


async def test_index_that_can_never_be_kept_is_said(room, monkeypatch):
    def refuse(*_):
        raise sqlite3.DatabaseError("malformed")

    room.write("a", "hello")
    monkeypatch.setattr(room.desk._librarian.index, "put", refuse)
    with pytest.raises(StorageError, match="cannot be kept"):
        await room.desk.check()


async def test_write_the_index_cannot_take_in_is_found_by_the_next_check(room, monkeypatch):
    path = room.write("a", "hello")
    with monkeypatch.context() as patch:
        patch.setattr(room.desk._librarian.index, "put", interrupted)
        await room.desk.took(path, None, read_version(RealFiles(), path))
    assert await room.desk.check() == {"a"}


async def test_folder_that_cannot_be_read_is_said(room):
    room.faulty.kinds = {"folders"}
    with pytest.raises(StorageError, match="cannot be written to"):
        await room.desk.check()


async def test_index_is_made_anew_when_too_much_of_it_is_out_of_date(room, monkeypatch):
    room.write("a", "hello")
    await room.desk.check()
    assert not await room.desk.rebuild_if_worn()
    index = room.desk._librarian.index
    await room.desk._run(lambda: index.db.execute("UPDATE counter SET value = 1000"))
    assert await room.desk.rebuild_if_worn()
    assert not await room.desk.rebuild_if_worn()
    assert len((await room.desk.search(SearchQuery(words=("hello",)), 5)).hits) == 1
