from __future__ import annotations

import json


async def test_hits_are_listed_with_id_time_and_words(terminal, chats):
    found = await terminal("search", "pears")
    assert all(
        line.startswith("two  2026-02-09 12:01  About pears: ") for line in found.out.splitlines()
    )
    assert found.status == 0


async def test_limit_holds(terminal, chats):
    hits = json.loads((await terminal("search", "about", "--json", "--limit", "1")).out)
    assert [hit["session_id"] for hit in hits] == ["two"]


async def test_nothing_found_is_no_failure(terminal, chats):
    found = await terminal("search", "nowhere")
    assert (found.status, found.out, found.err) == (0, "", "Nothing was found.\n")


async def test_what_was_not_understood_is_said_beside_the_hits(terminal, chats):
    found = await terminal("search", "after:soon pears")
    assert found.out.startswith("two ")
    assert "“after:soon” is no day." in found.err
