from __future__ import annotations

import json

import pytest

from chatapp.domain.errors import SessionNotFound
from chatapp.domain.session import SessionSummary


def ids(outcome):
    return [row["session_id"] for row in json.loads(outcome.out)["sessions"]]


async def test_table_shows_full_ids_times_counts_and_titles(terminal, chats, core):
    await core.manager.update_session("one", metadata={"tags": ["fruit"]})
    listed = await terminal("list")
    assert listed.out.splitlines() == [
        "three  2026-02-09 12:02     2  Plums",
        "two    2026-02-09 12:01     2  About pears",
        "one    2026-02-09 12:00     2  About apples #fruit",
    ]
    assert (listed.status, listed.err) == (0, "")


async def test_page_says_what_there_is_beyond_it(terminal, chats):
    listed = await terminal("list", "--limit", "1", "--offset", "1")
    assert listed.out.startswith("two ")
    assert listed.err == "3 chats; --offset 2 shows the next.\n"


async def test_empty_list_says_so(terminal):
    listed = await terminal("list")
    assert (listed.status, listed.out, listed.err) == (0, "", "There are no chats here.\n")


@pytest.mark.row("U11")
async def test_days_are_inclusive(terminal, chats, clock):
    clock.advance(days=1)
    await terminal("send", "--session", "two", "A day later")
    assert ids(await terminal("list", "--json", "--from", "2026-02-10")) == ["two"]
    assert ids(await terminal("list", "--json", "--to", "2026-02-09")) == ["three", "one"]


async def test_damaged_chat_shows_its_reason(terminal, core):
    core.manager.catalogue.put(
        SessionSummary(
            *("broken", "2026-02-09", "", "", "", "", "chat", 0, 0, 0, 0, ""),
            damage="The file is empty.",
        )
    )
    assert "[cannot be opened: The file is empty.]" in (await terminal("list")).out
    (row,) = json.loads((await terminal("list", "--json")).out)["sessions"]
    assert row["damage"] == "The file is empty."


async def test_chat_without_a_word_has_a_name_in_the_table(terminal, core):
    await core.manager.start_new_session(session_id="fresh")
    assert (await terminal("list")).out.endswith("New chat\n")
    shown = await terminal("show", "fresh")
    assert (shown.status, shown.out) == (0, "\n")


async def test_show_writes_the_title_and_every_message(terminal, chats):
    shown = (await terminal("show", "one")).out
    assert shown.startswith("About apples\n\n── You · 2026-02-09 12:00\nAbout apples\n\n")


async def test_show_as_json_is_the_session_file(terminal, chats, core):
    from chatapp.storage.codec import encode

    session = await core.manager.get_session("one")
    assert (await terminal("show", "one", "--json")).out.encode() == encode(session)


async def test_unknown_chat_cannot_be_shown(terminal):
    with pytest.raises(SessionNotFound):
        await terminal("show", "nobody")


@pytest.mark.row("M08")
async def test_stats_count_archived_chats_too(terminal, chats):
    await terminal("archive", "one")
    numbers = json.loads((await terminal("stats", "--json")).out)
    assert numbers == {
        "total_sessions": 3,
        "sessions_today": 3,
        "sessions_this_week": 3,
        "archived_sessions": 1,
        "damaged_sessions": 0,
        "total_messages": 6,
        "user_messages": 3,
        "assistant_messages": 3,
        "errors": 0,
    }
    assert "total messages      6\n" in (await terminal("stats")).out
