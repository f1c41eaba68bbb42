"""What is in memory reaches the store whole, in order, and once more if it was refused."""

from __future__ import annotations

import asyncio
import gc

import pytest

from chatapp.domain.changes import Merged, MessageAdded, MessageGrew, MessageReplaced
from chatapp.domain.errors import StorageError
from chatapp.domain.message import Status, new_message
from chatapp.domain.session import Session
from chatapp.kit.tasks import Tasks
from chatapp.sessions import live as live_module
from chatapp.sessions.live import IDLE_SESSIONS_KEPT, LiveSessions
from fakes import Heard, SlowStore, full_disk, until

AT = "2026-02-09T12:00:00.000000Z"


@pytest.fixture
def store():
    return SlowStore()


@pytest.fixture
def live(store):
    return LiveSessions(store, Tasks())


def session_named(session_id, *messages):
    return Session(session_id, "2026-02-09", "User", AT, AT, messages=list(messages), revision=1)


async def begun(live, session_id="a"):
    session = session_named(session_id)
    assert await live.add(session) is None
    await live.save(session_id)
    return session


def text(words="hello", message_id=None):
    return new_message("user", words, AT, {"id": message_id} if message_id else None)


async def kept(store, session_id="a"):
    session = await store.read(session_id)
    return [message.content for message in session.messages]


# ---- loading


async def test_two_loaders_get_one_session(live, store):
    await store.save(session_named("a"))
    gate = store.hold("read")
    loaders = [asyncio.create_task(live.obtain("a")) for _ in range(3)]
    await asyncio.sleep(0)
    gate.set()
    first, second, third = await asyncio.gather(*loaders)
    assert first is second is third
    assert store.asked.count("read") == 1


async def test_loader_of_nothing_gets_nothing(live):
    assert await live.obtain("a") is None
    assert "a" not in live


async def test_spelling_of_an_id_does_not_matter(live):
    session = await begun(live, "Chat")
    assert await live.obtain("cHAT") is session
    assert "CHAT" in live
    assert 7 not in live


async def test_locks_of_loaders_are_not_kept(live):
    await live.obtain("a")
    gc.collect()
    assert len(live._doors) == 0


@pytest.mark.row("M02")
async def test_reply_that_streamed_when_the_program_died_is_marked_without_writing(live, store):
    streaming = new_message("assistant", "half", AT, {"status": "streaming"})
    await store.save(session_named("a", streaming))
    store.saves.clear()
    session = await live.obtain("a")
    assert session.messages[0].status is Status.INTERRUPTED
    assert await live.save_all()
    assert store.saves == []
    assert (await store.read("a")).messages[0].status is Status.STREAMING


# ---- acknowledging


async def test_acknowledgement_waits_for_the_store(live, store):
    await begun(live)
    gate = store.hold("record")
    message = text()
    live.change("a", MessageAdded(message))
    waiting = asyncio.create_task(live.acknowledged(message))
    await until(lambda: store.asked[-1] == "record")
    assert not waiting.done()
    gate.set()
    await waiting
    assert await kept(store) == ["hello"]


async def test_acknowledgement_raises_while_the_disk_refuses_and_passes_after_a_save(live, store):
    await begun(live)
    store.refusal = full_disk()
    message = text()
    live.change("a", MessageAdded(message))
    for _ in range(2):
        with pytest.raises(StorageError, match="full"):
            await live.acknowledged(message)
    store.refusal = None
    assert await live.save("a")
    await live.acknowledged(message)


async def test_message_covered_by_a_save_is_acknowledged_though_more_came_meanwhile(live, store):
    await begun(live)
    store.refusal = full_disk()
    first = text("first")
    live.change("a", MessageAdded(first))
    with pytest.raises(StorageError):
        await live.acknowledged(first)
    store.refusal = None
    gate = store.hold("save")
    saving = asyncio.create_task(live.save("a"))
    await until(lambda: store.asked.count("save") == 2)
    live.change("a", MessageAdded(text("second")))
    gate.set()
    await saving
    await live.acknowledged(first)


async def test_unknown_message_owes_nothing(live):
    await live.acknowledged(text())


