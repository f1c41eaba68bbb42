from __future__ import annotations

import io
import json


async def test_deleted_chat_can_be_listed_and_restored(terminal, chats, core):
    deleted = await terminal("delete", "one")
    assert deleted.status == 0
    assert "chatapp restore one" in deleted.err
    (entry,) = json.loads((await terminal("trash", "--json")).out)
    assert (entry["session_id"], entry["title"]) == ("one", "About apples")
    assert entry["goes_at"] == "2026-03-11T12:03:00.000000Z"
    shown = "one  2026-02-09 12:03  goes on 2026-03-11  About apples\n"
    assert (await terminal("trash")).out == shown
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


async def test_chat_that_is_kept_for_ever_says_so(terminal, chats, core):
    await core.settings.set("trash_days", 0)
    await terminal("delete", "one")
    assert (await terminal("trash")).out == "one  2026-02-09 12:03  is kept  About apples\n"


async def test_trash_is_emptied_only_after_a_yes(terminal, chats, monkeypatch):
    await terminal("delete", "one", "two")
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    refused = await terminal("trash", "--empty")
    assert (refused.status, refused.err) == (1, "Nothing was removed.\n")
    assert (await terminal("trash")).out
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    emptied = await terminal("trash", "--empty")
    assert (emptied.status, emptied.err) == (0, "The trash was emptied.\n")
    assert (await terminal("restore", "one")).status == 1


async def test_who_is_sure_is_not_asked(terminal, chats, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    await terminal("delete", "one")
    assert (await terminal("trash", "--empty")).status == 1  # the end of the input is no yes
    assert (await terminal("trash", "--empty", "--yes")).status == 0
    assert (await terminal("trash", "--empty", "--yes")).err == "The trash is empty.\n"
