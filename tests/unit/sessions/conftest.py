"""A manager over a store that can be slow and can refuse."""

from __future__ import annotations

import pytest

from chatapp.sessions import SessionManager
from fakes import FakeClock, SlowStore


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def store():
    return SlowStore()


@pytest.fixture
async def manager(store, clock):
    manager = SessionManager(store, clock=clock)
    await manager.open()
    return manager
