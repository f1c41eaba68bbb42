from __future__ import annotations

import errno
import json
import zipfile

import pytest

from chatapp.domain.errors import StorageError
from chatapp.domain.ids import SessionId
from chatapp.domain.message import Message
from chatapp.domain.session import Session
from chatapp.storage import codec
from chatapp.storage.doctor import Doctor
from chatapp.storage.files import RealFiles
from chatapp.storage.journaled_store import JournaledStore
from chatapp.storage.store import Restored
from crash.simulated import FaultyFiles
from fakes import FakeClock

AT = "2026-01-02T10:00:00.000000Z"


@pytest.fixture
async def store(tmp_path):
    folders = (tmp_path / name for name in ("sessions", "state", "cache"))
    made = JournaledStore(*folders, clock=FakeClock())
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def day(tmp_path):
    folder = tmp_path / "sessions" / "2026-01-02"
    folder.mkdir(parents=True)
    return folder


def a_session(name="abc", *contents):
    messages = [Message("user", text, AT, {"id": text}) for text in contents]
    return Session(SessionId(name), "2026-01-02", "Ana", AT, AT, messages=messages)


def write(path, session, **changes):
    document = json.loads(codec.encode(session)) | changes
    path.write_text(json.dumps(document))
    return path


async def examined(store):
    return [(one.file, one.repaired) for one in await store.examine()]


def contents(session):
    return [message.content for message in session.messages]


async def test_sound_library_has_no_findings(store, day):
    await store.save(a_session("abc", "one"))
    assert await store.examine() == []


async def test_damaged_file_is_mended(store, day):
    await store.save(a_session("abc", "one", "two"))
    path = day / "abc.json"
    path.write_bytes(path.read_bytes()[:-150])
    assert await examined(store) == [("2026-01-02/abc.json", True)]
    assert "one" in contents(await store.read("abc"))
    assert await store.examine() == []


@pytest.mark.parametrize("raw", [b"", b'{"session_id": "abc", "format": 9, "messages": []}'])
async def test_what_cannot_be_mended_is_left_as_it_is(store, day, raw):
    (day / "abc.json").write_bytes(raw)
    assert await examined(store) == [("2026-01-02/abc.json", False)]
    assert (day / "abc.json").read_bytes() == raw


@pytest.mark.parametrize("name", ["abc (1).json", "abc.sync-conflict-20260101-101010-ABCDEFG.json"])
async def test_conflict_copy_is_merged_and_goes_to_the_trash(store, day, name):
    await store.save(a_session("abc", "one"))
    write(day / name, a_session("abc", "two"))
    assert await examined(store) == [(f"2026-01-02/{name}", True)]
    assert sorted(contents(await store.read("abc"))) == ["one", "two"]
    assert len(await store.trash()) == 1


async def test_file_under_a_wrong_name_is_renamed(store, day):
    write(day / "Holiday.json", a_session("abc", "one"))
    assert await examined(store) == [("2026-01-02/Holiday.json", True)]
    assert contents(await store.read("abc")) == ["one"]
    assert [path.name for path in day.iterdir()] == ["abc.json"]


async def test_same_session_on_two_days_becomes_one(store, day):
    write(day / "abc.json", a_session("abc", "one"))
    later = day.with_name("2026-02-02")
    later.mkdir()
    write(later / "abc.json", a_session("abc", "two"))
    assert await examined(store) == [("2026-02-02/abc.json", True)]
    assert sorted(contents(await store.read("abc"))) == ["one", "two"]


@pytest.mark.row("M08")
async def test_wrong_numbers_and_double_messages_are_put_right(store, day):
    write(day / "abc.json", a_session("abc", "one", "one"), stats={"total_messages": 7})
    assert await examined(store) == [("2026-01-02/abc.json", True)] * 2
    document = json.loads((day / "abc.json").read_text())
    assert (len(document["messages"]), document["stats"]["total_messages"]) == (1, 1)
    assert await store.examine() == []


async def test_folder_that_is_no_day_is_pointed_out(store, day):
    day.with_name("Old chats").mkdir()
    assert await examined(store) == [("Old chats", False)]


async def test_key_that_stands_twice_is_pointed_out_and_both_lists_are_kept(store, day):
    two = '{"session_id": "abc", "messages": [{"content": "1"}], "messages": [{"content": "2"}]}'
    (day / "abc.json").write_text(two)
    found = await store.examine()
    assert found[0].what.startswith("A key of the file stands twice")
    assert contents(await store.read("abc")) == ["1", "2"]


