"""A question is durable before it is asked; a reply is kept however it ends."""

from __future__ import annotations

import asyncio

import pytest

from chatapp.domain.changes import MessagesRemoved
from chatapp.domain.errors import (
    ChatAppError,
    ProviderError,
    ProviderErrorKind,
    SessionNotFound,
    SettingsError,
    StorageError,
)
from chatapp.domain.message import Status
from chatapp.domain.stream import End, ReasoningDelta, TextDelta
from chatapp.kit.tasks import Tasks
from chatapp.providers.scripted import ScriptedProvider
from chatapp.services.conversation import CONTINUE, Conversation
from chatapp.sessions import SessionManager
from chatapp.settings.config import Settings
from fakes import FakeClock, Heard, SlowStore, full_disk, until

FORGOTTEN_KEY = ProviderError(
    ProviderErrorKind.AUTHENTICATION,
    "The server refuses the key.",
    "Check it.",
    status=401,
    detail="server says: sk-canary, hello, /home/ada",
)


class OneModel:
    """Every model is the scripted provider's, but `nowhere/…`."""

    def __init__(self, provider):
        self.provider = provider
        self.asked = []
        self.limit = None
        self.limit = None

    async def context_length(self, _name):
        return self.limit

    def resolve(self, name):
        self.asked.append(name)
        if name.startswith("nowhere/"):
            raise SettingsError("There is no provider “nowhere”.", "Add it.")
        return self.provider, name.partition("/")[2]


class Program:
    """The parts of a program that talk."""

    def __init__(self, folder, store=None):
        self.store = store or SlowStore()
        self.tasks = Tasks()
        self.faults = Heard()
        self.tasks.failed.connect(self.faults)
        self.clock = FakeClock()
        self.manager = SessionManager(self.store, clock=self.clock, tasks=self.tasks)
        self.provider = ScriptedProvider()
        self.models = OneModel(self.provider)
        settings = Settings(folder / "config.toml")
        self.conversation = Conversation(
            self.manager, self.models, settings, self.tasks, self.clock
        )
        self.send = self.conversation.send

    async def asking(self, text="hello", session_id="a"):
        """A question whose reply waits in the middle: its task and the gate."""
        gate = asyncio.Event()
        self.provider.add("half ", gate, "whole")
        sending = asyncio.create_task(self.send(text, session_id=session_id))
        await until(lambda: self.words(session_id or self.manager.current_id) == "half ")
        return sending, gate

    def words(self, session_id="a"):
        live = self.manager._live._live.get(session_id)
        return live.session.messages[-1].content if live and live.session.messages else None

    async def messages(self, session_id="a"):
        return [
            (message.role, message.content)
            for message in await self.manager.get_messages(session_id)
        ]

    async def restarted(self, folder):
        """Another program over what this one saved."""
        await self.conversation.close()
        await self.manager.close()
        program = Program(folder, self.store)
        await program.manager.open()
        return program


@pytest.fixture
async def program(tmp_path):
    program = Program(tmp_path)
    await program.manager.open()
    yield program
    await program.conversation.close()
    await program.tasks.close()
    assert program.faults.calls == []


def asked(request):
    return [(message.role, message.content) for message in request.messages]


# ---- sending


async def test_reply_is_what_the_provider_said_and_is_complete(program):
    program.provider.add("Hello, ", "you.")
    reply = await program.send("hello", session_id="a")
    assert (reply.content, reply.status) == ("Hello, you.", Status.COMPLETE)
    assert await program.messages() == [("user", "hello"), ("assistant", "Hello, you.")]
    assert (await program.store.read("a")).messages[-1] == reply


@pytest.mark.row("M01")
async def test_request_goes_out_only_when_the_message_is_durable(program):
    await program.manager.ensure_session_exists("a")
    gate = program.store.hold("record")
    sending = asyncio.create_task(program.send("hello", session_id="a"))
    await until(lambda: program.words() == "hello")
    await asyncio.sleep(0.01)
    assert program.provider.requests == []
    gate.set()
    await sending
    assert len(program.provider.requests) == 1


