"""`chatapp doctor` on a library with everything wrong, while a window is open on it."""

from __future__ import annotations

import json

from real.waiting import eventually


def examined(program, *options):
    done = program.run("doctor", "--json", *options)
    return done.returncode, {one["file"]: one for one in json.loads(done.stdout)["findings"]}


def test_whole_library_is_examined_and_what_loses_nothing_is_mended(program):
    for session_id in ("one", "two", "three"):
        program.run("send", "--session", session_id, f"I am {session_id}")
    assert examined(program) == (0, {})
    one, three, two = program.session_files()
    day = one.parent.name
    sound = three.read_bytes()
    one.write_text(one.read_text().replace('"total_messages": 2', '"total_messages": 7'))
    copy = two.with_name("two (1).json")
    copy.write_text(two.read_text().replace("I am two", "I was two"))
    cut = three.read_text()
    three.write_text(cut[: cut.index('"role": "assistant"')])
    newer = three.with_name("newer.json")
    newer.write_text('{"format": 99, "session_id": "newer", "messages": []}')
    before = {path: path.read_bytes() for path in program.session_files()}
    status, findings = examined(program)
    names = {f"{day}/{path.name}" for path in (one, three, copy, newer)}
    assert (status, set(findings)) == (1, names)
    assert {path: path.read_bytes() for path in program.session_files()} == before

    status, findings = examined(program, "--repair")
    assert status == 1  # the newer file is not ours to mend
    assert {name for name in names if not findings[name]["repaired"]} == {f"{day}/newer.json"}
    assert program.session("one")["stats"]["total_messages"] == 2
    assert program.session("three")["messages"][0]["content"] == "I am three"
    assert not copy.exists()
    kept = [
        path.read_bytes() for path in (program.data / "sessions" / ".quarantine").rglob("*.json")
    ]
    assert before[three] in kept
    newer.unlink()
    assert examined(program) == (0, {})
    assert sound != three.read_bytes()


def test_doctor_says_where_everything_is_and_works_while_a_window_is_open(program, display):
    program.run("send", "--session", "one", "Hello")
    program.environ = display.environment()
    program.start()
    journal = program.data / "state" / "journal"
    eventually(lambda: list(journal.glob("*.lock")))
    done = program.run("doctor")
    assert done.returncode == 0, done.stdout
    assert f"sessions {program.data / 'sessions'}\n" in done.stdout
    assert done.stderr == "Everything is sound. Chats: 1.\n"
