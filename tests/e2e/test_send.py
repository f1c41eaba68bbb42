"""`chatapp send`: the real program, a real model server, real files."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def talking(program, llama):
    """The program, set up to talk to the real server."""
    program.configure(llama.base_url, llama.model)
    return program


def words(program, session_id):
    """The roles and texts of a session's file."""
    return [
        (message["role"], message["content"]) for message in program.session(session_id)["messages"]
    ]


@pytest.mark.row("M01", "M04", "L04", "D06", "M12")
def test_reply_on_the_screen_is_what_the_model_said_and_what_the_file_holds(talking, llama):
    sent = talking.run("send", "--session", "user_1_abc", "Hello there")
    assert (sent.returncode, sent.stderr) == (0, "")
    assert sent.stdout == llama.spoken + "\n"
    kept = talking.session("user_1_abc")
    assert [message["content"] for message in kept["messages"]] == ["Hello there", llama.spoken]
    reply = kept["messages"][1]["metadata"]
    assert reply["status"] == "complete"
    assert reply["model"] == "local/tiny"
    assert reply["usage"]["completion_tokens"] > 1
    assert reply["processing_time_ms"] > 0
    assert reply["tools_used"] == []


def test_reply_streams_word_by_word(talking, llama):
    sending = talking.start("send", "Tell me of the sea")
    first = sending.stdout.read(10)  # the reply is endless: this comes while it is not over
    assert llama.endless.startswith(first)
    assert sending.poll() is None


@pytest.mark.row("M12")
def test_json_answer_is_one_object(talking, llama):
    sent = talking.run("send", "--json", "--session", "abc", "Hello")
    answer = json.loads(sent.stdout)
    assert sent.returncode == 0
    assert list(answer) == ["session_id", "reply", "model", "usage", "status"]
    assert answer["session_id"] == "abc"
    assert answer["reply"] == llama.spoken
    assert answer["model"] == "local/tiny"
    assert answer["usage"]["completion_tokens"] > 1
    assert answer["status"] == "complete"


@pytest.mark.row("L05", "M19", "T17")
def test_sends_to_one_id_are_one_chat_and_the_same_words_count_twice(talking, llama):
    for _ in range(3):
        assert talking.run("send", "--session", "chat_x_2025-01-01", "yes").returncode == 0
    assert words(talking, "chat_x_2025-01-01") == [("user", "yes"), ("assistant", llama.spoken)] * 3
    assert len(talking.session_files()) == 1


@pytest.mark.row("L06", "L07")
def test_send_without_an_id_makes_a_chat_that_is_like_any_other(talking, llama):
    answer = json.loads(talking.run("send", "--json", "Hello").stdout)
    assert answer["reply"] == llama.spoken
    assert words(talking, answer["session_id"]) == [("user", "Hello"), ("assistant", llama.spoken)]
    talking.run("send", "--session", "named", "Hello")
    unnamed, named = talking.session(answer["session_id"]), talking.session("named")
    assert list(unnamed) == list(named)
    assert unnamed["title"] == named["title"]
    assert unnamed["stats"] == named["stats"]


@pytest.mark.row("L09", "L17")
def test_chat_that_was_made_by_sending_is_listed(talking):
    talking.run("send", "--session", "made_by_itself", "Hello")
    page = json.loads(talking.run("list", "--json").stdout)
    assert [row["session_id"] for row in page["sessions"]] == ["made_by_itself"]
    assert page["total_sessions"] == 1
    assert page["total_messages"] == 2


def test_model_for_one_message_does_not_change_the_chat(talking, llama):
    talking.run("send", "--session", "abc", "Hello")
    before = talking.session("abc")["metadata"]
    sent = talking.run("send", "--json", "--session", "abc", "--model", "guide/guide", "Hello")
    assert json.loads(sent.stdout)["model"] == "guide/guide"
    assert talking.session("abc")["metadata"] == before
    again = talking.run("send", "--json", "--session", "abc", "Hello")
    assert json.loads(again.stdout)["model"] == "local/tiny"


def test_text_can_come_from_standard_input(talking):
    talking.run("send", "--session", "piped", "-", typed="two\nlines\n")
    assert words(talking, "piped")[0] == ("user", "two\nlines\n")


def test_nothing_is_not_sent(talking):
    sent = talking.run("send", "  \n")
    assert (sent.returncode, sent.stdout) == (1, "")
    assert sent.stderr == "There is nothing to send.\n"
    assert talking.session_files() == []


@pytest.mark.row("S06")
def test_two_sends_in_two_chats_at_once_do_not_mix(talking, llama):
    sea = talking.start("send", "--session", "left", "Tell me of the harbour")
    other = talking.start("send", "--session", "right", "Hello")
    assert sea.communicate(timeout=60)[0] == llama.long + "\n"
    assert other.communicate(timeout=60)[0] == llama.spoken + "\n"
    assert words(talking, "left") == [("user", "Tell me of the harbour"), ("assistant", llama.long)]
    assert words(talking, "right") == [("user", "Hello"), ("assistant", llama.spoken)]


@pytest.mark.row("S06")
def test_two_sends_in_one_chat_at_once_keep_both(talking, llama):
    both = [talking.start("send", "--session", "one", text) for text in ("first", "second")]
    for sending in both:
        assert sending.communicate(timeout=60)[0] == llama.spoken + "\n"
    kept = words(talking, "one")
    assert sorted(kept) == sorted(
        [("user", "first"), ("user", "second"), *[("assistant", llama.spoken)] * 2]
    )


def test_fresh_machine_answers_with_the_guide(program):
    sent = program.run("send", "--json", "Where are my files?")
    answer = json.loads(sent.stdout)
    assert sent.returncode == 0
    assert answer["model"] == "guide/guide"
    assert answer["usage"] is None
    assert "not a language model" in answer["reply"]
