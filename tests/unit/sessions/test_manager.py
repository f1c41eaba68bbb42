"""The session manager does what the contract says of each of its methods."""

from __future__ import annotations

import asyncio
import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from chatapp.domain.changes import ErrorNoted, HeaderChanged, MessageGrew, MessageReplaced
from chatapp.domain.errors import InvalidSessionId, SessionNotFound, StorageError
from chatapp.domain.message import Status
from chatapp.sessions import SessionManager
from chatapp.sessions import manager as manager_module
from chatapp.storage.journaled_store import JournaledStore
from chatapp.storage.memory import MemoryStore
from chatapp.storage.search import SearchQuery
from fakes import FakeClock, Heard, full_disk, listed, restarted, texts, until

UNSAFE = ["../../x", "/etc/passwd", "..\\x", "a\0b", "x" * 300, "CON", "trailing.", ""]


def files_in(folder):
    """The store of the program, with its state beside its sessions."""
    beside = (folder.with_name(f"{folder.name}-{name}") for name in ("state", "cache"))
    return JournaledStore(folder, *beside, tick_seconds=60)


# ---- starting


@pytest.mark.row("L01", "L17")
async def test_new_session_has_a_fresh_id_is_listed_and_current(manager):
    one, other = await manager.start_new_session(), await manager.start_new_session()
    assert one != other
    assert manager.current_id == other
    assert set(await listed(manager)) == {one, other}


@pytest.mark.row("L11")
async def test_what_is_given_at_creation_is_there_after_a_restart(manager, store):
    await manager.start_new_session(
        "Ada",
        {"description": "A trip", "context_data": {"ticket": 17}},
        session_id="trip",
        title="Rome",
        persona="guide",
        provider_config={"provider": "local", "model": "tiny", "parameters": {"top_p": 1}},
    )
    session = await (await restarted(store)).get_session("trip")
    assert (session.user_name, session.title) == ("Ada", "Rome")
    assert session.metadata == {
        "type": "chat",
        "description": "A trip",
        "context_data": {"ticket": 17},
        "persona": "guide",
        "provider": "local",
        "model": "tiny",
        "parameters": {"top_p": 1},
    }


async def test_key_in_a_provider_configuration_is_not_stored(manager, store):
    await manager.start_new_session(
        session_id="a", provider_config={"model": "tiny", "api_key": "sk-canary"}
    )
    assert "sk-canary" not in repr(await store.read("a"))


@pytest.mark.row("S05")
async def test_id_that_is_taken_gives_a_new_one_and_leaves_the_old_chat_alone(manager):
    await manager.add_message("user", "hello", session_id="Taken")
    other = await manager.start_new_session(session_id="taken")
    assert other.lower() != "taken"
    assert await texts(manager, "taken") == ["hello"]


@pytest.mark.row("S05")
async def test_id_that_collides_by_chance_gives_way_to_another(manager, monkeypatch):
    made = iter(["0000deadbeef", "0000deadbeef", "1111deadbeef"])
    monkeypatch.setattr(manager_module, "new_session_id", lambda: next(made))
    assert await manager.start_new_session() == "0000deadbeef"
    assert await manager.start_new_session() == "1111deadbeef"


@pytest.mark.row("S05")
async def test_begun_session_is_in_memory_and_current_before_the_disk_has_answered(manager, store):
    session = manager.begin_session("Ada")
    message = await manager.add_message("user", "typed at once")

    assert manager.current_id == session.id
    assert (session.user_name, session.messages) == ("Ada", [message])
    await manager.acknowledged(message)
    assert (await store.read(session.id)).messages == [message]


@pytest.mark.row("S05")
async def test_begun_session_does_not_take_an_id_that_is_there(manager, monkeypatch):
    await manager.ensure_session_exists("taken")
    ids = iter(["taken", "free"])
    monkeypatch.setattr(manager_module, "new_session_id", lambda: next(ids))

    assert manager.begin_session().id == "free"