@pytest.mark.row("M01")
async def test_nothing_is_sent_while_the_disk_refuses_the_message(program):
    program.store.refusal = full_disk()
    with pytest.raises(StorageError, match="full"):
        await program.send("hello", session_id="a")
    assert program.provider.requests == []
    assert await program.messages() == [("user", "hello")]
    assert not program.conversation.is_streaming("a")


async def test_message_the_disk_refused_can_be_asked_again_when_there_is_room(program):
    program.store.refusal = full_disk()
    with pytest.raises(StorageError):
        await program.send("hello", session_id="a")
    with pytest.raises(StorageError):
        await program.conversation.retry("a")
    program.store.refusal = None
    await program.conversation.retry("a")
    assert [asked(request) for request in program.provider.requests] == [[("user", "hello")]]


@pytest.mark.row("L06")
async def test_message_without_an_id_goes_to_the_current_chat_or_a_new_one(program):
    await program.send("one")
    current = program.manager.current_id
    await program.send("two")
    assert await program.manager.message_count(current) == 4


async def test_first_words_become_the_title_and_later_ones_do_not(program):
    await program.send("# A trip to Rome", session_id="a")
    await program.send("And to Naples", session_id="a")
    assert (await program.manager.get_session("a")).title == "A trip to Rome"


async def test_words_without_a_word_give_no_title(program):
    await program.send("---", session_id="a")
    assert (await program.manager.get_session("a")).title is None


@pytest.mark.row("M10", "T22")
async def test_request_holds_all_earlier_turns_also_after_a_restart(program, tmp_path):
    program.provider.add("one")
    await program.send("first", session_id="a")
    again = await program.restarted(tmp_path)
    again.provider.add("two")
    await again.send("second", session_id="a")
    assert asked(again.provider.requests[0]) == [
        ("user", "first"),
        ("assistant", "one"),
        ("user", "second"),
    ]


@pytest.mark.row("T18")
async def test_hundred_and_twenty_turns_are_all_there_after_a_restart(program, tmp_path):
    for number in range(120):
        await program.send(str(number), session_id="a")
    again = await program.restarted(tmp_path)
    assert await again.manager.message_count("a") == 240
    await again.send("and?", session_id="a")
    assert len(again.provider.requests[0].messages) == 241


@pytest.mark.row("M11")
async def test_request_holds_nothing_of_another_chat(program):
    await program.send("the secret word is swan", session_id="a")
    await program.send("hello", session_id="b")
    assert "swan" not in repr(program.provider.requests[1])


@pytest.mark.row("T17")
async def test_same_words_twice_are_stored_and_sent_twice(program):
    for reply in ("one", "two"):
        program.provider.add(reply)
        await program.send("yes", session_id="a")
    assert asked(program.provider.requests[1]).count(("user", "yes")) == 2


@pytest.mark.parametrize(
    ("metadata", "given", "resolved"),
    [
        ({}, None, "guide/guide"),
        ({"model": "local/tiny"}, None, "local/tiny"),
        ({"model": "tiny", "provider": "local"}, None, "local/tiny"),
        ({"model": "meta/llama", "provider": 7}, None, "meta/llama"),
        ({"model": 7}, None, "guide/guide"),
        ({"model": "local/tiny"}, "other/big", "other/big"),
    ],
)
async def test_model_is_the_one_given_else_the_chats_own_else_the_default(
    program, metadata, given, resolved
):
    await program.manager.get_or_create_session("a", metadata=metadata)
    reply = await program.send("hello", session_id="a", model=given)
    assert program.models.asked == [resolved]
    assert reply.model == resolved


@pytest.mark.parametrize(
    ("stored", "sent"), [({"temperature": 0.5}, {"temperature": 0.5}), (None, {}), ("odd", {})]
)
async def test_parameters_of_the_chat_are_sent(program, stored, sent):
    await program.manager.get_or_create_session("a", metadata={"parameters": stored})
    await program.send("hello", session_id="a")
    assert program.provider.requests[0].parameters == sent


# ---- one question at a time


