"""Search over all chats, as it was typed."""

from __future__ import annotations

import pytest

from chatapp.services.search import Results, search
from chatapp.sessions import SessionManager
from chatapp.storage.memory import MemoryStore
from fakes import FakeClock


@pytest.fixture
async def manager():
    clock = FakeClock()
    manager = SessionManager(MemoryStore(clock), clock=clock)
    for words in ("to Rome", "to Naples", "Rome again"):
        await manager.add_message("user", words, session_id=words.split()[-1])
        clock.advance(minutes=1)
    return manager


@pytest.mark.row("U10")
async def test_messages_are_found_in_every_chat_the_newest_first(manager):
    found = await search(manager, "rome ")
    assert [hit.session_id for hit in found.hits] == ["again", "Rome"]


async def test_no_more_than_the_limit_is_found(manager):
    assert len((await search(manager, "rome ", limit=1)).hits) == 1


async def test_empty_search_finds_nothing(manager):
    assert await search(manager, "  ") == Results([])


async def test_what_was_not_understood_is_said(manager):
    assert (await search(manager, "before:yesteryear")).remarks
