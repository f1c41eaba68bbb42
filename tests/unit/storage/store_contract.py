"""What every store of sessions promises, as one suite of tests.

A test module makes a class of it and gives it a fixture `reopen`: a function that
opens the store over the same place once more.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from chatapp.domain.changes import HeaderChanged, MessageAdded
from chatapp.domain.message import new_message
from chatapp.domain.session import Session, summarise
from chatapp.storage.codec import decode, encode

GOLDEN = sorted((Path(__file__).parents[2] / "data/sessions").glob("*.json"))
AT = "2026-02-09T12:00:00.000000Z"


def session_of(session_id, *texts, **fields):
    fields = {"metadata": {"type": "chat"}, "revision": 1} | fields
    session = Session(session_id, "2026-02-09", "User", AT, AT, **fields)
    for text in texts:
        session.apply(MessageAdded(new_message("user", text, AT)))
    return session


def texts(session):
    return [message.content for message in session.messages]


class StoreContract:
    """Runs on any store; subclass and provide `reopen`."""

    @pytest.fixture
    async def store(self, reopen):
        store = await reopen()
        yield store
        await store.close()

    async def test_fresh_store_is_empty(self, store):
        assert await store.summaries() == []
        assert await store.trash() == []

    async def test_unknown_session_is_none_and_nothing_to_delete_or_restore(self, store):
        assert await store.read("nobody") is None
        assert await store.summary("nobody") is None
        assert await store.delete("nobody") is False
        assert await store.restore("nobody") is False

    async def test_saved_session_reads_back_as_it_was(self, store):
        session = session_of("a", "hello", title="Trip", extra={"colour": "teal"})
        kept = await store.save(session.snapshot(), now=True)
        assert texts(kept) == ["hello"]
        found = await store.read("a")
        assert (found.messages, found.title, found.extra) == (
            session.messages,
            "Trip",
            {"colour": "teal"},
        )

    async def test_session_survives_opening_the_store_again(self, store, reopen):
        await store.save(session_of("a", "hello"), now=True)
        await store.close()
        again = await reopen()
        assert texts(await again.read("a")) == ["hello"]
        await again.close()

    async def test_recorded_changes_survive_opening_the_store_again(self, store, reopen):
        session = session_of("a")
        await store.record(session, [])
        for text in ("one", "two"):
            change = MessageAdded(new_message("user", text, AT))
            session.apply(change)
            await store.record(session, [change])
        header = HeaderChanged(AT, title="Trip")
        session.apply(header)
        await store.record(session, [header])
        await store.save(session.snapshot(), now=True)
        await store.close()
        again = await reopen()
        found = await again.read("a")
        assert (texts(found), found.title) == (["one", "two"], "Trip")
        await again.close()

    async def test_saving_twice_keeps_the_second(self, store):
        session = session_of("a", "one")
        await store.save(session.snapshot(), now=True)
        session.apply(MessageAdded(new_message("user", "two", AT)))
        await store.save(session.snapshot(), now=True)
        assert texts(await store.read("a")) == ["one", "two"]

    @pytest.mark.row("T9")
    async def test_session_that_was_saved_is_not_changed_by_it(self, store):
        session = session_of("a", "hello", metadata={"nested": {"list": [1]}})
        before = session.snapshot()
        await store.save(session.snapshot(), now=True)
        assert session == before

    @pytest.mark.row("T10")
    async def test_what_is_read_is_a_copy(self, store):
        await store.save(session_of("a", "hello"), now=True)
        (await store.read("a")).messages.clear()
        assert texts(await store.read("a")) == ["hello"]

    async def test_what_was_saved_is_a_copy(self, store):
        session = session_of("a", "hello")
        await store.save(session.snapshot(), now=True)
        session.messages.clear()
        assert texts(await store.read("a")) == ["hello"]

    async def test_every_saved_session_has_its_summary(self, store):
        sessions = [session_of(name, "hello", title=name) for name in ("a", "b")]
        for session in sessions:
            await store.save(session.snapshot(), now=True)
        found = {summary.session_id: summary for summary in await store.summaries()}
        assert found == {session.id: summarise(session) for session in sessions}
        assert await store.summary("A") == found["a"]

    async def test_ids_that_differ_only_in_case_are_one_session(self, store):
        await store.save(session_of("Chat", "hello"), now=True)
        assert texts(await store.read("cHAT")) == ["hello"]
        assert len(await store.summaries()) == 1
        assert await store.delete("CHAT") is True
        assert await store.restore("chat") is True
        assert texts(await store.read("Chat")) == ["hello"]

    @pytest.mark.row("L10")
    async def test_deleted_session_is_in_the_trash_and_a_second_delete_is_false(self, store):
        await store.save(session_of("a", "hello", title="Trip"), now=True)
        assert await store.delete("a") is True
        assert await store.delete("a") is False
        assert await store.read("a") is None
        assert await store.summaries() == []
        [trashed] = await store.trash()
        assert (trashed.session_id, trashed.day, trashed.title) == ("a", "2026-02-09", "Trip")
        assert trashed.deleted_at.endswith("Z")

    async def test_restored_session_is_whole_and_out_of_the_trash(self, store):
        await store.save(session_of("a", "hello"), now=True)
        await store.delete("a")
        assert await store.restore("a") is True
        assert texts(await store.read("a")) == ["hello"]
        assert await store.trash() == []

    async def test_newest_of_several_deleted_is_restored_and_the_rest_stay(self, store):
        for text in ("first", "second"):
            await store.save(session_of("a", text), now=True)
            await store.delete("a")
        assert await store.restore("a") is True
        assert texts(await store.read("a")) == ["second"]
        assert len(await store.trash()) == 1

    async def test_emptied_trash_leaves_nothing_to_restore(self, store):
        for session_id in ("a", "b"):
            await store.save(session_of(session_id, "hello"), now=True)
            await store.delete(session_id)
        await store.save(session_of("b", "again"), now=True)
        assert await store.empty_trash() == ["a"]
        assert await store.trash() == []
        assert await store.restore("a") is False
        assert texts(await store.read("b")) == ["again"]
        assert await store.empty_trash() == []

    async def test_what_was_just_deleted_is_not_due(self, store):
        await store.save(session_of("a", "hello"), now=True)
        await store.delete("a")
        assert await store.empty_trash(30) == []
        assert await store.restore("a") is True

    async def test_nothing_is_restored_over_a_living_session(self, store):
        await store.save(session_of("a", "old"), now=True)
        await store.delete("a")
        await store.save(session_of("a", "new"), now=True)
        assert await store.restore("a") is False
        assert texts(await store.read("a")) == ["new"]

    async def test_id_of_a_deleted_session_begins_anew(self, store):
        session = session_of("a", "old")
        await store.record(session, [])
        await store.save(session.snapshot(), now=True)
        await store.delete("a")
        fresh = session_of("a")
        await store.record(fresh, [])
        change = MessageAdded(new_message("user", "new", AT))
        fresh.apply(change)
        await store.record(fresh, [change])
        await store.save(fresh.snapshot(), now=True)
        assert texts(await store.read("a")) == ["new"]

    @pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
    async def test_session_of_any_origin_reads_back_as_it_was(self, store, path):
        session = decode(path.read_bytes(), file_id="golden", day="2026-02-09")
        await store.save(session.snapshot(), now=True)
        found = await store.read(session.id)
        assert encode(found) == encode(session)
