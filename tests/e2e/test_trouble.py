"""What goes wrong is said in one sentence, and nothing is lost or touched."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys

import pytest

from chatapp.cli.parser import build_parser
from real.http_server import Response, fake_server, sse

# What no file name may be made of, on any system. (NUL cannot even be an argument.)
UNSAFE_IDS = (
    "../../x",
    "/etc/passwd",
    "..\\x",
    "a/b",
    "a\\b",
    "C:\\x",
    "x" * 300,
    "CON",
    "nul",
    "com1",
    "x.",
    ".",
    "..",
    "x.json",
    "",
    " ",
    "a b",
    "a\nb",
    "é",
    "~x",
    "%2e%2e",
)
COMMANDS_WITH_IDS = (
    ("send", "--session", "{}", "Hello"),
    ("chat", "--session", "{}"),
    ("show", "{}"),
    ("rename", "{}", "title"),
    ("tag", "{}", "tag"),
    ("archive", "{}"),
    ("delete", "{}"),
    ("restore", "{}"),
    ("export", "{}", "--format", "json", "-o", "out"),
    ("--session", "{}"),
)


def tree(folder):
    """Every path below a folder, with its bytes if it is a file."""
    return {
        path: path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))
    }


def assert_one_sentence(text):
    """One line for a person: no traceback, no path, no class name."""
    assert text.count("\n") == 1
    assert text.endswith((".\n", "?\n"))
    assert "Traceback" not in text
    assert "Error" not in text
    assert os.sep + "tmp" not in text


@pytest.mark.row("T25", "S01", "L21")
@pytest.mark.parametrize("command", COMMANDS_WITH_IDS, ids=lambda command: command[0])
def test_unsafe_ids_are_refused_and_nothing_is_touched(program, tmp_path, command):
    program.data.mkdir()
    before = tree(tmp_path)
    for unsafe in UNSAFE_IDS:
        with pytest.raises(SystemExit) as refused:
            build_parser().parse_args([part.format(unsafe) for part in command])
        assert refused.value.code == 2
    refused = program.run(*(part.format("../../x") for part in command))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "That is not a session id." in refused.stderr
    assert tree(tmp_path) == before


@pytest.mark.row("T25", "S01")
@pytest.mark.parametrize("unsafe", UNSAFE_IDS)
def test_sending_to_an_unsafe_id_touches_nothing(program, tmp_path, unsafe):
    (tmp_path / "x").write_text("beside the data")
    before = tree(tmp_path)
    assert program.run("send", "--session", unsafe, "Hello").returncode == 2
    assert tree(tmp_path) == before


@pytest.mark.row("T25", "S01")
def test_unsafe_id_inside_a_conversation_is_refused(program, tmp_path):
    program.data.mkdir()
    outside = tmp_path / "x.json"
    outside.write_text('{"session_id": "x", "messages": []}')
    talked = program.run("chat", typed="/open ../../x\n/open \0\n/open " + "y" * 300 + "\n")
    assert talked.returncode == 1
    assert talked.stderr.count("That is not a session id.") == 3
    assert program.session_files() == []


@pytest.mark.row("T25", "D06")
def test_safe_ids_of_other_front_ends_are_taken_as_they_are(program):
    for session_id in (
        "user_1_abc",
        "chat_x_2025-01-01",
        "123",
        "0f8fad5b-d9cb-469f-a165-70867728",
    ):
        assert program.run("send", "--session", session_id, "Hello").returncode == 0
        assert program.session(session_id)["session_id"] == session_id


@pytest.mark.row("M05", "T13", "S03")
def test_wrong_key_is_said_and_the_key_stands_nowhere(program, llama_with_key):
    program.configure(llama_with_key.base_url, llama_with_key.model, "TEST_MODEL_KEY")
    wrong = "sk-wrong-canary-987654321"
    sent = program.run(
        "send", "--session", "abc", "Hello", environ={**os.environ, "TEST_MODEL_KEY": wrong}
    )
    assert (sent.returncode, sent.stdout) == (1, "")
    assert_one_sentence(sent.stderr)
    assert "key" in sent.stderr
    kept = program.session("abc")
    user, failed = kept["messages"]
    assert user["content"] == "Hello"
    assert failed["content"] == ""  # nothing was put into the model's mouth
    assert failed["metadata"]["has_error"]
    assert failed["metadata"]["error_message"]
    assert kept["stats"]["errors"] == len(kept["errors"]) == 1
    assert all(wrong.encode() not in data for data in tree(program.data).values() if data)
    right = program.run(
        "send",
        "--session",
        "abc",
        "Hello again",
        environ={**os.environ, "TEST_MODEL_KEY": llama_with_key.api_key},
    )
    assert right.stdout == llama_with_key.spoken + "\n"


@pytest.mark.row("M05", "M01")
def test_refused_connection_is_said_and_the_message_is_kept(program):
    with socket.socket() as listener:  # bound but not listening: refuses
        listener.bind(("127.0.0.1", 0))
        program.configure(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", "tiny")
        sent = program.run("send", "--json", "--session", "abc", "Hello")
    assert sent.returncode == 1
    assert_one_sentence(sent.stderr)
    answer = json.loads(sent.stdout)
    assert (answer["reply"], answer["usage"], answer["status"]) == ("", None, "failed")
    assert program.session("abc")["messages"][0]["content"] == "Hello"


def test_unknown_provider_is_said(program):
    sent = program.run("send", "--session", "abc", "--model", "nobody/nothing", "Hello")
    assert (sent.returncode, sent.stdout) == (1, "")
    assert sent.stderr.count("\n") == 1
    assert "nobody" in sent.stderr
    assert program.session("abc")["messages"][0]["content"] == "Hello"


async def test_reply_that_is_no_stream_is_said(program):
    page = Response(
        [b"<html><h1>Welcome to the router</h1></html>"], headers={"content-type": "text/html"}
    )
    async with fake_server(page) as server:
        program.configure(f"{server.url}/v1", "tiny")
        sent = await asyncio.to_thread(program.run, "send", "--session", "abc", "Hello")
    assert (sent.returncode, sent.stdout) == (1, "")
    assert_one_sentence(sent.stderr)
    assert program.session("abc")["messages"][0]["content"] == "Hello"


@pytest.mark.row("M02")
async def test_cut_off_reply_is_kept_and_said(program):
    cut = sse({"choices": [{"index": 0, "delta": {"content": "Half a"}}]})
    async with fake_server(cut) as server:
        program.configure(f"{server.url}/v1", "tiny")
        sent = await asyncio.to_thread(program.run, "send", "--session", "abc", "Hello")
    assert (sent.returncode, sent.stdout) == (1, "Half a\n")
    assert sent.stderr.count("\n") == 1
    reply = program.session("abc")["messages"][1]
    assert (reply["content"], reply["metadata"]["status"]) == ("Half a", "truncated")


@pytest.mark.row("S03")
async def test_reply_cannot_steer_the_terminal(program):
    hostile = "red \x1b[31m title \x1b]0;owned\x07 8bit \x9b2J back\rspace\b\n\ttab"
    end = "[DONE]"
    reply = sse(
        {"choices": [{"index": 0, "delta": {"content": hostile}, "finish_reason": "stop"}]}, end
    )
    async with fake_server(reply) as server:
        program.configure(f"{server.url}/v1", "tiny")
        sent = await asyncio.to_thread(program.run, "send", "--session", "abc", "--json", hostile)
    assert json.loads(sent.stdout)["reply"] == hostile
    program.run("rename", "abc", hostile)
    shown = [program.run(*words) for words in (("show", "abc"), ("list",), ("search", "red"))]
    raw = [
        program.run(*words, "--json") for words in (("show", "abc"), ("list",), ("search", "red"))
    ]
    for output in [sent, *shown, *raw]:
        steering = {c for c in output.stdout + output.stderr if ord(c) < 32 or 127 <= ord(c) < 160}
        assert steering <= {"\n", "\t"}
    assert json.loads(raw[0].stdout)["messages"][1]["content"] == hostile


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('default_model = "a/b"\n[[providers]\n', "line 2"),
        ('[[providers]]\nname = "x"\nkind = "telepathy"\n', "line 3: kind"),
        ("default_model = 7\n", "line 1: default_model"),
        ('[[providers]]\nname = "x"\n', "needs “kind”"),
    ],
)
def test_malformed_settings_name_line_and_key(program, text, said):
    config = program.data / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(text)
    sent = program.run("send", "Hello")
    assert (sent.returncode, sent.stdout) == (1, "")
    assert sent.stderr.count("\n") == 1
    assert said in sent.stderr
    assert program.session_files() == []
    listed = program.run("list", "--json")  # which needs no model
    assert (listed.returncode, json.loads(listed.stdout)["total_sessions"]) == (0, 0)
    assert said in listed.stderr
    assert config.read_text() == text


@pytest.mark.row("T10")
@pytest.mark.parametrize("damaged", [b'{"session_id": "broken", "mess', b"", b"\0" * 4096, b"[1]"])
def test_damaged_file_is_listed_with_its_reason_and_stays_as_it_is(program, damaged):
    path = program.data / "sessions" / "2026-02-09" / "broken.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(damaged)
    program.run("send", "--session", "sound", "Hello")
    page = json.loads(program.run("list", "--json").stdout)
    rows = {row["session_id"]: row for row in page["sessions"]}
    assert set(rows) == {"broken", "sound"}
    assert "file" in rows["broken"]["damage"]
    assert "damage" not in rows["sound"]
    assert rows["broken"]["damage"] in program.run("list").stdout
    for words in (("show", "broken"), ("send", "--session", "broken", "Hello")):
        refused = program.run(*words)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert_one_sentence(refused.stderr)
    exported = program.run("export", "--all", "--format", "json", "-o", str(program.data / "out"))
    assert exported.returncode == 1
    assert "broken" in exported.stderr
    assert len(list((program.data / "out").iterdir())) == 1
    assert path.read_bytes() == damaged


@pytest.mark.row("D05", "T21")
@pytest.mark.skipif(sys.platform != "linux", reason="permissions are of another kind there")
def test_folder_without_write_permission_is_said(program):
    program.run("send", "--session", "abc", "Hello")
    killed = program.start("send", "--session", "abc", "Hello")  # leaves a journal behind
    killed.stdout.read(20)
    killed.kill()
    killed.wait()
    before = tree(program.data)
    places = [program.data, *program.data.rglob("*")]
    for place in places:
        place.chmod(0o500 if place.is_dir() else 0o400)
    if os.geteuid() == 0:  # whom permissions stop only without this capability
        program.launcher = ("setpriv", "--bounding-set", "-dac_override")
    refused = program.run("send", "--session", "new", "Hello")
    listed = program.run("list", "--json")
    for place in places:
        place.chmod(0o700 if place.is_dir() else 0o600)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert_one_sentence(refused.stderr)
    assert (listed.returncode, json.loads(listed.stdout)["total_sessions"]) == (0, 1)
    assert tree(program.data) == before