async def test_id_of_a_damaged_file_is_taken(tmp_path):
    (tmp_path / "2026-02-09").mkdir()
    (tmp_path / "2026-02-09" / "broken.json").write_bytes(b"{")
    manager = await restarted(files_in(tmp_path))
    assert await manager.start_new_session(session_id="broken") != "broken"
    assert (tmp_path / "2026-02-09" / "broken.json").read_bytes() == b"{"
    await manager.close()


async def test_names_with_half_characters_are_made_storable(manager, store):
    await manager.start_new_session("\ud800", session_id="a", title="\ud800")
    session = await store.read("a")
    assert (session.user_name, session.title) == ("\ufffd", "\ufffd")


async def test_two_starts_with_one_id_at_once_are_two_sessions(manager, store):
    gate = store.hold("read")
    starts = [asyncio.create_task(manager.start_new_session(session_id="a")) for _ in range(2)]
    await asyncio.sleep(0)
    gate.set()
    assert len(set(await asyncio.gather(*starts))) == 2


# ---- unknown, known and unsafe ids


@pytest.mark.row("L08", "L17")
async def test_loading_an_unknown_session_says_so(manager):
    with pytest.raises(SessionNotFound):
        await manager.load_session("nobody")


@pytest.mark.row("L17")
async def test_loaded_session_is_current(manager, store):
    await manager.ensure_session_exists("a")
    other = await restarted(store)
    heard = Heard()
    other.current_changed.connect(heard)
    session = await other.load_session("a")
    assert other.current_id == session.id == "a"
    assert heard.calls == [("a",)]


@pytest.mark.row("L03")
async def test_ensuring_twice_makes_one_session_with_one_beginning(manager, clock):
    assert await manager.ensure_session_exists("user_1") == "user_1"
    begun = (await manager.get_session("user_1")).started_at
    clock.advance(hours=1)
    assert await manager.ensure_session_exists("user_1") == "user_1"
    assert (await manager.get_session("user_1")).started_at == begun
    assert await listed(manager) == ["user_1"]


@pytest.mark.row("L03")
async def test_ensuring_at_the_same_time_makes_one_session(manager, store):
    gate = store.hold("read")
    both = [asyncio.create_task(manager.get_or_create_session("a")) for _ in range(3)]
    await asyncio.sleep(0)
    gate.set()
    first, second, third = await asyncio.gather(*both)
    assert first is second is third


@pytest.mark.row("L13")
async def test_get_or_create_makes_what_is_missing_and_gets_what_is_there(manager):
    made = await manager.get_or_create_session("a", "Ada", {"type": "voice"})
    assert (made.user_name, made.metadata) == ("Ada", {"type": "voice"})
    assert await manager.get_or_create_session("a", "Bob", {"type": "chat"}) is made
    assert made.user_name == "Ada"


@pytest.mark.row("L13", "T20")
async def test_id_of_another_profile_is_a_new_session_and_never_its_data(tmp_path):
    managers = [await restarted(files_in(tmp_path / name)) for name in ("ada", "bob")]
    ada, bob = managers
    await ada.add_message("user", "secret", session_id="shared")
    session = await bob.get_or_create_session("shared")
    assert session.messages == []
    assert await texts(ada, "shared") == ["secret"]
    for manager in managers:
        await manager.close()