@pytest.mark.row("M16", "P13")
async def test_oldest_turns_are_left_out_of_a_full_context_and_that_is_said(program):
    program.models.limit = 4000
    long = "word " * 1000
    for _ in range(4):
        program.provider.add("ok")
        reply = await program.send(long, session_id="a")
    sent = program.provider.requests[-1].messages
    assert [message.content for message in sent] == [long, "ok", long]
    assert reply.metadata["context"]["left_out"] == 4
    assert reply.metadata["context"]["limit"] == 4000
    assert reply.metadata["context"]["tokens"] <= 4000
    assert reply.metadata["notices"] == [
        "The 4 oldest messages were left out, to fit the 4000 tokens this model reads."
    ]
    assert await program.manager.message_count("a") == 8


async def test_context_size_of_the_chat_comes_before_what_the_server_tells(program):
    program.models.limit = 100_000
    await program.manager.start_new_session(session_id="a")
    await program.manager.update_session("a", metadata={"parameters": {"num_ctx": 4000}})
    program.provider.add("ok")
    reply = await program.send("word " * 2000, session_id="a")
    assert reply.metadata["context"]["limit"] == 4000


async def test_short_chat_asks_no_server_for_its_limit(program):
    program.models.limit = 4000
    program.provider.add("ok")
    reply = await program.send("hello", session_id="a")
    assert "context" not in reply.metadata


async def test_second_question_while_a_reply_arrives_is_refused(program):
    sending, gate = await program.asking()
    for again in (
        program.send("more", session_id="A"),
        program.conversation.retry("a"),
        program.conversation.edit("a", "m1", "x"),
    ):
        with pytest.raises(ChatAppError, match="still arriving"):
            await again
    assert await program.manager.message_count("a") == 2
    gate.set()
    await sending


async def test_second_question_before_the_first_is_durable_is_refused(program):
    await program.manager.ensure_session_exists("a")
    gate = program.store.hold("record")
    first = asyncio.create_task(program.send("one", session_id="a"))
    await until(lambda: program.words() == "one")
    with pytest.raises(ChatAppError, match="still arriving"):
        await program.send("two", session_id="a")
    gate.set()
    await first
    assert len(program.provider.requests) == 1


async def test_question_to_the_current_chat_while_its_reply_arrives_is_refused(program):
    await program.manager.start_new_session(session_id="a")
    sending, gate = await program.asking(session_id=None)
    with pytest.raises(ChatAppError, match="still arriving"):
        await program.send("more")
    gate.set()
    await sending


@pytest.mark.row("S06")
async def test_two_chats_at_once_mix_no_word(program):
    gates = {name: asyncio.Event() for name in "ab"}
    sending = {}
    for name, gate in gates.items():
        steps = [step for number in range(5) for step in (f"{name}{number} ",)]
        program.provider.add(steps[0], gate, *steps[1:])
        sending[name] = asyncio.create_task(program.send(f"ask {name}", session_id=name))
        await until(lambda name=name: program.words(name) == f"{name}0 ")
    for gate in gates.values():
        gate.set()
    for name in "ab":
        assert (await sending[name]).content == "".join(f"{name}{number} " for number in range(5))
        assert (await program.messages(name))[0] == ("user", f"ask {name}")


async def test_reply_arrives_in_its_own_chat_while_another_is_current(program):
    await program.manager.start_new_session(session_id="a")
    sending, gate = await program.asking()
    await program.manager.start_new_session(session_id="b")
    gate.set()
    await sending
    assert (await program.messages("a"))[-1] == ("assistant", "half whole")
    assert await program.messages("b") == []


async def test_view_that_stops_waiting_does_not_stop_the_reply(program):
    sending, gate = await program.asking()
    sending.cancel()
    await asyncio.sleep(0)
    assert program.conversation.is_streaming("a")
    gate.set()
    await until(lambda: not program.conversation.is_streaming("a"))
    assert (await program.manager.last_message("a")).status is Status.COMPLETE


# ---- stopping


async def test_stop_keeps_the_text_and_marks_it(program):
    sending, _ = await program.asking()
    assert program.conversation.stop("A")
    reply = await sending
    assert (reply.content, reply.status) == ("half ", Status.CANCELLED)
    assert (await program.store.read("a")).messages[-1] == reply
    assert program.provider.playing == 0


