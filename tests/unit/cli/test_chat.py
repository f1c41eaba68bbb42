from __future__ import annotations

import asyncio
import os
import signal
from collections import deque

import pytest

from chatapp.cli.chat import TerminalChat
from chatapp.cli.output import OutputRefused
from chatapp.cli.reply_printer import ReplyPrinter
from chatapp.domain.errors import ProviderError, ProviderErrorKind, SessionNotFound
from chatapp.domain.message import Status
from chatapp.domain.stream import End
from fakes import until


class Typist:
    """Gives lines, and does what stands between them; an exception is raised."""

    def __init__(self, *lines, is_terminal=True):
        self.is_terminal = is_terminal
        self._lines = deque(lines)

    def read(self):
        line = self._lines.popleft() if self._lines else None
        if isinstance(line, BaseException):
            raise line
        return line


@pytest.fixture
def talk(core, capsys):
    """Types lines into a chat; gives the status and what was written."""

    async def run(*lines, session_id=None, is_terminal=True):
        status = await TerminalChat(core, Typist(*lines, is_terminal=is_terminal), session_id).run()
        return status, *capsys.readouterr()

    return run


async def texts(core, session_id):
    return [message.content for message in await core.manager.get_messages(session_id)]


async def newest(core):
    return (await core.manager.list_sessions()).sessions[0]


@pytest.mark.row("L06", "L17")
async def test_what_is_typed_is_said_in_one_chat(core, scripted, talk):
    scripted.add("Hello.")
    scripted.add("Goodbye.")
    status, out, err = await talk("Hi", "", "Bye")
    assert (status, out) == (0, "Hello.\nGoodbye.\n")
    session = await newest(core)
    assert await texts(core, session.session_id) == ["Hi", "Hello.", "Bye", "Goodbye."]
    assert session.user_name == "Ada"
    assert f"chatapp chat --session {session.session_id}" in err
    assert core.manager.unsaved_ids == []


async def test_leaving_without_a_word_makes_no_chat(core, talk):
    status, out, err = await talk()
    assert (status, out) == (0, "")
    assert err == "scripted/scripted · /help shows what else can be typed.\n"
    assert len(core.manager.catalogue) == 0


async def test_pipe_gets_the_replies_alone(scripted, talk):
    scripted.add("One.")
    assert await talk("Hi", is_terminal=False) == (0, "One.\n", "")


async def test_failure_in_a_pipe_is_said_and_kept_as_the_status(scripted, talk):
    error = ProviderError(ProviderErrorKind.CONNECTION, "It was refused.", "Is it on?")
    scripted.add(End(Status.FAILED, error))
    scripted.add("Back.")
    said = await talk("Hi", "Hi again", is_terminal=False)
    assert said == (1, "Back.\n", "It was refused. Is it on?\n")


async def test_unknown_id_is_made_with_the_first_word(core, scripted, talk):
    await talk(session_id="deep_link")
    assert await core.manager.get_session("deep_link") is None
    await talk("Hi", session_id="deep_link")
    assert len(await texts(core, "deep_link")) == 2


async def test_known_chat_shows_where_it_was(talk, chats):
    _, out, err = await talk(session_id="two")
    assert "About pears" in err
    assert "── You" in out
    assert "── scripted/scripted" in out


async def test_control_c_at_the_prompt_only_says_how_to_leave(talk):
    status, _, err = await talk(KeyboardInterrupt(), "/quit", "never said")
    assert status == 0
    assert "Ctrl-D leaves." in err


async def test_control_c_stops_the_reply_and_the_talk_goes_on(core, scripted, talk):
    scripted.add("Half a", asyncio.Event())
    scripted.add("Whole.")

    async def interrupt():
        await until(lambda: scripted.playing)
        await until(lambda: len(core.manager.catalogue) and core.manager.unsaved_ids)
        await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGINT)

    interrupting = asyncio.create_task(interrupt())
    status, out, err = await talk("Hi", "Again")
    await interrupting
    assert status == 0
    assert out.endswith("Whole.\n")
    assert "Stopped. What arrived is kept." in err