@pytest.mark.row("T25", "S01")
@pytest.mark.parametrize("unsafe", UNSAFE)
@pytest.mark.parametrize(
    "ask",
    [
        lambda manager, unsafe: manager.start_new_session(session_id=unsafe),
        lambda manager, unsafe: manager.get_session(unsafe),
        lambda manager, unsafe: manager.load_session(unsafe),
        lambda manager, unsafe: manager.ensure_session_exists(unsafe),
        lambda manager, unsafe: manager.add_message("user", "x", session_id=unsafe),
        lambda manager, unsafe: manager.delete_session(unsafe),
        lambda manager, unsafe: manager.restore_session(unsafe),
        lambda manager, unsafe: manager.get_messages(unsafe),
        lambda manager, unsafe: manager.update_session(unsafe, title="x"),
        lambda manager, unsafe: manager.deactivate_session(unsafe),
        lambda manager, unsafe: manager.clear_conversation(unsafe),
    ],
)
async def test_unsafe_id_is_refused_with_a_sentence_and_touches_nothing(tmp_path, ask, unsafe):
    sessions = tmp_path / "profile" / "sessions"
    (tmp_path / "x.json").write_text("outside")
    manager = await restarted(files_in(sessions))
    with pytest.raises(InvalidSessionId, match="not a session id"):
        await ask(manager, unsafe)
    assert list(sessions.iterdir()) == []
    assert (tmp_path / "x.json").read_text() == "outside"
    await manager.close()


async def test_saving_an_unsafe_id_is_refused(manager):
    with pytest.raises(InvalidSessionId):
        await manager.save_session("../x")


# ---- messages


@pytest.mark.row("L04", "T8")
async def test_message_to_an_unknown_session_makes_it(manager, store):
    message = await manager.add_message("user", "hello", session_id="deep_link")
    await manager.acknowledged(message)
    assert await texts(await restarted(store), "deep_link") == ["hello"]


@pytest.mark.row("L05", "M19")
async def test_message_to_a_known_session_joins_it(manager):
    for words in ("one", "two", "three"):
        await manager.add_message("user", words, session_id="a")
    assert await listed(manager) == ["a"]
    assert await texts(manager, "a") == ["one", "two", "three"]


@pytest.mark.row("L06")
async def test_message_without_an_id_goes_to_the_current_session(manager):
    current = await manager.start_new_session()
    await manager.add_message("user", "hello")
    assert await texts(manager, current) == ["hello"]


@pytest.mark.row("L06", "M09")
async def test_message_without_an_id_or_a_current_session_makes_one(manager):
    message = await manager.add_message("user", "hello")
    assert await manager.get_messages(manager.current_id) == [message]


@pytest.mark.row("L07")
@pytest.mark.parametrize("session_id", [None, "front_end_7"])
async def test_everything_behaves_alike_with_an_id_and_without(manager, store, session_id):
    question = await manager.add_message("user", "hello", {"mode": "brief"}, session_id=session_id)
    chosen = session_id or manager.current_id
    reply = await manager.add_message("assistant", "hi", session_id=session_id)
    await manager.acknowledged(reply)
    assert await listed(manager) == [chosen]
    kept = (await store.read(chosen)).messages
    assert kept == [question, reply]
    assert reply.parent_id == question.id


@pytest.mark.row("L09")
async def test_sessions_that_made_themselves_are_listed(manager, store):
    await manager.add_message("user", "hello", session_id="auto")
    assert await listed(manager) == ["auto"]
    assert await listed(await restarted(store)) == ["auto"]


@pytest.mark.row("M09")
async def test_adding_gives_the_message_as_it_stands_in_the_session(manager):
    message = await manager.add_message("user", "hello", session_id="a")
    assert await manager.last_message("a") is message


@pytest.mark.row("M06")
async def test_role_text_time_and_metadata_survive_a_restart(manager, store, clock):
    metadata = {"modes": ["brief"], "hasTools": False, "nothing": None}
    message = await manager.add_message("system", "Be brief.", metadata, session_id="a")
    await manager.acknowledged(message)
    assert message.time == clock.moment
    [found] = await (await restarted(store)).get_messages("a")
    assert found == message
    assert found.metadata == {"id": message.id, **metadata}


async def test_metadata_given_stays_the_callers_own(manager):
    metadata = {"mode": "brief"}
    await manager.add_message("user", "a", session_id="a")
    await manager.add_message("user", "b", metadata, session_id="a")
    assert metadata == {"mode": "brief"}