async def test_second_stop_changes_nothing(program):
    sending, _ = await program.asking()
    gate = program.store.hold("record")
    assert program.conversation.stop("a")
    await asyncio.sleep(0.01)
    assert not program.conversation.stop("a")
    gate.set()
    assert (await sending).status is Status.CANCELLED
    assert not program.conversation.is_streaming("a")
    await program.send("again", session_id="a")


async def test_stop_before_the_request_went_out_sends_none(program):
    program.conversation.reply_started.connect(program.conversation.stop)
    reply = await program.send("hello", session_id="a")
    assert (reply.content, reply.status) == ("", Status.CANCELLED)
    assert program.provider.requests == []


async def test_stop_before_the_message_is_durable_sends_none(program):
    await program.manager.ensure_session_exists("a")
    gate = program.store.hold("record")
    sending = asyncio.create_task(program.send("hello", session_id="a"))
    await until(lambda: program.words() == "hello")
    assert program.conversation.stop("a")
    gate.set()
    assert (await sending).status is Status.CANCELLED
    assert program.provider.requests == []


async def test_provider_that_lingers_after_its_end_can_be_stopped(program):
    class Lingering(ScriptedProvider):
        async def stream(self, request):
            yield TextDelta("all")
            yield End(Status.COMPLETE)
            await asyncio.sleep(60)

    program.models.provider = Lingering()
    sending = asyncio.create_task(program.send("hello", session_id="a"))
    await until(lambda: program.words() == "all")
    program.conversation.stop("a")
    assert (await sending).status is Status.COMPLETE


async def test_nothing_to_stop_says_so(program):
    assert not program.conversation.stop("a")


async def test_chat_that_is_deleted_ends_its_reply_first(program):
    sending, _ = await program.asking()
    assert await program.manager.delete_session("a")
    assert (await sending).status is Status.CANCELLED
    assert await program.manager.get_session("a") is None
    await program.manager.restore_session("a")
    assert (await program.messages())[-1] == ("assistant", "half ")


async def test_chat_deleted_before_its_question_went_out_sends_none(program):
    await program.manager.ensure_session_exists("a")
    gate = program.store.hold("record")
    sending = asyncio.create_task(program.send("hello", session_id="a"))
    await until(lambda: program.words() == "hello")
    deleting = asyncio.create_task(program.manager.delete_session("a"))
    await asyncio.sleep(0)
    gate.set()
    assert await deleting
    assert (await sending).status is Status.CANCELLED
    assert program.provider.requests == []
    assert await program.manager.get_session("a") is None


@pytest.mark.row("D10")
async def test_closing_marks_replies_as_interrupted(program, tmp_path):
    sending, _ = await program.asking()
    await program.conversation.close()
    assert (await sending).status is Status.INTERRUPTED
    await program.manager.close()
    assert (await program.store.read("a")).messages[-1].content == "half "
    with pytest.raises(ChatAppError, match="about to end"):
        await program.send("more", session_id="a")


async def test_message_taken_out_of_view_while_it_arrives_leaves_no_trace(program):
    sending, gate = await program.asking()
    reply = await program.manager.last_message("a")
    program.manager.change("a", MessagesRemoved((reply.id,), reply.timestamp))
    gate.set()
    assert (await sending).content == ""
    assert await program.messages() == [("user", "hello")]


# ---- failing


@pytest.mark.row("T13", "M05")
async def test_failure_is_marked_and_no_words_are_invented(program):
    program.provider.add("half", End(Status.FAILED, FORGOTTEN_KEY))
    reply = await program.send("hello", session_id="a")
    assert (reply.content, reply.status, reply.has_error) == ("half", Status.FAILED, True)
    assert reply.metadata["error_message"] == "The server refuses the key. Check it."
    assert reply.metadata["error_kind"] == "authentication"


