from __future__ import annotations

import pytest

from chatapp.domain.errors import SessionNotFound


async def test_rename_and_rename_to_nothing(terminal, chats, core):
    await terminal("rename", "one", " Orchard ")
    assert (await core.manager.get_session("one")).title == "Orchard"
    await terminal("rename", "one", "")
    assert (await core.manager.get_session("one")).title is None


async def test_tags_are_added_once_shown_and_removed(terminal, chats, core):
    await terminal("tag", "one", "red", "fruit", "red", " ")
    assert (await terminal("tag", "one")).out == "red\nfruit\n"
    await terminal("tag", "one", "--remove", "red", "--remove", "fruit")
    assert (await terminal("tag", "one")).out == ""
    assert "tags" not in (await core.manager.get_session("one")).metadata


async def test_tag_of_an_unknown_chat_is_an_error(terminal):
    with pytest.raises(SessionNotFound):
        await terminal("tag", "nobody", "x")


@pytest.mark.row("L14")
async def test_archive_does_what_it_can_and_says_the_rest(terminal, chats, core):
    archived = await terminal("archive", "nobody", "one")
    assert (archived.status, archived.err) == (1, "nobody: There is no chat with this id.\n")
    assert (await core.manager.get_session("one")).metadata["archived"] is True
    assert (await terminal("archive", "one", "--undo")).status == 0
    assert "archived" not in (await core.manager.get_session("one")).metadata
