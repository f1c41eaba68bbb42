"""Emptying the trash takes drafts along, and a person can be told when it is due."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from chatapp.services.trash import empty_trash, goes_at
from chatapp.sessions import SessionManager
from chatapp.storage.memory import MemoryStore
from chatapp.storage.notebook import Notebook
from chatapp.storage.store import TrashedSession
from fakes import FakeClock


async def test_drafts_of_what_goes_go_and_others_stay(tmp_path):
    clock = FakeClock()
    manager = SessionManager(MemoryStore(clock), clock=clock)
    drafts = Notebook(tmp_path / "drafts.json")
    for session_id in ("Gone", "stays"):
        await manager.start_new_session(session_id=session_id)
        drafts.set(session_id, "half a sentence")
    await manager.delete_session("Gone")
    core = SimpleNamespace(manager=manager, drafts=drafts)
    assert await empty_trash(core) == 1
    assert Notebook(tmp_path / "drafts.json").keys == ["stays"]
    assert await empty_trash(core) == 0


@pytest.mark.parametrize(
    ("deleted_at", "days", "expected"),
    [
        ("2026-02-09T12:00:00.000000Z", 0, "2026-03-11T12:00:00.000000Z"),
        ("2026-02-08T12:00:00.000000Z", 1, "2026-03-10T12:00:00.000000Z"),
        ("2020-01-01T12:00:00.000000Z", 10, "2026-03-01T12:00:00.000000Z"),
        ("2030-01-01T12:00:00.000000Z", 99, "2030-01-31T12:00:00.000000Z"),
        ("9999-12-31T12:00:00.000000Z", 0, None),
    ],
)
def test_chat_goes_when_both_the_clock_and_the_count_say_so(deleted_at, days, expected):
    entry = TrashedSession("a", "2026-02-08", "Trip", deleted_at, days)
    assert goes_at(entry, 30, FakeClock()) == expected
    assert goes_at(entry, 0, FakeClock()) is None