@pytest.mark.row("S03")
async def test_noted_error_holds_no_words_no_path_and_no_key(program):
    noted = Heard()
    program.manager.error_noted.connect(noted)
    program.provider.add(End(Status.FAILED, FORGOTTEN_KEY))
    await program.send("hello", session_id="a")
    session = await program.store.read("a")
    assert session.errors == [
        {
            "timestamp": "2026-02-09T12:00:00.000000Z",
            "kind": "authentication",
            "message": "The server refuses the key.",
        }
    ]
    assert session.stats["errors"] == 1
    assert noted.calls == [("a", session.errors[0])]


async def test_unknown_provider_is_a_failed_reply_with_its_reason(program):
    reply = await program.send("hello", session_id="a", model="nowhere/x")
    assert (reply.status, reply.metadata["error_message"]) == (
        Status.FAILED,
        "There is no provider “nowhere”. Add it.",
    )
    [error] = (await program.store.read("a")).errors
    assert error["kind"] == "settings"


async def test_reply_cut_off_without_an_end_is_truncated(program):
    class Abrupt(ScriptedProvider):
        async def stream(self, request):
            yield TextDelta("half")

    program.models.provider = Abrupt()
    reply = await program.send("hello", session_id="a")
    assert (reply.content, reply.status) == ("half", Status.TRUNCATED)


async def test_fault_in_a_provider_is_reported_and_keeps_the_words(program):
    class Broken(ScriptedProvider):
        async def stream(self, request):
            yield TextDelta("half")
            raise RuntimeError("a bug")

    program.models.provider = Broken()
    reply = await program.send("hello", session_id="a")
    assert (reply.content, reply.status) == ("half", Status.FAILED)
    [(_, error)] = program.faults.calls
    program.faults.calls.clear()
    assert str(error) == "a bug"
    assert not program.conversation.is_streaming("a")


async def test_reply_on_a_disk_that_became_full_is_in_memory_and_owed(program):
    sending, gate = await program.asking()
    program.store.refusal = full_disk()
    gate.set()
    assert (await sending).content == "half whole"
    assert program.manager.unsaved_ids == ["a"]
    program.store.refusal = None
    assert await program.manager.save_all()


# ---- retrying


@pytest.mark.row("M05")
async def test_retry_of_a_failed_reply_leaves_nothing_of_it(program):
    program.provider.add(End(Status.FAILED, FORGOTTEN_KEY))
    await program.send("hello", session_id="a")
    program.provider.add("better")
    await program.conversation.retry("a")
    assert await program.messages() == [("user", "hello"), ("assistant", "better")]
    assert asked(program.provider.requests[1]) == [("user", "hello")]
    assert (await program.manager.get_session("a")).branches == []


@pytest.mark.parametrize("first", ["words", ReasoningDelta("thoughts")])
async def test_retry_of_a_reply_with_words_or_thoughts_keeps_it_as_a_branch(program, first):
    program.provider.add(first)
    old = await program.send("hello", session_id="a")
    program.provider.add("better")
    await program.conversation.retry("a")
    session = await program.manager.get_session("a")
    assert [message.id for message in session.branches] == [old.id]
    assert await program.messages() == [("user", "hello"), ("assistant", "better")]


async def test_earlier_version_of_a_reply_comes_back_into_view_and_stays_there(program):
    program.provider.add("one")
    await program.send("hello", session_id="a")
    program.provider.add("two")
    again = await program.conversation.retry("a")
    await program.conversation.show_version("a", again.id, -1)
    assert await program.messages() == [("user", "hello"), ("assistant", "one")]
    assert (await program.store.read("a")).messages[-1].content == "one"
    assert not program.conversation.is_streaming("a")


async def test_version_is_not_changed_under_a_reply_that_arrives(program):
    sending, gate = await program.asking()
    with pytest.raises(ChatAppError, match="still arriving"):
        await program.conversation.show_version("a", "m1", -1)
    gate.set()
    await sending


@pytest.mark.parametrize("messages", [[], ["assistant"]])
async def test_retry_where_nothing_was_asked_says_so_and_changes_nothing(program, messages):
    await program.manager.ensure_session_exists("a")
    for role in messages:
        await program.manager.add_message(role, "hi", session_id="a")
    with pytest.raises(ChatAppError, match="nothing to answer"):
        await program.conversation.retry("a")
    assert await program.messages() == [(role, "hi") for role in messages]
    assert not program.conversation.is_streaming("a")