async def test_failed_recording_is_reported(live, store):
    session = await begun(live)
    heard = Heard()
    live.save_failed.connect(heard)
    store.refusal = full_disk()
    error = await live.change("a", MessageAdded(text()))
    assert heard.calls == [(session, error)]


async def test_abandoned_wait_does_not_stop_the_recording(live, store):
    await begun(live)
    gate = store.hold("record")
    message = text()
    recording = live.change("a", MessageAdded(message))
    waiting = asyncio.create_task(live.acknowledged(message))
    await until(lambda: store.asked[-1] == "record")
    waiting.cancel()
    gate.set()
    assert await recording is None


async def test_change_of_a_session_that_is_not_in_memory_is_a_bug(live):
    with pytest.raises(KeyError):
        live.change("a", MessageAdded(text()))


async def test_change_that_happened_already_is_not_told_again(live):
    await begun(live)
    heard = Heard()
    live.changed.connect(heard)
    change = MessageAdded(text())
    await live.change("a", change)
    await live.change("a", change)
    assert len(heard.calls) == 1


# ---- streaming


async def test_streamed_text_reaches_the_store_in_one_piece_a_while_later(live, store, monkeypatch):
    monkeypatch.setattr(live_module, "STREAMED_TEXT_SECONDS", 0.01)
    await begun(live)
    await live.change("a", MessageAdded(text("", "m1")))
    growths = [MessageGrew("m1", 0, "ab"), MessageGrew("m1", 2, "cd")]
    for growth in growths:
        live.grow("a", growth)
    await until(lambda: store.recorded[-2:] == growths)
    assert store.asked.count("record") == 3


async def test_text_goes_on_streaming_after_a_piece_was_handed_over(live, store, monkeypatch):
    monkeypatch.setattr(live_module, "STREAMED_TEXT_SECONDS", 0.001)
    await begun(live)
    await live.change("a", MessageAdded(text("", "m1")))
    live.grow("a", MessageGrew("m1", 0, "ab"))
    await until(lambda: len(store.recorded) == 2)
    live.grow("a", MessageGrew("m1", 2, "cd"))
    await until(lambda: len(store.recorded) == 3)


async def test_streamed_text_goes_to_the_store_before_what_followed_it(live, store):
    await begun(live)
    added = MessageAdded(text("", "m1"))
    live.change("a", added)
    growth = MessageGrew("m1", 0, "hello")
    live.grow("a", growth)
    replaced = MessageReplaced(text("he", "m1"), AT)
    await live.change("a", replaced)
    assert store.recorded == [added, growth, replaced]


async def test_text_handed_over_with_a_later_change_is_not_handed_over_again(
    live, store, monkeypatch
):
    monkeypatch.setattr(live_module, "STREAMED_TEXT_SECONDS", 0.001)
    await begun(live)
    live.change("a", MessageAdded(text("", "m1")))
    live.grow("a", MessageGrew("m1", 0, "hello"))
    streaming = live._live["a"].streaming
    await live.change("a", MessageReplaced(text("he", "m1"), AT))
    await streaming
    assert [type(change) for change in store.recorded] == [
        MessageAdded,
        MessageGrew,
        MessageReplaced,
    ]


# ---- saving


async def test_message_arriving_during_the_write_is_not_lost(live, store):
    await begun(live)
    await live.change("a", MessageAdded(text("first")))
    gate = store.hold("save")
    saving = asyncio.create_task(live.save_all())
    await until(lambda: store.asked.count("save") == 2)
    del store.gates["save"]
    live.change("a", MessageAdded(text("second")))
    gate.set()
    await saving
    assert live.unsaved_ids == ["a"]
    await live.save_all()
    assert live.unsaved_ids == []
    assert await kept(store) == ["first", "second"]


async def test_failed_save_stays_owed_says_so_and_is_cleared_by_a_later_one(live, store):
    session = await begun(live)
    failed, saved = Heard(), Heard()
    live.save_failed.connect(failed)
    live.saved.connect(saved)
    await live.change("a", MessageAdded(text()))
    store.refusal = error = full_disk()
    assert not await live.save_all()
    assert failed.calls == [(session, error)]
    assert live.unsaved_ids == ["a"]
    store.refusal = None
    assert await live.save_all()
    assert live.unsaved_ids == []
    assert saved.calls == [(session,)]


