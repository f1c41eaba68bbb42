"""Files that were there before, made by others or by hand, are read, continued and kept."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from real.http_server import fake_server, sse

GOLDEN = Path(__file__).parents[1] / "data" / "sessions"
# One file leaves out and nulls what it can; that is given its defaults when it is written.
COMPLETE = sorted(path for path in GOLDEN.glob("*.json") if path.stem != "sparse")
DAY = "2026-02-09"
REPLY = sse(
    {"choices": [{"index": 0, "delta": {"content": "Noted."}, "finish_reason": "stop"}]}, "[DONE]"
)


def put(program, document, name):
    """Lay a session file where an earlier run would have."""
    path = program.data / "sessions" / DAY / f"{name}.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def message(number, timestamp):
    role = "assistant" if number % 2 else "user"
    return {"role": role, "content": f"message {number}", "timestamp": timestamp}


@pytest.mark.row("D07", "M06", "U12")
@pytest.mark.parametrize("golden", COMPLETE, ids=lambda path: path.stem)
def test_file_of_any_origin_is_shown_equal_and_not_rewritten(program, golden):
    document = json.loads(golden.read_bytes())
    session_id = document["session_id"]
    path = put(program, document, session_id)
    before = path.read_bytes()
    shown = json.loads(program.run("show", session_id, "--json").stdout)
    copy = program.data / "copy.json"
    wanted = ("export", session_id, "--format", "json", "-o", str(copy))
    assert program.run(*wanted).returncode == 0
    for result in (shown, json.loads(copy.read_bytes())):
        assert {key: result[key] for key in document if key != "stats"} == {
            key: value for key, value in document.items() if key != "stats"
        }
        assert document.get("stats", {}).items() <= result["stats"].items()
    assert path.read_bytes() == before


@pytest.mark.row("D08", "D07", "M06", "L05")
def test_old_chat_goes_on_in_its_first_folder_with_everything_it_had(program):
    document = json.loads((GOLDEN / "unknown-keys.json").read_bytes())
    path = put(program, document, document["session_id"])
    sent = program.run("send", "--session", document["session_id"], "Months later")
    assert sent.returncode == 0
    assert program.session_files() == [path]  # today's folder was not even made
    after = json.loads(path.read_bytes())
    earlier = len(document["messages"])
    assert after["messages"][:earlier] == document["messages"]
    assert [m["role"] for m in after["messages"][earlier:]] == ["user", "assistant"]
    changing = {"messages", "stats", "last_updated", "title"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in document.items() if k not in changing
    }


@pytest.mark.row("D08", "D06")
def test_chat_that_goes_on_after_midnight_stays_in_its_first_folder(program):
    """Two time zones 26 hours apart: what is one day in the first is the next in the second."""
    yesterday = {**program.environ, "TZ": "Etc/GMT+12"}
    today = {**program.environ, "TZ": "Etc/GMT-14"}
    program.run("send", "--session", "late", "Before midnight", environ=yesterday)
    program.run("send", "--session", "late", "After midnight", environ=today)
    program.run("send", "--session", "new", "After midnight", environ=today)
    late, new = sorted(program.session_files(), key=lambda path: path.stem)
    assert (late.stem, new.stem) == ("late", "new")
    assert late.parent.name < new.parent.name
    said = [m["content"] for m in program.session("late")["messages"] if m["role"] == "user"]
    assert said == ["Before midnight", "After midnight"]


@pytest.mark.row("M03", "T19")
def test_messages_of_one_second_keep_their_order(program):
    messages = [message(number, f"{DAY}T21:30:00Z") for number in range(100)]
    put(program, {"session_id": "busy", "messages": messages}, "busy")
    assert program.run("send", "--session", "busy", "message 100").returncode == 0
    shown = json.loads(program.run("show", "busy", "--json").stdout)["messages"]
    assert [m["content"] for m in shown[:101]] == [f"message {number}" for number in range(101)]


@pytest.mark.row("T18", "M10", "T22")
async def test_long_chat_is_kept_and_told_to_the_model_whole(program):
    messages = [message(number, f"{DAY}T21:30:00.{number:06}Z") for number in range(240)]
    put(program, {"session_id": "long", "messages": messages}, "long")
    async with fake_server(REPLY) as server:
        program.configure(f"{server.url}/v1", "tiny")
        await asyncio.to_thread(program.run, "send", "--session", "long", "message 240")
        told = [m["content"] for m in server.requests[-1].json["messages"]]
    assert told == [f"message {number}" for number in range(241)]
    assert len(program.session("long")["messages"]) == 242
