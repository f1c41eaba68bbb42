"""The store in memory keeps the contract of every store."""

from __future__ import annotations

import pytest

from chatapp.domain.errors import StorageError
from chatapp.storage.memory import MemoryStore
from chatapp.storage.search import SearchQuery
from fakes import FakeClock, full_disk
from unit.storage.store_contract import StoreContract, session_of


class TestContract(StoreContract):
    @pytest.fixture
    def reopen(self):
        store = MemoryStore(FakeClock())

        async def opened():
            await store.open()
            return store

        return opened


async def test_full_disk_refuses_every_write_and_keeps_what_there_is():
    store = MemoryStore()
    await store.save(session_of("a", "hello"))
    store.refusal = full_disk()
    for refused in (
        store.save(session_of("a")),
        store.record(session_of("a"), []),
        store.delete("a"),
    ):
        with pytest.raises(StorageError, match="full"):
            await refused
    assert (await store.read("a")).messages


async def test_saves_are_remembered_in_their_order():
    store = MemoryStore()
    for session_id in ("b", "a"):
        await store.save(session_of(session_id))
    assert store.saves == ["b", "a"]


async def test_search_finds_every_text_sought():
    store = MemoryStore()
    await store.save(session_of("a", "to Rome", "to Naples"))
    page = await store.search(SearchQuery(words=("to", "rome")))
    assert [hit.session_id for hit in page.hits] == ["a"]


async def test_trash_is_emptied_up_to_a_moment():
    clock = FakeClock()
    store = MemoryStore(clock)
    for name in ("old", "new"):
        await store.save(session_of(name))
        await store.delete(name)
        clock.advance(days=1)
    assert await store.empty_trash(1.5) == ["old"]
    assert [one.session_id for one in await store.trash()] == ["new"]


async def test_memory_has_nothing_to_examine_and_leaves_no_backup(tmp_path):
    store = MemoryStore()
    await store.save(session_of("a", "hello"))
    assert await store.examine() == []
    for refused in (store.back_up(tmp_path / "b.zip"), store.restore_backup(tmp_path / "b.zip")):
        with pytest.raises(StorageError, match="memory only"):
            await refused
    assert list(tmp_path.iterdir()) == []
