from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import sys

import pytest

from chatapp.cli.output import OutputRefused
from chatapp.domain.errors import ChatAppError, ProviderError, ProviderErrorKind
from chatapp.domain.message import Status
from chatapp.domain.stream import End, Usage
from fakes import until


class Gone(io.StringIO):
    def write(self, _text):
        raise BrokenPipeError


@pytest.mark.row("M12")
async def test_usage_the_server_did_not_tell_is_null(terminal, scripted):
    scripted.add("Hi.")
    sent = await terminal("send", "--json", "--session", "abc", "Hello")
    assert json.loads(sent.out) == {
        "session_id": "abc",
        "reply": "Hi.",
        "model": "scripted/scripted",
        "usage": None,
        "status": "complete",
    }
    scripted.add("Hi.", Usage(prompt_tokens=9))
    sent = await terminal("send", "--json", "--session", "abc", "Hello")
    assert json.loads(sent.out)["usage"] == {"prompt_tokens": 9}


@pytest.mark.row("T13")
async def test_failed_reply_is_an_error_and_no_words(terminal, scripted):
    error = ProviderError(ProviderErrorKind.CONNECTION, "It was refused.")
    scripted.add(End(Status.FAILED, error))
    sent = await terminal("send", "--json", "Hello")
    assert (sent.status, sent.err) == (1, "It was refused.\n")
    assert (json.loads(sent.out)["reply"], json.loads(sent.out)["status"]) == ("", "failed")


async def test_text_comes_from_standard_input(terminal, core, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("from a pipe"))
    await terminal("send", "--session", "abc", "-")
    assert (await core.manager.get_messages("abc"))[0].content == "from a pipe"


async def test_nothing_is_not_sent(terminal, core):
    with pytest.raises(ChatAppError, match="nothing to send"):
        await terminal("send", " ")
    assert len(core.manager.catalogue) == 0


@pytest.mark.row("L06", "L21")
async def test_chat_without_an_id_is_new_and_bears_the_user_s_name(terminal, core):
    first = json.loads((await terminal("send", "--json", "Hello")).out)["session_id"]
    second = json.loads((await terminal("send", "--json", "Hello")).out)["session_id"]
    assert first != second
    assert (await core.manager.get_session(first)).user_name == "Ada"


async def test_reader_that_has_gone_ends_the_command(terminal, core, monkeypatch):
    monkeypatch.setattr(sys, "stdout", Gone())
    with pytest.raises(OutputRefused):
        await terminal("send", "--session", "abc", "Several words to repeat")
    reply = await core.manager.last_message("abc")
    assert reply.status is Status.CANCELLED


async def test_control_c_stops_the_reply_and_says_so(terminal, core, scripted):
    scripted.add("half ", asyncio.Event(), "whole")
    sending = asyncio.create_task(terminal("send", "--session", "abc", "Hello"))
    await until(lambda: core.conversation.is_streaming("abc") and scripted.playing)
    os.kill(os.getpid(), signal.SIGINT)
    sent = await sending
    assert (sent.status, sent.err) == (1, "Stopped. What arrived is kept.\n")
    assert (await core.manager.last_message("abc")).status is Status.CANCELLED
