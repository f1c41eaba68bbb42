"""`chatapp chat` in a real terminal and in a pipe, with a real model server."""

from __future__ import annotations

import json
import signal
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a pseudo-terminal")
CONTROL_C, CONTROL_D, ARROW_UP = "\x03", "\x04", "\x1b[A"
PROMPT = "› "
END_OF_REPLY = "done.\r\n"


@pytest.fixture
def chatting(program, llama):
    """The program in a terminal, at its first prompt."""
    program.configure(llama.base_url, llama.model)
    with program.start_in_terminal("chat", "--session", "abc") as terminal:
        terminal.wait_for(PROMPT)
        yield terminal


def texts(program):
    return [(m["content"], m["metadata"].get("status")) for m in program.session("abc")["messages"]]


@pytest.mark.row("L17", "M19", "M01")
def test_conversation_in_a_terminal(program, chatting, llama):
    chatting.type("Hello there\r")
    assert llama.spoken.replace("\n", "\r\n") in chatting.wait_for(END_OF_REPLY)
    chatting.wait_for(PROMPT)
    assert texts(program) == [("Hello there", None), (llama.spoken, "complete")]
    chatting.type(ARROW_UP)  # the earlier line is recalled
    chatting.wait_for("Hello there")
    chatting.type(" again\r")
    chatting.wait_for(END_OF_REPLY)
    chatting.wait_for(PROMPT)
    assert texts(program)[2] == ("Hello there again", None)
    chatting.type(CONTROL_D)
    chatting.wait_for("chatapp chat --session abc")
    assert chatting.process.wait(timeout=30) == 0
    assert chatting.is_as_found()


def test_control_c_stops_the_reply_and_the_talk_goes_on(program, chatting, llama):
    chatting.type("Tell me of the sea\r")
    chatting.wait_for(llama.endless[:40])
    chatting.type(CONTROL_C)
    chatting.wait_for("Stopped. What arrived is kept.")
    chatting.wait_for(PROMPT)
    chatting.type("Hello\r")
    chatting.wait_for(END_OF_REPLY)
    chatting.wait_for(PROMPT)
    (_, first), (stopped, how), _, (whole, last) = texts(program)
    assert (first, how, last) == (None, "cancelled", "complete")
    assert stopped.startswith(llama.endless[:40])
    assert whole == llama.spoken


def test_control_c_at_the_prompt_loses_the_line_and_says_how_to_leave(program, chatting):
    chatting.type("never said")
    chatting.wait_for("never said")
    chatting.type(CONTROL_C)
    chatting.wait_for("Ctrl-D leaves.")
    chatting.wait_for(PROMPT)
    chatting.type(CONTROL_D)
    assert chatting.process.wait(timeout=30) == 0
    assert program.session_files() == []


@pytest.mark.row("D10")
def test_told_to_end_at_the_prompt_it_ends_and_leaves_the_terminal_as_it_was(chatting):
    chatting.process.send_signal(signal.SIGTERM)
    assert chatting.process.wait(timeout=30) == 0
    assert chatting.is_as_found()


@pytest.mark.row("D10", "M02")
def test_told_to_end_in_the_middle_of_a_reply_it_saves_and_asks_for_no_more(
    program, chatting, llama
):
    chatting.type("Tell me of the sea\r")
    chatting.wait_for(llama.endless[:40])
    chatting.process.send_signal(signal.SIGTERM)
    assert chatting.process.wait(timeout=30) == 0
    reply, status = texts(program)[-1]
    assert status == "interrupted"
    assert reply.startswith(llama.endless[:40])


@pytest.mark.row("M01", "M02")
def test_killed_at_the_prompt_everything_is_there(program, chatting, llama):
    chatting.type("Hello there\r")
    chatting.wait_for(END_OF_REPLY)  # what ends the line says that the reply is durable
    chatting.process.kill()
    chatting.process.wait()
    kept = json.loads(program.run("show", "abc", "--json").stdout)["messages"]
    assert [message["content"] for message in kept] == ["Hello there", llama.spoken]
    assert kept[1]["metadata"]["status"] == "complete"


def test_pipe_says_each_line_in_turn(program, llama):
    program.configure(llama.base_url, llama.model)
    talked = program.run("chat", "--session", "abc", typed="One\n\nTwo\n")
    assert (talked.returncode, talked.stderr) == (0, "")
    assert talked.stdout == f"{llama.spoken}\n" * 2
    assert [text for text, _ in texts(program)[::2]] == ["One", "Two"]
