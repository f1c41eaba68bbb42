from __future__ import annotations

import json


async def test_deleted_chat_can_be_listed_and_restored(terminal, chats, core):
    deleted = await terminal("delete", "one")
    assert deleted.status == 0
    assert "chatapp restore one" in deleted.err
    (entry,) = json.loads((await terminal("trash", "--json")).out)
    assert (entry["session_id"], entry["title"]) == ("one", "About apples")
    assert (await terminal("trash")).out == "one  2026-02-09 12:03  About apples\n"
    assert (await terminal("restore", "one")).status == 0
    assert (await terminal("trash")).err == "The trash is empty.\n"
    assert len(core.manager.catalogue) == 3


async def test_what_is_not_there_is_said_and_the_rest_is_done(terminal, chats, core):
    deleted = await terminal("delete", "nobody", "one")
    assert deleted.status == 1
    assert "There is no chat nobody." in deleted.err
    restored = await terminal("restore", "nobody", "one")
    assert restored.status == 1
    assert "nobody was not restored" in restored.err
    assert len(core.manager.catalogue) == 3
