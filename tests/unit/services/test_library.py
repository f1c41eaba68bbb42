"""The guide looks into the user's own chats."""

from __future__ import annotations

from chatapp.services.library import OwnChats
from chatapp.sessions import SessionManager
from chatapp.storage.memory import MemoryStore
from fakes import FakeClock


async def test_guide_finds_messages_and_numbers():
    manager = SessionManager(MemoryStore(), clock=FakeClock())
    await manager.start_new_session(session_id="a", title="Trip")
    await manager.add_message("user", "to Rome")
    chats = OwnChats(manager)
    [found] = await chats.search("rome ", 5)
    assert (found.session_id, found.title, found.day) == ("a", "Trip", "2026-02-09")
    assert "Rome" in found.snippet
    numbers = await chats.statistics()
    assert (numbers.total_sessions, numbers.sessions_today, numbers.total_messages) == (1, 1, 1)
    assert numbers.sessions_this_week == 1