async def test_parent_that_is_given_is_kept(manager):
    await manager.add_message("user", "a", session_id="a")
    message = await manager.add_message("user", "b", {"parent_id": "m0"}, session_id="a")
    assert message.parent_id == "m0"


@pytest.mark.row("M03", "T19")
async def test_hundred_messages_in_one_second_keep_their_order(manager, store):
    words = [str(number) for number in range(100)]
    for each in words:
        await manager.add_message("user", each, session_id="a")
    await manager.save_all()
    assert await texts(await restarted(store), "a") == words


@pytest.mark.row("T17")
async def test_same_words_twice_are_two_messages(manager):
    await manager.add_message("user", "yes", session_id="a")
    await manager.add_message("user", "yes", session_id="a")
    assert await texts(manager, "a") == ["yes", "yes"]


@pytest.mark.row("T8")
async def test_stored_history_is_never_trimmed(manager, store):
    for number in range(150):
        await manager.add_message("user", str(number), session_id="a")
    await manager.save_all()
    assert await (await restarted(store)).message_count("a") == 150


@pytest.mark.row("M08")
async def test_numbers_equal_a_recount_after_add_edit_delete_and_error(manager):
    question = await manager.add_message("user", "q", session_id="a")
    reply = await manager.add_message("assistant", "r", session_id="a")
    manager.change("a", MessageReplaced(reply.with_content("better"), reply.timestamp))
    manager.change("a", ErrorNoted({"timestamp": "", "kind": "timeout", "message": "Late."}))
    assert await manager.conversation_stats("a") == {
        "total_messages": 2,
        "user_messages": 1,
        "assistant_messages": 1,
        "errors": 1,
    }
    await manager.clear_conversation("a")
    stats = await manager.conversation_stats("a")
    assert (stats["total_messages"], stats["user_messages"]) == (0, 0)
    assert question.role == "user"


async def test_cleared_conversation_gives_its_messages_and_stays(manager, store):
    message = await manager.add_message("user", "q", session_id="a")
    assert await manager.clear_conversation("a") == (message,)
    assert (await store.read("a")).messages == []
    assert await listed(manager) == ["a"]


# ---- header


async def test_title_and_metadata_are_set_and_removed(manager, store):
    await manager.ensure_session_exists("a")
    await manager.update_session("a", title="Rome", metadata={"tags": ["trip"]})
    session = await store.read("a")
    assert (session.title, session.metadata["tags"]) == ("Rome", ["trip"])
    await manager.update_session("a", title="", metadata={"tags": None})
    session = await store.read("a")
    assert session.title is None
    assert "tags" not in session.metadata


@pytest.mark.row("L14")
async def test_deactivated_session_leaves_the_list_and_is_found_by_the_filter(manager, store):
    await manager.ensure_session_exists("a")
    assert await manager.deactivate_session("a") is True
    assert await listed(manager) == []
    assert await listed(await restarted(store), archived=True) == ["a"]


async def test_unknown_session_cannot_be_deactivated(manager):
    assert await manager.deactivate_session("nobody") is False


# ---- deleting, restoring, clearing


@pytest.mark.row("L10", "L17")
async def test_deleting_moves_to_the_trash_once(manager, store):
    await manager.add_message("user", "hello", session_id="a")
    assert await manager.delete_session("a") is True
    assert await manager.delete_session("a") is False
    assert await manager.get_session("a") is None
    assert await listed(manager) == []
    assert [entry.session_id for entry in await manager.trashed_sessions()] == ["a"]


@pytest.mark.row("L10")
async def test_deleting_the_current_session_leaves_none_current(manager):
    await manager.start_new_session(session_id="Chat")
    assert await manager.delete_session("CHAT")
    assert manager.current_id is None