# ---- a disk that refuses


class RefusingEngine:
    """An engine that can look, and is refused by the disk whenever it would write."""

    def __init__(self, real):
        self.places = real.places

    def adopt(self, path):
        raise OSError(errno.EACCES, "refused")

    rewrite = adopt


async def examined_in_vain(store, files=None):
    engine = RefusingEngine(store._engine)
    findings = Doctor(files or RealFiles(), engine).examine()
    return [(one.file, one.repaired) for one in findings]


async def test_stray_that_cannot_be_moved_is_told_as_it_is(store, day):
    path = write(day / "abc (1).json", a_session("abc", "one"))
    assert await examined_in_vain(store) == [("2026-01-02/abc (1).json", False)]
    assert path.exists()


async def test_file_that_cannot_be_written_anew_is_told_as_it_is(store, day):
    write(day / "abc.json", a_session("abc", "one"), stats={"total_messages": 7})
    assert await examined_in_vain(store) == [("2026-01-02/abc.json", False)]


async def test_file_that_cannot_be_read_is_told_with_the_reason(store, day):
    write(day / "abc.json", a_session("abc", "one"))
    unreadable = FaultyFiles(RealFiles(), {"read"}, 1, errno.EIO)
    assert await examined_in_vain(store, unreadable) == [("2026-01-02/abc.json", False)]


# ---- the trash


async def test_emptied_trash_is_really_gone(store, day, tmp_path):
    await store.save(a_session("abc", "canary"))
    await store.save(a_session("abc", "canary", "more"))
    await store.delete("abc")
    assert await store.empty_trash(400) == []
    assert await store.empty_trash() == ["abc"]
    assert await store.trash() == []
    await store._run(store._engine.tick)
    await store._run(store._engine.tick)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if b"canary" in path.read_bytes()] == []


# ---- backups


@pytest.mark.row("D18", "U17")
async def test_backup_is_merged_back(store, day, tmp_path):
    await store.save(a_session("abc", "one"))
    await store.save(a_session("gone", "x"))
    made = await store.back_up(tmp_path / "backups" / "b.zip")
    assert made.sessions == 2
    await store.delete("gone")
    await store.save(a_session("abc", "one", "newer"))
    assert await store.restore_backup(made.path, dry_run=True) == Restored(1, 0, 1)
    assert await store.read("gone") is None
    assert await store.restore_backup(made.path) == Restored(1, 0, 1)
    assert await store.restore_backup(made.path) == Restored(0, 0, 2)
    assert contents(await store.read("gone")) == ["x"]
    assert contents(await store.read("abc")) == ["one", "newer"]


async def test_backup_that_cannot_be_written_touches_nothing(store, tmp_path):
    (tmp_path / "b.zip").write_bytes(b"older")
    (tmp_path / "~b.zip.tmp").mkdir()
    with pytest.raises((StorageError, OSError)):
        await store.back_up(tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_bytes() == b"older"


async def test_sessions_that_cannot_be_merged_are_named_and_the_rest_is_restored(
    store, day, tmp_path
):
    path = tmp_path / "b.zip"
    newer = a_session("newer", "one")
    write(day / "newer.json", newer, format=99)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("2026-01-02/bad.json", "no json")
        archive.writestr("2026-01-02/newer.json", codec.encode(newer))
        archive.writestr("2026-01-02/abc.json", codec.encode(a_session("abc", "one")))
    bad = ["2026-01-02/bad.json", "2026-01-02/newer.json"]
    assert await store.restore_backup(path) == Restored(1, 0, 0, bad)


async def test_damaged_chat_is_mended_and_merged_with_the_backup(store, day, tmp_path):
    await store.save(a_session("abc", "one"))
    made = await store.back_up(tmp_path / "b.zip")
    (day / "abc.json").write_bytes(b"")
    assert await store.restore_backup(made.path) == Restored(0, 1, 0)
    assert contents(await store.read("abc")) == ["one"]


async def test_disk_that_refuses_a_restore_says_so(store, day, tmp_path, monkeypatch):
    await store.save(a_session("abc", "one"))
    made = await store.back_up(tmp_path / "b.zip")
    await store.delete("abc")

    def full(*_args, **_options):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(store._engine, "merge_in", full)
    with pytest.raises(StorageError, match="full"):
        await store.restore_backup(made.path)


async def test_file_that_is_no_backup_says_so(store, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"no zip")
    with pytest.raises(StorageError, match="no backup"):
        await store.restore_backup(tmp_path / "x.zip")