async def test_what_is_saved_is_not_saved_again(live, store):
    await begun(live)
    store.saves.clear()
    assert await live.save("a")
    assert store.saves == []


async def test_session_that_is_not_in_memory_is_not_saved(live):
    assert not await live.save("a")


@pytest.mark.expected_log("A session could not be written")
async def test_fault_of_the_program_in_one_chat_does_not_keep_another_from_being_saved(live, store):
    await begun(live, "a")
    await begun(live, "b")
    live.change("a", MessageAdded(text()))
    live.change("b", MessageAdded(text()))
    store.fault = TypeError("a bug")
    failed = Heard()
    live.save_failed.connect(failed)
    assert not await live.save_all()
    assert [error.sentence for _, error in failed.calls] == [
        "This chat cannot be saved because of a fault in the program."
    ] * 2
    store.fault = None
    assert await live.save_all()


async def test_new_session_the_disk_refuses_stays_in_memory_and_is_owed(live, store):
    store.refusal = full_disk()
    session = session_named("a")
    assert isinstance(await live.add(session), StorageError)
    assert await live.obtain("a") is session
    assert live.unsaved_ids == ["a"]


async def test_large_file_that_is_put_off_stays_owed_and_is_no_failure(live, store):
    await begun(live)
    await live.change("a", MessageAdded(text()))
    store.puts_off = True
    assert await live.save_all()
    assert live.unsaved_ids == ["a"]
    assert await live.save_all(now=True)
    assert live.unsaved_ids == []


async def test_save_is_not_put_off_while_the_journal_lacks_a_change(live, store):
    await begun(live)
    store.puts_off = True
    store.refusal = full_disk()
    message = text()
    await live.change("a", MessageAdded(message))
    assert not await live.save_all()
    store.refusal = None
    assert await live.save_all()
    assert live.unsaved_ids == []
    await live.acknowledged(message)


# ---- what other programs save


async def test_what_another_program_saved_comes_in(live, store):
    session = await begun(live)
    store.foreign = session.snapshot()
    theirs = text("theirs")
    store.foreign.apply(MessageAdded(theirs))
    heard = Heard()
    live.changed.connect(heard)
    assert await live.look_again("a")
    assert session.messages == [theirs]
    assert live.unsaved_ids == []
    [(_, change)] = heard.calls
    assert isinstance(change, Merged)


async def test_what_happened_during_a_merge_is_kept_and_owed(live, store):
    session = await begun(live)
    store.foreign = session.snapshot()
    theirs, ours = text("theirs"), text("ours")
    store.foreign.apply(MessageAdded(theirs))
    gate = store.hold("save")
    looking = asyncio.create_task(live.look_again("a"))
    await until(lambda: store.asked.count("save") == 2)
    live.change("a", MessageAdded(ours))
    gate.set()
    await looking
    assert {message.content for message in session.messages} == {"theirs", "ours"}
    assert live.unsaved_ids == ["a"]


async def test_look_the_disk_refused_is_taken_again_with_the_next_save(live, store):
    session = await begun(live)
    store.foreign = session.snapshot()
    store.foreign.apply(MessageAdded(text("theirs")))
    store.refusal = full_disk()
    await live.look_again("a")
    store.refusal = None
    await live.save_all()
    assert [message.content for message in session.messages] == ["theirs"]


async def test_session_that_is_not_in_memory_is_not_looked_at(live):
    assert not await live.look_again("a")


# ---- letting go


async def test_sessions_nobody_uses_are_let_go_of(live):
    for number in range(IDLE_SESSIONS_KEPT + 4):
        await begun(live, f"s{number}")
    live.hold("s0")
    live.change("s1", MessageAdded(text()))
    live.let_go_of_idle("s2")
    names = [f"s{number}" for number in range(IDLE_SESSIONS_KEPT + 4)]
    assert [name for name in names if name not in live] == ["s3"]
    live.release("s0")
    await live.save_all()
    live.let_go_of_idle(None)
    assert sum(name in live for name in names) == IDLE_SESSIONS_KEPT


