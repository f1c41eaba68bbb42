from __future__ import annotations

import asyncio
import datetime as dt
import errno
import json

import pytest

from chatapp.domain.changes import HeaderChanged, MessageAdded, MessageGrew
from chatapp.domain.errors import StorageError
from chatapp.domain.ids import SessionId
from chatapp.domain.message import Message
from chatapp.domain.session import Session
from chatapp.storage import codec, journaled_store
from chatapp.storage.journaled_store import JournaledStore
from chatapp.storage.search import SearchQuery
from fakes import until
from unit.storage.store_contract import StoreContract


class TestContract(StoreContract):
    """The contract of every store, on the store of the program."""

    @pytest.fixture
    def reopen(self, make):
        async def opened():
            store = make()
            await store.open()
            return store

        return opened


AT = "2026-01-02T10:00:00.000000Z"


class FixedClock:
    moment = dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)

    def now(self):
        return self.moment

    def local(self, moment):
        return moment


@pytest.fixture
def make(tmp_path):
    def make_store(**options):
        return JournaledStore(
            *(tmp_path / name for name in ("sessions", "state", "cache")),
            clock=FixedClock(),
            **options,
        )

    return make_store


@pytest.fixture
async def store(make):
    made = make()
    await made.open()
    yield made
    await made.close()


def a_session(name="abc", *contents):
    session = Session(SessionId(name), "2026-01-02", "Ana", AT, AT, metadata={"type": "chat"})
    for content in contents:
        session.apply(a_message(content))
    return session


def a_message(content):
    return MessageAdded(Message("user", content, AT, {"id": content}))


def contents(session):
    return [message.content for message in session.messages]


def documents(folder):
    return {path.name: json.loads(path.read_text()) for path in folder.glob("*/*.json")}


async def lost_power(store):
    """The process ends without closing the store; its lock goes with it."""
    await store._tasks.close()
    store._engine._lock.release()
    await store._desk.close()
    store._worker.stop()


@pytest.mark.row("M01", "T21")
async def test_recorded_message_survives_the_end_of_the_process(make):
    store = make()
    await store.open()
    session = a_session()
    await store.record(session, [])
    change = a_message("hello")
    session.apply(change)
    await store.record(session, [change])
    await lost_power(store)

    second = make()
    await second.open()
    assert contents(await second.read("abc")) == ["hello"]
    await second.close()


@pytest.mark.row("M02")
async def test_streamed_text_survives_and_is_marked_interrupted(make, tmp_path):
    store = make()
    await store.open()
    session = a_session()
    begun = MessageAdded(Message("assistant", "", AT, {"id": "r", "status": "streaming"}))
    grown = [MessageGrew("r", 0, "half a "), MessageGrew("r", 7, "reply")]
    for change in (begun, *grown):
        session.apply(change)
    await store.record(session, [begun])
    await store.record(session, grown, durable=False)
    await lost_power(store)

    second = make()
    await second.open()
    (message,) = (await second.read("abc")).messages
    assert (message.content, message.status) == ("half a reply", "interrupted")
    await second.close()