@pytest.mark.row("D10")
async def test_program_that_is_told_to_end_does_not_ask_for_more(core, scripted, talk):
    scripted.add("Half a", asyncio.Event())

    async def end():
        await until(lambda: scripted.playing)
        await core.conversation.close()

    ending = asyncio.create_task(end())
    status, _, err = await talk("Hi", "never said", is_terminal=False)
    await ending
    assert (status, err) == (1, "Interrupted. What arrived is kept.\n")
    assert (await texts(core, (await newest(core)).session_id))[0] == "Hi"
    assert (await newest(core)).total_messages == 2


async def test_reader_that_left_ends_the_talk(core, talk, monkeypatch):
    def refuse(self, _session_id, _message):
        self.refused = OutputRefused()

    monkeypatch.setattr(ReplyPrinter, "_on_message_changed", refuse)
    with pytest.raises(OutputRefused):
        await talk("Hi", "never said")
    assert (await newest(core)).user_messages == 1


async def test_help_names_every_command(talk):
    _, _, err = await talk("/help")
    assert all(word in err for word in ("/new", "/open", "/retry", "/quit"))


async def test_line_that_looks_like_a_command_is_not_said(core, talk):
    status, _, err = await talk("/nonsense", is_terminal=False)
    assert (status, err) == (1, "/nonsense is no command. /help shows them.\n")
    assert len(core.manager.catalogue) == 0


async def test_path_is_no_command(core, talk):
    await talk("/etc/passwd is a file")
    assert (await newest(core)).preview == "/etc/passwd is a file"


@pytest.mark.row("L18")
async def test_new_chat_leaves_the_old_one_in_the_list(core, talk):
    await talk("First", "/new", "Second")
    page = await core.manager.list_sessions()
    assert sorted(summary.preview for summary in page.sessions) == ["First", "Second"]


async def test_list_marks_the_chat_we_are_in(talk, chats):
    _, _, err = await talk("/list", session_id="TWO")
    assert [line[:8] for line in err.splitlines()[-5:-2]] == ["  three ", "* two  2", "  one  2"]


async def test_list_of_nothing_says_so(talk):
    assert "There are no chats yet." in (await talk("/list"))[2]


@pytest.mark.row("T24")
async def test_opened_chat_is_the_one_that_goes_on(core, talk, chats):
    await talk("/open one", "Said after opening", session_id="two")
    assert (await texts(core, "one"))[2] == "Said after opening"
    assert len(await texts(core, "two")) == 2


async def test_unknown_and_unsafe_ids_are_not_opened(core, talk):
    _, _, err = await talk("/open nobody", "/open ../../x", "/open \0", "/open", is_terminal=False)
    assert err.count("There is no chat with this id.") == 1
    assert err.count("That is not a session id.") == 3
    with pytest.raises(SessionNotFound):
        await core.manager.load_session("nobody")


async def test_title_and_model_belong_to_the_chat(core, talk, chats):
    _, _, err = await talk("/title Orchard", "/model guide/guide", "/model", session_id="one")
    session = await core.manager.get_session("one")
    assert session.title == "Orchard"
    assert session.metadata["model"] == "guide/guide"
    assert err.count("guide/guide") == 2


async def test_unknown_model_is_not_chosen(core, talk, chats):
    _, _, err = await talk("/model nobody/x", session_id="one", is_terminal=False)
    assert "nobody" in err
    assert "model" not in (await core.manager.get_session("one")).metadata


async def test_retry_asks_again(core, scripted, talk):
    scripted.add("First try.")
    scripted.add("Second try.")
    _, out, _ = await talk("Hi", "/retry")
    assert out == "First try.\nSecond try.\n"
    session = await newest(core)
    assert await texts(core, session.session_id) == ["Hi", "Second try."]