async def test_deleting_another_session_leaves_the_current_one(manager):
    await manager.ensure_session_exists("a")
    current = await manager.start_new_session()
    await manager.delete_session("a")
    assert manager.current_id == current


async def test_deleting_a_session_that_is_not_in_memory_works_too(manager, store):
    await manager.ensure_session_exists("a")
    other = await restarted(store)
    assert await other.delete_session("a") is True


async def test_restored_session_is_listed_with_all_its_messages(manager):
    await manager.add_message("user", "hello", session_id="a")
    await manager.delete_session("a")
    assert await manager.restore_session("a") is True
    assert await texts(manager, "a") == ["hello"]
    assert await listed(manager) == ["a"]


async def test_what_is_not_in_the_trash_is_not_restored(manager):
    assert await manager.restore_session("a") is False


async def test_damaged_session_comes_back_from_the_trash_as_damaged(tmp_path):
    path = tmp_path / "2026-02-09" / "broken.json"
    path.parent.mkdir()
    path.write_bytes(b"{ not json")
    manager = await restarted(files_in(tmp_path))
    assert await manager.delete_session("broken") is True
    assert not path.exists()
    assert await manager.restore_session("broken") is True
    assert path.read_bytes() == b"{ not json"
    [summary] = (await manager.list_sessions()).sessions
    assert "not valid JSON" in summary.damage
    await manager.close()


async def test_reply_that_arrives_while_its_session_is_deleted_is_ended_first(manager, store):
    await manager.add_message("assistant", "", {"id": "m1"}, session_id="a")
    manager.hold("a")

    def stop(session_id):
        manager.grow(session_id, MessageGrew("m1", 0, "the last words"))
        manager.release(session_id)

    manager.deleting.connect(stop)
    assert await manager.delete_session("a") is True
    assert await store.read("a") is None
    await manager.restore_session("a")
    assert await texts(manager, "a") == ["the last words"]


async def test_session_whose_words_cannot_be_saved_is_not_deleted(manager, store):
    await manager.add_message("user", "hello", session_id="a")
    store.refusal = full_disk()
    await manager.add_message("user", "unsaved", session_id="a")
    with pytest.raises(StorageError, match="full"):
        await manager.delete_session("a")
    assert await texts(manager, "a") == ["hello", "unsaved"]
    assert await listed(manager) == ["a"]


async def test_session_the_disk_does_not_let_go_stays(manager, store):
    await manager.add_message("user", "hello", session_id="a")
    await manager.save_all()
    store.refusal = full_disk()
    with pytest.raises(StorageError, match="full"):
        await manager.delete_session("a")
    store.refusal = None
    assert await texts(manager, "a") == ["hello"]


async def test_deletion_the_disk_refuses_leaves_an_unloaded_session_alone(manager, store):
    await manager.ensure_session_exists("a")
    other = await restarted(store)
    store.refusal = full_disk()
    with pytest.raises(StorageError):
        await other.delete_session("a")
    assert await listed(other) == ["a"]


@pytest.mark.row("L18")
async def test_clearing_the_current_session_keeps_it_in_the_list(manager):
    old = await manager.start_new_session()
    await manager.add_message("user", "hello")
    manager.clear_current_session()
    assert manager.current_id is None
    await manager.add_message("user", "a new beginning")
    assert manager.current_id != old
    assert await texts(manager, old) == ["hello"]
    assert set(await listed(manager)) == {old, manager.current_id}


# ---- cleaning up


async def aged(manager, clock, *ids, days, archived=True):
    """Sessions last used `days` ago."""
    clock.advance(days=-days)
    for session_id in ids:
        await manager.add_message("user", "x", session_id=session_id)
        if archived:
            await manager.deactivate_session(session_id)
    clock.advance(days=days)


