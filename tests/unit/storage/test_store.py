"""Every store can stand where a store is asked for."""

from __future__ import annotations

import inspect

import pytest

from chatapp.storage.journaled_store import JournaledStore
from chatapp.storage.memory import MemoryStore
from chatapp.storage.store import SessionStore

ASKED = {
    name: inspect.signature(method)
    for name, method in vars(SessionStore).items()
    if inspect.iscoroutinefunction(method)
}


@pytest.mark.parametrize("store", [JournaledStore, MemoryStore])
@pytest.mark.parametrize("name", ASKED)
def test_each_store_takes_what_is_asked_of_any(store, name):
    method = getattr(store, name)
    assert inspect.iscoroutinefunction(method)
    asked, taken = ASKED[name].parameters, inspect.signature(method).parameters
    assert [(one.name, one.kind, one.default) for one in taken.values()] == [
        (one.name, one.kind, one.default) for one in asked.values()
    ]
