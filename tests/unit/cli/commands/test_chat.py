from __future__ import annotations

import io
import sys


async def test_lines_of_a_pipe_are_said_in_the_chat_that_was_named(terminal, core, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("One\nTwo\n"))
    talked = await terminal("chat", "--session", "abc")
    assert (talked.status, talked.out) == (0, "One \nTwo \n")
    said = [message.content for message in await core.manager.get_messages("abc", role="user")]
    assert said == ["One", "Two"]