@pytest.mark.row("L15")
async def test_cleaning_up_takes_archived_old_sessions_only(manager, clock):
    await aged(manager, clock, "archived_old", days=31)
    await aged(manager, clock, "archived_new", days=29)
    await aged(manager, clock, "old", days=400, archived=False)
    assert await manager.cleanup_old_sessions(keep_minimum=0) == 1
    assert [entry.session_id for entry in await manager.trashed_sessions()] == ["archived_old"]


@pytest.mark.row("L15")
async def test_cleaning_up_takes_the_oldest_and_keeps_the_minimum(manager, clock):
    for age in (40, 60, 50):
        await aged(manager, clock, f"age_{age}", days=age)
    assert await manager.cleanup_old_sessions(days_old=30, keep_minimum=2) == 1
    assert [entry.session_id for entry in await manager.trashed_sessions()] == ["age_60"]
    assert await manager.cleanup_old_sessions(days_old=30, keep_minimum=10) == 0
    assert await manager.restore_session("age_60")


@pytest.mark.row("L15")
async def test_age_is_judged_by_the_moment_however_it_is_written(manager, store, clock):
    session = await manager.get_or_create_session("a", metadata={"archived": True})
    # Thirty days ago to the minute, written so that as text it sorts before the limit.
    session.last_updated = "2026-01-10T11:30:00-01:00"
    manager.change("a", HeaderChanged(at="", title="touched"))
    assert await manager.cleanup_old_sessions(days_old=30, keep_minimum=0) == 0


# ---- listing


@pytest.mark.row("L16")
async def test_sending_moves_a_chat_up_and_opening_does_not(manager, clock):
    for session_id in ("first", "second"):
        await manager.add_message("user", "x", session_id=session_id)
        clock.advance(minutes=1)
    await manager.load_session("first")
    assert await listed(manager) == ["second", "first"]
    await manager.add_message("user", "y", session_id="first")
    assert await listed(manager) == ["first", "second"]


# ---- exporting


# ---- saving


async def test_session_is_saved_by_its_id_or_as_the_current_one(manager, store):
    await manager.add_message("user", "x", session_id="a")
    await manager.start_new_session(session_id="b")
    store.saves.clear()
    assert await manager.save_session("a") is True
    assert await manager.save_session() is True
    assert store.saves == ["a", "b"]


async def test_session_that_is_only_on_the_disk_is_saved_already(manager, store):
    await manager.ensure_session_exists("a")
    other = await restarted(store)
    assert await other.save_session("a") is True


async def test_nothing_and_nobody_cannot_be_saved(manager):
    assert await manager.save_session() is False
    assert await manager.save_session("nobody") is False


async def test_refused_save_is_reported_stays_owed_and_is_made_good(manager, store, clock):
    failed, saved = Heard(), Heard()
    manager.save_failed.connect(failed)
    manager.saved.connect(saved)
    await manager.ensure_session_exists("a")
    store.refusal = error = full_disk()
    assert await manager.save_session("a") is False
    assert failed.calls == [("a", error)]
    assert manager.unsaved_ids == ["a"]
    store.refusal = None
    assert await manager.save_all() is True
    assert saved.calls == [("a", clock.moment)]
    assert manager.unsaved_ids == []


@pytest.mark.row("T28")
async def test_chat_goes_on_in_memory_on_a_full_disk_and_is_saved_later(manager, store):
    store.refusal = full_disk()
    message = await manager.add_message("user", "hello", session_id="a")
    with pytest.raises(StorageError, match="full"):
        await manager.acknowledged(message)
    assert await texts(manager, "a") == ["hello"]
    store.refusal = None
    assert await manager.save_all()
    await manager.acknowledged(message)
    assert await texts(await restarted(store), "a") == ["hello"]


async def test_first_message_of_a_fresh_start_on_a_full_disk_is_in_memory(manager, store):
    store.refusal = full_disk()
    message = await manager.add_message("user", "hello")
    assert await manager.get_messages(manager.current_id) == [message]


