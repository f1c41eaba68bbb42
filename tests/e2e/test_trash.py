"""What is removed for good is nowhere below the data folder, and nothing goes too early."""

from __future__ import annotations

import json

import pytest

from real.waiting import eventually

CANARY = "Zwillingsquittenmus"
SECOND = "grobkörniges"


def holders(program, word):
    """The files below the data folder in which the bytes of a word stand, in any case."""
    wanted = word.lower().encode()
    return [
        path
        for path in program.data.rglob("*")
        if path.is_file() and wanted in path.read_bytes().lower()
    ]


def delete_long_ago(program, session_id):
    """Delete a chat, and have its name say that this was years ago."""
    assert program.run("delete", session_id).returncode == 0
    (path,) = (program.data / "sessions" / ".trash").rglob(f"{session_id}.*.json")
    return path.rename(path.with_name(f"{session_id}.20200101T120000000000Z.json"))


@pytest.mark.row("L10", "S03")
def test_words_of_an_emptied_chat_are_nowhere_below_the_data_folder(program):
    program.run("send", "--session", "other", f"I like {SECOND} bread")
    for text in (CANARY, f"More {CANARY} please"):
        assert program.run("send", "--session", "secret", text).returncode == 0
    program.run("rename", "secret", f"On {CANARY}")
    drafts = program.data / "state" / "drafts.json"
    drafts.write_text(json.dumps({"secret": f"and {CANARY}", "other": "draft"}))
    assert program.run("search", CANARY).stdout
    program.run("delete", "secret")
    # The index keeps the words of what was deleted: the test would be blind without this.
    assert {path.parts[-2] for path in holders(program, CANARY)} >= {"cache", "state"}
    emptied = program.run("trash", "--empty", "--yes")
    assert (emptied.returncode, emptied.stderr) == (0, "The trash was emptied.\n")
    assert holders(program, CANARY) == []
    assert program.run("search", CANARY).stdout == ""
    assert program.run("restore", "secret").returncode == 1
    # Others lost nothing.
    assert SECOND in program.run("search", SECOND).stdout
    assert json.loads(drafts.read_text()) == {"other": "draft"}


@pytest.mark.row("L10")
def test_window_counts_days_and_removes_only_what_it_saw_lie_there(program, display):
    for session_id in ("old", "young", "unseen"):
        program.run("send", "--session", session_id, "Hello")
    old = delete_long_ago(program, "old")
    program.run("delete", "young")
    delete_long_ago(program, "unseen")
    seen = {"looked_at": "2020-01-01T12:00:00.000000Z", "index_owed": False}
    days = {f"{old.parent.name}/{old.name}": 30}
    state = program.data / "state" / "trash.json"
    state.write_text(json.dumps({**seen, "days": days}))
    program.environ = display.environment()
    program.start()
    eventually(lambda: not old.exists())
    left = json.loads(program.run("trash", "--json").stdout)
    assert {entry["session_id"] for entry in left} == {"young", "unseen"}
