"""Idle chats are archived when the user asked for it, and never deleted."""

from __future__ import annotations

import pytest

from chatapp.services.expiry import archive_idle
from chatapp.sessions import SessionManager
from chatapp.storage.memory import MemoryStore
from fakes import FakeClock, listed


@pytest.fixture
async def manager():
    clock = FakeClock()
    made = SessionManager(MemoryStore(clock), clock=clock)
    for session_id, metadata in (("idle", {}), ("pinned", {"pinned": True}), ("current", {})):
        await made.start_new_session(session_id=session_id, metadata=metadata)
    clock.advance(days=40)
    await made.start_new_session(session_id="fresh")
    await made.load_session("current")
    yield made
    await made.close()


@pytest.mark.row("L25")
async def test_idle_chats_are_archived_and_none_is_deleted(manager):
    assert await archive_idle(manager, 30) == 1
    assert await listed(manager, archived=True) == ["idle"]
    assert sorted(await listed(manager)) == ["current", "fresh", "pinned"]
    assert await manager.trashed_sessions() == []
    assert await archive_idle(manager, 30) == 0


@pytest.mark.row("L25")
async def test_nothing_is_archived_unless_the_user_asked_for_it(manager):
    assert await archive_idle(manager, 0) == 0
    assert await listed(manager, archived=True) == []