async def test_auto_save_saves_by_the_clock(store, clock):
    manager = SessionManager(store, clock=clock, autosave_seconds=0.005)
    await manager.open()
    await manager.add_message("user", "one", session_id="a")
    manager.start_auto_save()
    manager.start_auto_save()
    await until(lambda: not manager.unsaved_ids)
    await manager.add_message("user", "two", session_id="a")
    await until(lambda: not manager.unsaved_ids)
    manager.stop_auto_save()
    manager.stop_auto_save()
    await manager.add_message("user", "three", session_id="a")
    await asyncio.sleep(0.02)
    assert manager.unsaved_ids == ["a"]


async def test_auto_save_goes_on_after_the_disk_refused(store, clock):
    manager = SessionManager(store, clock=clock, autosave_seconds=0.005)
    failed = Heard()
    manager.save_failed.connect(failed)
    await manager.open()
    await manager.add_message("user", "one", session_id="a")
    store.refusal = full_disk()
    manager.start_auto_save()
    await until(lambda: len(failed.calls) >= 2)
    store.refusal = None
    await until(lambda: not manager.unsaved_ids)
    await manager.close()


@pytest.mark.row("T24")
async def test_words_added_to_a_loaded_chat_go_to_its_file_and_no_other(tmp_path):
    manager = await restarted(files_in(tmp_path))
    for session_id in ("old", "other"):
        await manager.add_message("user", "x", session_id=session_id)
    await manager.close()
    manager = await restarted(files_in(tmp_path))
    await manager.start_new_session(session_id="current")
    other = (tmp_path / "2026-02-09" / "other.json").read_bytes()
    await manager.load_session("old")
    await manager.acknowledged(await manager.add_message("user", "more"))
    assert await manager.save_session()
    # The first manager is gone without a word, as after kill -9.
    assert await texts(await restarted(files_in(tmp_path)), "old") == ["x", "more"]
    assert (tmp_path / "2026-02-09" / "other.json").read_bytes() == other
    await manager.close()


async def test_closing_saves_what_is_owed(manager, store):
    await manager.add_message("user", "hello", session_id="a")
    await manager.close()
    assert manager.unsaved_ids == []
    assert await texts(await restarted(store), "a") == ["hello"]


async def test_interrupted_reply_is_marked_and_its_file_is_left_alone(manager, store):
    await manager.add_message("assistant", "half", {"status": "streaming"}, session_id="a")
    await manager.save_all()
    other = await restarted(store)
    store.saves.clear()
    assert (await other.last_message("a")).status is Status.INTERRUPTED
    await other.close()
    assert store.saves == []


# ---- what other programs do


async def test_chat_another_program_removed_is_gone_and_no_longer_current(manager, store):
    await manager.start_new_session(session_id="a")
    await manager.save_all()
    store._sessions.clear()
    store.changed_outside.emit(frozenset({"A"}))
    await until(lambda: manager.current_id is None)
    assert await listed(manager) == []
    assert await manager.get_session("a") is None


async def test_removed_chat_with_unsaved_words_is_kept_and_written_again(manager, store):
    await manager.add_message("user", "unsaved", session_id="a")
    await manager.save_all()
    store.refusal = full_disk()
    message = await manager.add_message("user", "more", session_id="a")
    with pytest.raises(StorageError):
        await manager.acknowledged(message)
    store._sessions.clear()
    store.refusal = None
    store.changed_outside.emit(frozenset({"a"}))
    await until(lambda: store._sessions)
    assert await texts(manager, "a") == ["unsaved", "more"]
    assert await listed(manager) == ["a"]


async def test_chat_another_program_made_is_listed(manager, store):
    elsewhere = await restarted(store)
    await elsewhere.add_message("user", "hello", session_id="b")
    await elsewhere.save_all()
    store.changed_outside.emit(frozenset({"b"}))
    await until(lambda: len(manager.catalogue))
    assert await listed(manager) == ["b"]


