"""Chats are backed up by hand and by themselves, and come back from a backup by a merge."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from real.waiting import eventually

GOLDEN = Path(__file__).parents[1] / "data" / "sessions"
KEY = "sk-canary-0b5c"


def said(program, session_id):
    return [message["content"] for message in program.session(session_id)["messages"]]


@pytest.mark.row("D18", "S03")
def test_library_that_is_lost_comes_back_from_a_backup(program):
    for session_id, text in (("one", "About apples"), ("two", "About pears")):
        program.run("send", "--session", session_id, text)
    (program.data / "config").mkdir(exist_ok=True)
    config = program.data / "config" / "config.toml"
    config.write_text(f'[[providers]]\nname = "x"\nkind = "openai"\napi_key = "{KEY}"\n')
    made = program.run("backup")
    assert made.returncode == 0, made.stderr
    path = program.data / "backups" / made.stdout.strip().rpartition("/")[2]
    with zipfile.ZipFile(path) as archive:
        assert all(KEY.encode() not in archive.read(name) for name in archive.namelist())
    before = {path.stem: path.read_bytes() for path in program.session_files()}
    shutil.rmtree(program.data / "sessions")
    program.run("send", "--session", "three", "About plums")
    tried = program.run("backup", "--restore", str(path), "--dry-run")
    assert "2 new, 0 merged, 0 unchanged" in tried.stderr
    assert [path.stem for path in program.session_files()] == ["three"]
    assert program.run("backup", "--restore", str(path)).returncode == 0
    after = {path.stem: path.read_bytes() for path in program.session_files()}
    assert {name: after[name] for name in before} == before
    assert set(after) == {"one", "two", "three"}
    again = program.run("backup", "--restore", str(path))
    assert "0 new, 0 merged, 2 unchanged" in again.stderr


@pytest.mark.row("D18")
def test_restore_keeps_what_was_said_since(program):
    program.run("send", "--session", "one", "About apples")
    path = program.data.with_name("copy.zip")
    assert program.run("backup", "-o", str(path)).returncode == 0
    program.run("send", "--session", "one", "And their pips")
    since = said(program, "one")
    assert program.run("backup", "--restore", str(path)).returncode == 0
    assert said(program, "one") == since


@pytest.mark.row("D18", "U17")
def test_open_window_backs_up_by_itself(program, display):
    program.run("send", "--session", "one", "About apples")
    program.environ = display.environment()
    program.start()
    found = eventually(lambda: list((program.data / "backups").glob("chatapp-*.zip")))
    (member,) = (name for name in zipfile.ZipFile(found[0]).namelist() if name.endswith("one.json"))
    kept = json.loads(zipfile.ZipFile(found[0]).read(member))
    assert kept["messages"][0]["content"] == "About apples"


@pytest.mark.row("D03")
@pytest.mark.parametrize("name", ["without-ids", "second-precision", "sparse"])
def test_file_of_an_earlier_form_goes_on_and_is_kept_as_it_was(program, name):
    raw = (GOLDEN / f"{name}.json").read_bytes()
    session_id = json.loads(raw).get("session_id", name)
    path = program.data / "sessions" / "2026-02-09" / f"{session_id}.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(raw)
    assert program.run("send", "--session", session_id, "And now?").returncode == 0
    assert "And now?" in said(program, session_id)
    kept = [file.read_bytes() for file in (program.data / "state" / "backup").rglob("*.json")]
    assert kept == [raw]


@pytest.mark.row("D03")
def test_file_of_a_later_form_is_refused_and_stays_as_it_is(program):
    path = program.data / "sessions" / "2026-02-09" / "later.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"format": 99, "session_id": "later", "messages": []}')
    before = path.read_bytes()
    refused = program.run("send", "--session", "later", "Hello")
    assert refused.returncode == 1
    assert "newer version" in refused.stderr
    assert path.read_bytes() == before
