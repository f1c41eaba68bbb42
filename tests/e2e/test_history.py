"""What a model is told: all of its own chat, nothing of any other."""

from __future__ import annotations

import asyncio

import pytest

from real.http_server import fake_server, json_response, sse

REPLY = sse(
    {"choices": [{"index": 0, "delta": {"content": "Noted."}, "finish_reason": "stop"}]}, "[DONE]"
)


async def send(program, session_id, text):
    sent = await asyncio.to_thread(program.run, "send", "--session", session_id, text)
    assert (sent.returncode, sent.stdout) == (0, "Noted.\n")


@pytest.mark.row("M10", "T22", "T18")
async def test_follow_up_brings_the_whole_chat_even_after_a_restart(program):
    async with fake_server(REPLY) as server:
        program.configure(f"{server.url}/v1", "tiny")
        await send(program, "abc", "My name is Ada")
        await send(program, "abc", "What is it?")
        told = [(m["role"], m["content"]) for m in server.requests[-1].json["messages"]]
    assert told == [("user", "My name is Ada"), ("assistant", "Noted."), ("user", "What is it?")]


@pytest.mark.row("M11")
async def test_nothing_of_another_chat_is_told(program):
    async with fake_server(REPLY) as server:
        program.configure(f"{server.url}/v1", "tiny")
        await send(program, "first", "The secret word is xylophone")
        await send(program, "second", "What is the secret word?")
        assert b"xylophone" in server.requests[0].body
        assert b"xylophone" not in server.requests[1].body
        assert len(server.requests[1].json["messages"]) == 1


@pytest.mark.row("T17")
async def test_same_words_twice_are_sent_twice(program):
    async with fake_server(REPLY) as server:
        program.configure(f"{server.url}/v1", "tiny")
        await send(program, "abc", "yes")
        await send(program, "abc", "yes")
        users = [m["content"] for m in server.requests[-1].json["messages"] if m["role"] == "user"]
    assert users == ["yes", "yes"]


@pytest.mark.row("M05", "T13")
async def test_failed_reply_is_there_after_a_restart_and_can_be_retried(program):
    refused = json_response({"error": {"message": "no model in here"}}, status=400)
    async with fake_server(refused) as server:
        program.configure(f"{server.url}/v1", "tiny")
        sent = await asyncio.to_thread(program.run, "send", "--session", "abc", "Hello")
        assert (sent.returncode, sent.stdout) == (1, "")
        failed = program.session("abc")["messages"][1]
        assert (failed["content"], failed["metadata"]["has_error"]) == ("", True)
        shown = await asyncio.to_thread(program.run, "show", "abc")
        assert failed["metadata"]["error_message"] in shown.stdout
    async with fake_server(REPLY) as server:
        program.configure(f"{server.url}/v1", "tiny")
        retried = await asyncio.to_thread(program.run, "chat", "--session", "abc", typed="/retry\n")
        assert (retried.returncode, retried.stdout) == (0, "Noted.\n")
        assert [m["content"] for m in server.requests[-1].json["messages"]] == ["Hello"]
    assert [m["content"] for m in program.session("abc")["messages"]] == ["Hello", "Noted."]
