"""The reading half of the session manager answers, and changes nothing."""

from __future__ import annotations

import json

import pytest

from chatapp.domain.errors import ExportError, SessionNotFound
from chatapp.sessions import SessionManager
from fakes import listed, restarted


@pytest.mark.row("L08")
async def test_unknown_session_is_none_and_nothing_is_made(manager):
    assert await manager.get_session("nobody") is None
    assert await listed(manager) == []
    assert manager.current_id is None


async def test_getting_a_session_does_not_make_it_current(manager):
    await manager.ensure_session_exists("a")
    await manager.get_session("a")
    assert manager.current_id is None


async def test_glance_at_a_session_does_not_keep_it_in_memory(manager, store):
    await manager.add_message("user", "hello", session_id="a")
    await manager.save_all()
    other = await restarted(store)
    copy = await other.glance("a")
    assert copy.messages[0].content == "hello"
    assert await other.glance("a") is not copy
    assert await other.glance("nobody") is None


async def test_glance_at_a_session_in_memory_is_at_the_living_one(manager):
    assert await manager.get_or_create_session("a") is await manager.glance("a")


@pytest.mark.row("M15")
async def test_messages_come_by_page_and_role(manager):
    for number in range(4):
        await manager.add_message("user", f"q{number}", session_id="a")
        await manager.add_message("assistant", f"a{number}", session_id="a")

    async def chosen(**how):
        return [message.content for message in await manager.get_messages("a", **how)]

    assert await chosen(limit=2) == ["q0", "a0"]
    assert await chosen(limit=2, offset=3) == ["a1", "q2"]
    assert await chosen(offset=6) == ["q3", "a3"]
    assert await chosen(offset=99) == []
    assert await chosen(limit=0) == []
    assert await chosen(role="assistant", limit=2, offset=1) == ["a1", "a2"]
    assert await chosen(role="tool") == []
    assert await manager.message_count("a") == 8
    assert (await manager.last_message("a")).content == "a3"


@pytest.mark.row("M15")
async def test_empty_session_has_no_last_message(manager):
    await manager.ensure_session_exists("a")
    assert await manager.last_message("a") is None
    assert await manager.message_count("a") == 0


async def test_messages_are_found_by_their_text_whatever_its_case(manager):
    await manager.add_message("user", "Straße to Rome", session_id="a")
    await manager.add_message("user", "elsewhere", session_id="a")
    found = await manager.search_messages("a", "STRASSE")
    assert [message.content for message in found] == ["Straße to Rome"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda manager: manager.get_messages("nobody"),
        lambda manager: manager.last_message("nobody"),
        lambda manager: manager.message_count("nobody"),
        lambda manager: manager.search_messages("nobody", "x"),
        lambda manager: manager.conversation_stats("nobody"),
        lambda manager: manager.clear_conversation("nobody"),
        lambda manager: manager.update_session("nobody", title="x"),
    ],
)
async def test_asking_about_an_unknown_session_says_so_and_makes_nothing(manager, ask):
    with pytest.raises(SessionNotFound):
        await ask(manager)
    assert await listed(manager) == []


@pytest.mark.row("T23")
async def test_list_comes_by_page_with_its_totals(manager, clock):
    for number in range(5):
        await manager.add_message("user", "x", session_id=f"s{number}")
        clock.advance(minutes=1)
    page = await manager.list_sessions(limit=2, offset=1)
    assert [summary.session_id for summary in page.sessions] == ["s3", "s2"]
    assert (page.total_sessions, page.total_messages, page.sessions_today) == (5, 5, 5)
    assert (page.limit, page.offset) == (2, 1)
    assert (await manager.list_sessions(offset=99)).sessions == []


@pytest.mark.row("L12")
async def test_listing_reads_no_session(manager, store):
    await manager.add_message("user", "x", session_id="a")
    other = await restarted(store)
    store.asked.clear()
    await other.list_sessions()
    assert store.asked == []


@pytest.mark.row("L17")
async def test_exported_session_equals_the_session(manager, tmp_path):
    await manager.add_message("user", "hello", session_id="a")
    await manager.export_session("a", "json", tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_bytes())["messages"][0]["content"] == "hello"


async def test_unknown_format_is_named_with_those_there_are(manager, tmp_path):
    await manager.ensure_session_exists("a")
    with pytest.raises(ExportError, match=r"“epub” is no export format. There are: json\."):
        await manager.export_session("a", "epub", tmp_path / "a.epub")


@pytest.mark.row("S03")
async def test_export_that_cannot_be_written_says_why_without_the_path(manager, tmp_path):
    await manager.ensure_session_exists("a")
    with pytest.raises(ExportError, match="no such file or directory") as refused:
        await manager.export_session("a", "json", tmp_path / "missing" / "a.json")
    assert "missing" not in str(refused.value)


async def test_own_exporters_replace_the_common_ones(store, tmp_path):
    manager = SessionManager(store, exporters={"text": lambda session: [session.id.encode()]})
    await manager.ensure_session_exists("a")
    await manager.export_session("a", "text", tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text() == "a"