async def test_saved_session_is_a_readable_file_and_leaves_no_journal(make, tmp_path):
    store = make()
    await store.open()
    session = a_session("ABC", "hello")
    await store.record(session, [])
    assert await store.save(session.snapshot()) == session
    await store.close()
    assert documents(tmp_path / "sessions")["abc.json"]["messages"][0]["content"] == "hello"
    left = (path.name for path in (tmp_path / "state" / "journal").iterdir())
    assert list(left) == ["start.guard"]
    assert (tmp_path / "sessions" / "2026-01-02" / "abc.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.row("T24", "D08")
async def test_session_goes_on_in_the_file_it_has(store, tmp_path):
    await store.save(a_session("abc", "one"))
    session = await store.read("abc")
    session.day = "2026-03-03"
    session.apply(a_message("two"))
    await store.save(session)
    assert [path.parent.name for path in (tmp_path / "sessions").glob("*/*.json")] == ["2026-01-02"]
    assert contents(await store.read("ABC")) == ["one", "two"]


async def test_edit_made_by_hand_is_merged_and_given_back(store, tmp_path):
    session = a_session("abc", "one")
    await store.save(session.snapshot())
    path = tmp_path / "sessions" / "2026-01-02" / "abc.json"
    path.write_text(path.read_text().replace('"content": "one"', '"content": "one, edited"'))
    session.apply(a_message("two"))
    kept = await store.save(session.snapshot())
    assert contents(kept) == ["one, edited", "two"]
    assert contents(await store.read("abc")) == ["one, edited", "two"]


async def test_foreign_file_that_says_the_same_is_not_written_again(store, tmp_path):
    session = a_session("abc", "one")
    await store.save(session.snapshot())
    path = tmp_path / "sessions" / "2026-01-02" / "abc.json"
    path.write_bytes(path.read_bytes().replace(b"  ", b" "))
    before = path.stat()
    await store.save(session.snapshot())
    assert path.stat() == before


@pytest.mark.row("L10")
async def test_deleted_session_comes_back_byte_for_byte_after_a_restart(make, tmp_path):
    store = make()
    await store.open()
    await store.save(a_session("abc", "one"))
    path = tmp_path / "sessions" / "2026-01-02" / "abc.json"
    raw = path.read_bytes()
    assert await store.delete("abc")
    assert not await store.delete("abc")
    await store.close()

    second = make()
    await second.open()
    (entry,) = await second.trash()
    assert (entry.session_id, entry.deleted_at) == ("abc", "2026-01-02T12:00:00.000000Z")
    assert await second.read("abc") is None
    assert await second.restore("abc")
    assert not await second.restore("abc")
    assert path.read_bytes() == raw
    await second.close()


@pytest.mark.row("T10")
async def test_damaged_file_is_mended_and_its_bytes_are_kept(store, tmp_path, monkeypatch):
    monkeypatch.setattr(journaled_store, "SETTLING_SECONDS", 0.0)
    mended = []

    def on_mended(session_id):
        mended.append(session_id)

    store.mended.connect(on_mended)
    await store.save(a_session("abc", "one", "two"))
    path = tmp_path / "sessions" / "2026-01-02" / "abc.json"
    torn = path.read_bytes()[:-200]
    store._engine.session_files._keepsakes._backups = tmp_path / "no-backups"
    path.write_bytes(torn)

    session = await store.read("abc")
    assert "one" in contents(session)
    assert session.metadata["recovered"] is True
    assert mended == ["abc"]
    (kept,) = (tmp_path / "sessions" / ".quarantine").glob("*/*.json")
    assert kept.read_bytes() == torn
    assert documents(tmp_path / "sessions")["abc.json"]["metadata"]["recovered"] is True


async def test_file_of_a_newer_format_is_left_alone(store, tmp_path):
    path = tmp_path / "sessions" / "2026-01-02" / "abc.json"
    path.parent.mkdir()
    path.write_text('{"session_id": "abc", "format": 2, "messages": []}')
    with pytest.raises(StorageError, match="newer version"):
        await store.read("abc")
    with pytest.raises(StorageError, match="newer version"):
        await store.save(a_session("abc", "one"))
    assert (await store.summaries())[0].damage


@pytest.mark.row("D05", "T21")
async def test_with_the_sessions_folder_read_only_nothing_is_lost(make, tmp_path):
    store = make()
    await store.open()
    (tmp_path / "sessions").rmdir()
    (tmp_path / "sessions").write_text("in the way")
    session = a_session("abc", "one")
    await store.record(session, [])
    with pytest.raises(StorageError):
        await store.save(session.snapshot())
    await store.close()

    second = make()
    await second.open()
    assert contents(await second.read("abc")) == ["one"]
    (tmp_path / "sessions").unlink()
    await asyncio.to_thread(second._engine.tick)
    assert documents(tmp_path / "sessions")["abc.json"]["stats"]["total_messages"] == 1
    await second.close()


async def test_waiting_messages_share_one_sync(store):
    syncs = []
    real = store._engine._files.sync
    store._engine._files.sync = lambda handle: (syncs.append(handle), real(handle))
    session = a_session()
    await store.record(session, [])
    syncs.clear()
    await asyncio.gather(*[store.record(session, [a_message(f"{n}")]) for n in range(64)])
    assert len(syncs) < 16


async def test_header_of_a_session_is_recorded_too(make):
    store = make()
    await store.open()
    session = a_session("abc", "one")
    await store.record(session, [])
    change = HeaderChanged(AT, title="A title", metadata={"tags": ["x"]})
    session.apply(change)
    await store.record(session, [change])
    await lost_power(store)
    second = make()
    await second.open()
    assert (await second.read("abc")).title == "A title"
    await second.close()


async def test_closed_store_says_so(make):
    for question in (make().read("abc"), make().summaries()):
        with pytest.raises(StorageError, match="closed"):
            await question
    await make().close()


async def test_beginning_the_disk_refused_is_said_again(make, monkeypatch):
    store = make()
    await store.open()
    session = a_session("abc", "hello")

    def refuse(*args, **kwargs):
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(store._engine._journal, "append", refuse)
        with pytest.raises(StorageError, match="full"):
            await store.record(session, [])
    change = a_message("again")
    session.apply(change)
    await store.record(session, [change])
    await lost_power(store)

    second = make()
    await second.open()
    assert contents(await second.read("abc")) == ["hello", "again"]
    await second.close()


# ---- questions about all sessions


async def test_words_and_first_page_are_answered_from_the_index(store):
    await store.save(a_session("abc", "pears"))
    [hit] = (await store.search(SearchQuery(words=("pears",)))).hits
    assert (hit.session_id, hit.row) == ("abc", 0)
    assert [one.session_id for one in await store.first_page(5)] == ["abc"]


# ---- every few seconds


@pytest.fixture
async def busy(make):
    """A store that looks after its files all the time, and what it told."""
    made = make(tick_seconds=0.005)
    told = []

    def on_changed_outside(session_ids):
        told.append(session_ids)

    made.changed_outside.connect(on_changed_outside)
    await made.open()
    yield made, told
    await made.close()


def edit_by_hand(path):
    path.write_text(path.read_text().replace('"content": "one"', '"content": "edited"'))


@pytest.mark.row("T21")
async def test_edit_of_another_program_is_told(busy, tmp_path):
    store, told = busy
    await store.save(a_session("abc", "one"))
    edit_by_hand(tmp_path / "sessions" / "2026-01-02" / "abc.json")
    await until(lambda: frozenset({"abc"}) in told)
    assert contents(await store.read("abc")) == ["edited"]


async def test_file_that_another_program_put_there_is_told_and_listed(busy, tmp_path):
    store, told = busy
    path = tmp_path / "sessions" / "2026-01-03" / "new.json"
    path.parent.mkdir()
    path.write_bytes(codec.encode(a_session("new", "hello")))
    await until(lambda: frozenset({"new"}) in told)
    assert [one.session_id for one in await store.first_page(5)] == ["new"]


async def test_disk_that_refuses_for_a_while_does_not_end_the_watch(busy, tmp_path, monkeypatch):
    store, told = busy
    await store.save(a_session("abc", "one"))
    asked = []

    def refuse():
        asked.append(1)
        raise OSError(errno.EIO, "refused")

    with monkeypatch.context() as patch:
        patch.setattr(store._engine, "tick", refuse)
        await until(lambda: len(asked) > 1)
    edit_by_hand(tmp_path / "sessions" / "2026-01-02" / "abc.json")
    await until(lambda: frozenset({"abc"}) in told)


async def test_looking_around_tells_what_happened_meanwhile(store, tmp_path):
    told = []

    def on_changed_outside(session_ids):
        told.append(session_ids)

    store.changed_outside.connect(on_changed_outside)
    await store.look_around()
    assert told == []
    path = tmp_path / "sessions" / "2026-01-03" / "new.json"
    path.parent.mkdir()
    path.write_bytes(codec.encode(a_session("new", "hello")))
    await store.look_around()
    assert told == [frozenset({"new"})]


async def test_stray_that_cannot_be_brought_home_stays_and_is_listed(store, tmp_path, monkeypatch):
    path = tmp_path / "sessions" / "2026-01-03" / "copy.json"
    path.parent.mkdir()
    path.write_bytes(codec.encode(a_session("abc", "hello")))

    def refuse(_):
        raise PermissionError(errno.EACCES, "refused")

    monkeypatch.setattr(store._engine, "adopt", refuse)
    assert [one.session_id for one in await store.summaries()] == ["abc"]
    assert path.exists()


# ---- streamed text


@pytest.fixture
def syncs(store, monkeypatch):
    """The calls that force bytes to the disk."""
    made = []
    real = store._engine._files.sync
    monkeypatch.setattr(
        store._engine._files, "sync", lambda handle: (made.append(handle), real(handle))
    )
    return made


@pytest.mark.row("M02")
async def test_streamed_text_is_forced_to_the_disk_within_a_second(store, syncs, monkeypatch):
    monkeypatch.setattr(journaled_store, "STREAMED_TEXT_SECONDS", 0.01)
    await store.record(a_session(), [a_message("one")])
    before = len(syncs)
    for text in ("two", "three"):
        await store.record(a_session(), [a_message(text)], durable=False)
    assert len(syncs) == before
    await until(lambda: len(syncs) == before + 1)


async def test_durable_change_saves_the_sync_of_the_streamed_text(store, syncs):
    await store.record(a_session(), [a_message("one")], durable=False)
    assert store._sync_soon is not None
    await store.record(a_session(), [a_message("two")])
    assert store._sync_soon is None


async def test_streamed_text_of_a_closed_store_is_there_at_the_next_start(make):
    store = make()
    await store.open()
    await store.record(a_session(), [])
    await store.record(a_session(), [a_message("one")], durable=False)
    await store.close()
    second = make()
    await second.open()
    assert contents(await second.read("abc")) == ["one"]
    await second.close()
