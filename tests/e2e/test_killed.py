"""However the program ends, what was said is there when it is opened again."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from pathlib import Path

import pytest

from real.http_server import Hold, Response, fake_server
from real.waiting import eventually

SEA = "Tell me of the sea"  # the reply to it has no end


@pytest.fixture
def talking(program, llama):
    """The program, set up to talk to the real server."""
    program.configure(llama.base_url, llama.model)
    return program


def kept_reply(program, session_id):
    """The text of the reply in the session's file, or nothing if there is no file yet."""
    if not program.session_files():
        return ""
    return program.session(session_id)["messages"][-1]["content"]


def shown(program, session_id):
    """The session as the program itself reads it."""
    return json.loads(program.run("show", session_id, "--json").stdout)


def is_beginning_of_endless(text, llama):
    """Whether `text` is what the model says without end, with no word missing or twice."""
    times = len(text) // len(llama.endless) + 1
    return (llama.endless * times).startswith(text)


def assert_goes_on(program, session_id, llama):
    """The chat can be continued as any other, and what was there before stays."""
    before = shown(program, session_id)["messages"]
    assert program.run("send", "--session", session_id, "Hello").stdout == llama.spoken + "\n"
    after = shown(program, session_id)["messages"]
    assert [m["content"] for m in after[:-2]] == [m["content"] for m in before]
    assert after[-1]["content"] == llama.spoken


@pytest.mark.row("M01", "T28")
async def test_message_is_on_disk_before_the_model_is_asked(program):
    """The server answers nothing; the message must be in the file when it is asked."""
    async with fake_server(Response([Hold])) as server:
        program.configure(f"{server.url}/v1", "tiny")
        sending = program.start("send", "--session", "abc", "Only said once")
        async with asyncio.timeout(30):
            while not server.requests:
                await asyncio.sleep(0.01)
        sending.kill()  # SIGKILL: nothing can be tidied up
        sending.wait()
    first = shown(program, "abc")["messages"][0]
    assert (first["role"], first["content"]) == ("user", "Only said once")


@pytest.mark.row("M02", "T28")
def test_killed_in_the_middle_of_a_reply_keeps_what_had_arrived(talking, llama):
    sending = talking.start("send", "--session", "abc", SEA)
    printed = sending.stdout.read(20_000)  # seconds of it
    sending.kill()
    printed += sending.stdout.read()
    sending.wait()
    user, reply = shown(talking, "abc")["messages"]
    assert user["content"] == SEA
    assert reply["metadata"]["status"] == "interrupted"
    assert len(reply["content"]) > 1000
    assert is_beginning_of_endless(reply["content"], llama)
    assert printed.startswith(reply["content"]) or reply["content"].startswith(printed)
    assert "interrupted" in talking.run("show", "abc").stdout
    assert_goes_on(talking, "abc", llama)


@pytest.mark.row("D10")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_in_the_middle_of_a_reply_saves_every_word_shown(talking, llama, number):
    sending = talking.start("send", "--session", "abc", SEA)
    first = sending.stdout.read(100)
    sending.send_signal(number)
    rest, errors = sending.stdout.read(), sending.stderr.read()
    assert (sending.wait(), errors) == (1, "Interrupted. What arrived is kept.\n")
    reply = talking.session("abc")["messages"][-1]
    assert reply["metadata"]["status"] == "interrupted"
    assert first + rest == reply["content"].rstrip("\n") + "\n"
    assert_goes_on(talking, "abc", llama)


@pytest.mark.row("D10")
def test_stopped_with_control_c_keeps_the_reply_as_stopped(talking, llama):
    sending = talking.start("send", "--session", "abc", SEA)
    first = sending.stdout.read(100)
    sending.send_signal(signal.SIGINT)
    rest, errors = sending.stdout.read(), sending.stderr.read()
    assert (sending.wait(), errors) == (1, "Stopped. What arrived is kept.\n")
    reply = talking.session("abc")["messages"][-1]
    assert reply["metadata"]["status"] == "cancelled"
    assert first + rest == reply["content"].rstrip("\n") + "\n"


def test_reader_that_leaves_stops_the_reply_and_is_not_complained_about(talking):
    sending = talking.start("send", "--session", "abc", SEA)
    sending.stdout.read(100)
    sending.stdout.close()
    assert sending.wait(timeout=30) == 1
    assert sending.stderr.read() == ""
    assert talking.session("abc")["messages"][-1]["metadata"]["status"] == "cancelled"


def test_list_into_a_reader_that_has_left_is_quiet(program):
    program.run("send", "--session", "abc", "Hello")
    listing = program.start("list")
    listing.stdout.close()
    assert listing.wait(timeout=30) in (0, 1)
    assert listing.stderr.read() == ""


def test_full_disk_behind_standard_output_is_said(program):
    program.run("send", "--session", "abc", "Hello")
    with Path("/dev/full").open("w") as full:
        listing = subprocess.run(
            program._command(("list",)),
            stdout=full,
            stderr=subprocess.PIPE,
            env=program._environment(None),
            encoding="utf-8",
        )
    assert (listing.returncode, listing.stderr) == (1, "The output could not be written.\n")


@pytest.mark.row("T24")
def test_opened_chat_that_goes_on_is_saved_to_its_own_file_and_no_other(talking, llama):
    for session_id in ("old", "other"):
        talking.run("send", "--session", session_id, "Hello")
    untouched = {p: p.read_bytes() for p in talking.session_files() if p.stem == "other"}
    chat = talking.start("chat", "--session", "other")
    chat.stdin.write("/open old\nSaid after opening\n")
    chat.stdin.flush()
    eventually(lambda: len(talking.session("old")["messages"]) == 4 and kept_reply(talking, "old"))
    chat.kill()
    chat.wait()
    assert shown(talking, "old")["messages"][2]["content"] == "Said after opening"
    assert {p: p.read_bytes() for p in untouched} == untouched
    assert len(talking.session_files()) == 2