async def test_withdrawal_waits_for_the_reply_and_saves_what_is_owed(live, store):
    await begun(live)
    live.hold("a")
    withdrawing = asyncio.create_task(live.withdraw("a"))
    await asyncio.sleep(0)
    live.change("a", MessageAdded(text("the last words")))
    assert not withdrawing.done()
    live.release("a")
    await withdrawing
    assert "a" not in live
    assert store.saves[-1] == "a"
    assert await kept(store) == ["the last words"]


async def test_withdrawal_saves_what_came_while_it_saved(live, store):
    await begun(live)
    live.change("a", MessageAdded(text("first")))
    gate = store.hold("save")
    withdrawing = asyncio.create_task(live.withdraw("a"))
    await until(lambda: store.asked.count("save") == 2)
    live.change("a", MessageAdded(text("second")))
    gate.set()
    await withdrawing
    assert await kept(store) == ["first", "second"]


async def test_withdrawal_is_refused_while_the_disk_refuses_what_is_owed(live, store):
    session = await begun(live)
    live.change("a", MessageAdded(text()))
    store.refusal = full_disk()
    with pytest.raises(StorageError):
        await live.withdraw("a")
    assert await live.obtain("a") is session


async def test_withdrawal_waits_for_a_loader(live, store):
    await store.save(session_named("a"))
    gate = store.hold("read")
    loading = asyncio.create_task(live.obtain("a"))
    await until(lambda: "read" in store.asked)
    withdrawing = asyncio.create_task(live.withdraw("a"))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(loading, withdrawing)
    assert "a" not in live


async def test_withdrawn_session_can_be_taken_back(live):
    session = await begun(live)
    withdrawn = await live.withdraw("a")
    live.take_back(withdrawn)
    assert await live.obtain("a") is session


async def test_nothing_is_withdrawn_where_nothing_is(live):
    assert await live.withdraw("a") is None


async def test_text_still_on_its_way_does_not_bring_a_withdrawn_session_back(live, store):
    await begun(live)
    live.change("a", MessageAdded(text("", "m1")))
    live.grow("a", MessageGrew("m1", 0, "hello"))
    streaming = live._live["a"].streaming
    await live.withdraw("a")
    await store.delete("a")
    with pytest.raises(asyncio.CancelledError):
        await streaming
    assert await store.read("a") is None


async def test_closing_hands_no_more_text_over(live):
    await begun(live)
    live.change("a", MessageAdded(text("", "m1")))
    live.grow("a", MessageGrew("m1", 0, "hello"))
    streaming = live._live["a"].streaming
    live.close()
    with pytest.raises(asyncio.CancelledError):
        await streaming


async def test_save_whose_waiter_was_cancelled_takes_in_what_others_saved(live, store):
    session = await begun(live)
    session.apply(MessageAdded(text("mine")))
    store.foreign = session.snapshot()
    store.foreign.apply(MessageAdded(text("theirs")))
    gate = store.hold("save")
    waiter = asyncio.create_task(live.save_all())
    await until(lambda: store.asked.count("save") == 2)
    waiter.cancel()
    gate.set()
    await until(lambda: [one.content for one in session.messages] == ["mine", "theirs"])


async def test_session_let_go_while_its_save_waited_is_not_written_over_its_successor(live, store):
    session = await begun(live)
    other = await begun(live, "b")
    other.apply(MessageAdded(text()))
    gate = store.hold("save")
    first = asyncio.create_task(live.save("b"))
    await until(lambda: store.asked.count("save") == 3)
    second = asyncio.create_task(live.look_again("a"))
    await asyncio.sleep(0)
    assert live.forget_unless_owed("a")
    again = await live.obtain("a")
    again.apply(MessageAdded(text("newer")))
    saved = store.saves.count("a")
    gate.set()
    await asyncio.gather(first, second)
    assert store.saves.count("a") == saved
    assert session is not again