async def test_chat_another_program_changed_is_taken_in(manager, store):
    session = await manager.get_or_create_session("a")
    await manager.save_all()
    store.foreign = session.snapshot()
    store.foreign.apply(HeaderChanged(at="", title="Theirs"))
    store.changed_outside.emit(frozenset({"a"}))
    await until(lambda: session.title == "Theirs")
    assert manager.catalogue.get("a").title == "Theirs"


async def test_mended_chat_is_told(manager, store):
    heard = Heard()
    manager.mended.connect(heard)
    store.mended.emit("a")
    assert heard.calls == [("a",)]


async def test_search_finds_words_that_are_not_saved_yet(manager):
    await manager.add_message("user", "to Rome", session_id="a")
    page = await manager.search(SearchQuery(words=("rome",)))
    assert [hit.session_id for hit in page.hits] == ["a"]
    assert manager.clock.now()


# ---- days and files


@pytest.mark.row("D06", "D08")
async def test_chat_goes_on_over_midnight_in_the_folder_of_its_first_day(tmp_path):
    clock = FakeClock(
        dt.datetime(2026, 2, 9, 22, 59, tzinfo=dt.UTC), zone=ZoneInfo("Europe/Berlin")
    )
    manager = SessionManager(files_in(tmp_path), clock=clock)
    await manager.open()
    await manager.add_message("user", "before midnight", session_id="a")
    clock.advance(minutes=2)
    await manager.add_message("user", "after midnight", session_id="a")
    await manager.close()
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.json")] == [
        "2026-02-09/a.json"
    ]
    manager = await restarted(files_in(tmp_path), clock)
    await manager.add_message("user", "next day", session_id="a")
    await manager.start_new_session(session_id="b")
    await manager.close()
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.json")) == [
        "2026-02-09/a.json",
        "2026-02-10/b.json",
    ]


@pytest.mark.row("S06")
async def test_two_chats_at_once_do_not_mix(manager, store):
    async def talk(session_id):
        for number in range(20):
            message = await manager.add_message(
                "user", f"{session_id}{number}", session_id=session_id
            )
            await manager.acknowledged(message)

    await asyncio.gather(talk("a"), talk("b"))
    await manager.close()
    other = await restarted(store)
    for session_id in ("a", "b"):
        assert await texts(other, session_id) == [f"{session_id}{number}" for number in range(20)]


# ---- telling


async def test_each_change_is_told_once_and_by_its_kind(manager):
    await manager.ensure_session_exists("a")
    heard = {name: Heard() for name in SIGNALS}
    for name, receiver in heard.items():
        getattr(manager, name).connect(receiver)
    message = await manager.add_message("user", "a", session_id="a")
    manager.grow("a", MessageGrew(message.id, 1, "b"))
    edited = message.with_content("c")
    manager.change("a", MessageReplaced(edited, message.timestamp))
    note = {"timestamp": "", "kind": "timeout", "message": "Late."}
    manager.change("a", ErrorNoted(note))
    manager.change("a", HeaderChanged(at="", title="Rome"))
    await manager.clear_conversation("a")
    assert {name: receiver.calls for name, receiver in heard.items()} == {
        "message_added": [("a", message)],
        "message_changed": [("a", message.with_content("ab")), ("a", edited)],
        "messages_reset": [("a",)],
        "error_noted": [("a", note)],
        "session_changed": [("a",)] * 5,
    }


SIGNALS = ("message_added", "message_changed", "messages_reset", "error_noted", "session_changed")


async def test_list_shows_each_change_at_once(manager):
    await manager.ensure_session_exists("a")
    await manager.add_message("user", "Hello there", session_id="a")
    [summary] = (await manager.list_sessions()).sessions
    assert (summary.preview, summary.total_messages) == ("Hello there", 1)


async def test_manager_is_made_in_one_line():
    assert await SessionManager(MemoryStore()).start_new_session()