async def test_unknown_chat_is_neither_retried_nor_edited_nor_resumed(program):
    for ask in (
        program.conversation.retry("nobody"),
        program.conversation.edit("nobody", "m1", "x"),
        program.conversation.resume("nobody"),
    ):
        with pytest.raises(SessionNotFound):
            await ask
    assert len(program.manager.catalogue) == 0


# ---- editing


async def test_edited_message_is_asked_anew_and_the_old_ones_stay_as_a_branch(program):
    for number in range(2):
        await program.send(f"q{number}", session_id="a")
    before = await program.manager.get_messages("a")
    program.provider.add("new reply")
    await program.conversation.edit("a", before[2].id, "new question")
    assert await program.messages() == [
        ("user", "q0"),
        ("assistant", "q0 "),
        ("user", "new question"),
        ("assistant", "new reply"),
    ]
    session = await program.manager.get_session("a")
    assert [message.id for message in session.branches] == [before[2].id, before[3].id]
    assert session.messages[2].parent_id == before[1].id


async def test_first_message_can_be_edited(program):
    await program.send("q", session_id="a")
    [question, _] = await program.manager.get_messages("a")
    await program.conversation.edit("a", question.id, "new")
    assert asked(program.provider.requests[1]) == [("user", "new")]


async def test_only_an_own_message_in_view_can_be_edited(program):
    reply = await program.send("q", session_id="a")
    for message_id in (reply.id, "gone"):
        with pytest.raises(ChatAppError, match="not in view"):
            await program.conversation.edit("a", message_id, "x")
    assert await program.manager.message_count("a") == 2


# ---- resuming


@pytest.mark.row("M02")
async def test_interrupted_reply_goes_on_where_it_broke_off(program, tmp_path):
    sending, _ = await program.asking()
    again = await program.restarted(tmp_path)
    again.provider.add("and whole")
    reply = await again.conversation.resume("a")
    assert (reply.content, reply.status) == ("half and whole", Status.COMPLETE)
    assert reply.id == (await sending).id
    assert asked(again.provider.requests[0]) == [
        ("user", "hello"),
        ("assistant", "half "),
        ("user", CONTINUE),
    ]
    assert await again.manager.message_count("a") == 2


async def test_mark_of_an_error_goes_when_the_reply_is_resumed(program):
    program.provider.add("half", End(Status.FAILED, FORGOTTEN_KEY))
    await program.send("hello", session_id="a")
    reply = await program.conversation.resume("a")
    assert not reply.has_error
    assert {"error_message", "error_kind", "error_detail"}.isdisjoint(reply.metadata)


async def test_reply_without_a_word_is_retried_when_it_is_resumed(program):
    program.provider.add(End(Status.FAILED, FORGOTTEN_KEY))
    await program.send("hello", session_id="a")
    program.provider.add("words")
    await program.conversation.resume("a")
    assert await program.messages() == [("user", "hello"), ("assistant", "words")]


async def test_there_is_nothing_to_resume_after_a_whole_reply_or_none(program):
    await program.manager.ensure_session_exists("empty")
    await program.send("hello", session_id="a")
    for session_id in ("a", "empty"):
        with pytest.raises(ChatAppError, match="no reply to continue"):
            await program.conversation.resume(session_id)


# ---- telling


async def test_beginning_and_end_of_a_reply_are_told(program):
    started, ended = Heard(), Heard()
    program.conversation.reply_started.connect(started)
    program.conversation.reply_ended.connect(ended)
    sending, gate = await program.asking()
    assert started.calls == [("a",)]
    assert program.conversation.is_streaming("A")
    gate.set()
    reply = await sending
    assert ended.calls == [("a", reply)]
    assert not program.conversation.is_streaming("a")


async def test_failed_replies_without_a_word_are_not_sent_again(program):
    program.provider.add(End(Status.FAILED, FORGOTTEN_KEY))
    await program.send("one", session_id="a")
    await program.send("two", session_id="a")
    assert asked(program.provider.requests[1]) == [("user", "one"), ("user", "two")]
