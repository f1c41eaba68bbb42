"""The commands that look after chats, each as a process of its own, with Qt hidden."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile

import pytest

from chatapp.cli.commands import COMMANDS
from real.program import Program

HIDDEN = ("PySide6", "shiboken6", "qasync")
SEE_MODULES = (
    "import atexit, sys\natexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))\n"
)


@pytest.fixture
def program(program, tmp_path):
    """The program on a machine without Qt and without a display."""
    site = tmp_path / "site"
    site.mkdir()
    hiding = "import sys\n" + "".join(f"sys.modules[{name!r}] = None\n" for name in HIDDEN)
    (site / "sitecustomize.py").write_text(hiding)
    bare = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    bare.pop("QT_QPA_PLATFORM", None)
    program.environ = {**bare, "PYTHONPATH": str(site)}
    return program


@pytest.fixture(scope="module")
def three_chats_made(tmp_path_factory):
    """A data folder with three chats, each one exchange with the guide; the last is the newest."""
    program = Program(tmp_path_factory.mktemp("made") / "data")
    for session_id, text in (("one", "About apples"), ("two", "About pears"), ("three", "Plums")):
        assert program.run("send", "--session", session_id, text).returncode == 0
    return program.data


@pytest.fixture
def three_chats(program, three_chats_made):
    """The program on a copy of that folder."""
    shutil.copytree(three_chats_made, program.data)
    return program


def listed(program, *options):
    """The ids in the list, in its order."""
    page = json.loads(program.run("list", "--json", *options).stdout)
    return [row["session_id"] for row in page["sessions"]]


def test_every_command_explains_itself(program):
    for command in COMMANDS:
        explained = program.run(command.name, "--help")
        assert explained.returncode == 0
        assert explained.stdout.startswith(f"usage: chatapp {command.name}")


def test_wrong_usage_is_status_2(program):
    for wrong in (
        ["nonsense"],
        ["list", "--limit", "-1"],
        ["list", "--from", "soon"],
        ["show"],
        ["export"],
    ):
        refused = program.run(*wrong)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "usage:" in refused.stderr
    assert not program.data.exists()


def test_without_a_command_and_without_a_display_one_sentence_names_the_terminal(program):
    refused = program.run()
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert "chatapp chat" in refused.stderr


def test_without_a_command_and_without_qt_one_sentence_names_the_terminal(program):
    program.environ["QT_QPA_PLATFORM"] = "offscreen"
    refused = program.run()
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert "Qt" in refused.stderr
    assert "chatapp chat" in refused.stderr


def test_list_loads_neither_qt_nor_http(program, tmp_path):
    (tmp_path / "site" / "sitecustomize.py").write_text(SEE_MODULES)
    program.environ.pop("COVERAGE_PROCESS_CONFIG", None)  # measuring loads modules of its own
    seen = program.run("list").stderr.split()
    assert "chatapp.cli.commands.browse" in seen
    assert not {"PySide6", "qasync", "httpx", "keyring"} & set(seen)


@pytest.mark.row("L16", "L09")
def test_list_is_newest_activity_first_and_only_sending_moves_a_chat(three_chats):
    assert listed(three_chats) == ["three", "two", "one"]
    three_chats.run("show", "one")
    three_chats.run("export", "one", "--format", "json", "-o", str(three_chats.data / "x.json"))
    assert listed(three_chats) == ["three", "two", "one"]
    three_chats.run("send", "--session", "one", "Again")
    assert listed(three_chats) == ["one", "three", "two"]
    assert listed(three_chats, "--limit", "1", "--offset", "1") == ["three"]


@pytest.mark.row("M08", "U05")
def test_numbers_of_the_list_equal_a_recount(three_chats):
    three_chats.run("send", "--session", "two", "More")
    page = json.loads(three_chats.run("list", "--json", "--limit", "2").stdout)
    files = [json.loads(path.read_bytes()) for path in three_chats.session_files()]
    assert page["total_sessions"] == page["sessions_today"] == len(files) == 3
    assert page["sessions_this_week"] == 3
    assert page["total_messages"] == sum(len(file["messages"]) for file in files) == 8
    assert (page["limit"], page["offset"], len(page["sessions"])) == (2, 0, 2)
    for row in page["sessions"]:
        (file,) = (file for file in files if file["session_id"] == row["session_id"])
        for key in ("total_messages", "user_messages", "assistant_messages", "errors"):
            assert row[key] == file["stats"][key]
        assert row["preview"] == file["messages"][0]["content"]
        assert set(row) == {
            *("session_id", "title", "user_name", "started_at", "last_updated", "type"),
            *("total_messages", "user_messages", "assistant_messages", "errors"),
            *("preview", "tags"),
        }
    stats = json.loads(three_chats.run("stats", "--json").stdout)
    assert stats["total_messages"] == 8
    assert stats["user_messages"] == stats["assistant_messages"] == 4


@pytest.mark.row("D06", "D07", "L17")
def test_show_as_json_is_the_file(three_chats):
    (path,) = (path for path in three_chats.session_files() if path.stem == "two")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", path.parent.name)
    assert three_chats.run("show", "two", "--json").stdout == path.read_text(encoding="utf-8")
    assert list(json.loads(path.read_bytes())) == [
        *("session_id", "user_name", "started_at", "last_updated", "title"),
        *("messages", "metadata", "stats", "errors"),
    ]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_show_as_text_names_the_speakers(three_chats):
    text = three_chats.run("show", "one").stdout
    assert "You · " in text
    assert "About apples" in text
    assert "guide" in text


@pytest.mark.row("L08")
@pytest.mark.parametrize("words", [("show",), ("rename", "t"), ("tag", "t"), ("archive",)])
def test_unknown_id_is_said_and_makes_nothing(program, words):
    name, *rest = words
    refused = program.run(name, "nobody", *rest)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert program.session_files() == []


def test_beginning_of_an_id_is_no_id(three_chats):
    assert three_chats.run("show", "thr").returncode == 1
    assert three_chats.run("delete", "thr").returncode == 1
    assert listed(three_chats) == ["three", "two", "one"]


@pytest.mark.row("L11", "U09")
def test_title_is_there_after_a_restart(three_chats):
    assert three_chats.run("rename", "one", "Orchard").returncode == 0
    assert three_chats.session("one")["title"] == "Orchard"
    assert "Orchard" in three_chats.run("list").stdout


@pytest.mark.row("U09")
def test_tags_are_kept_and_filter(three_chats):
    assert three_chats.run("tag", "one", "fruit", "red", "fruit").returncode == 0
    three_chats.run("tag", "two", "fruit")
    assert three_chats.run("tag", "one").stdout == "fruit\nred\n"
    assert listed(three_chats, "--tag", "fruit") == ["two", "one"]
    three_chats.run("tag", "one", "--remove", "fruit")
    assert listed(three_chats, "--tag", "fruit") == ["two"]


@pytest.mark.row("L14")
def test_archived_chat_leaves_the_list_and_is_found_by_the_filter(three_chats):
    assert three_chats.run("archive", "two").returncode == 0
    assert listed(three_chats) == ["three", "one"]
    assert listed(three_chats, "--archived") == ["two"]
    assert three_chats.run("archive", "two", "--undo").returncode == 0
    assert listed(three_chats) == ["three", "two", "one"]


@pytest.mark.row("L10", "L17")
def test_deleted_chat_is_gone_once_and_comes_back_byte_for_byte(three_chats):
    (path,) = (path for path in three_chats.session_files() if path.stem == "two")
    before = path.read_bytes()
    assert three_chats.run("delete", "two").returncode == 0
    assert not path.exists()
    assert listed(three_chats) == ["three", "one"]
    again = three_chats.run("delete", "two", "one")
    assert again.returncode == 1
    assert "two" in again.stderr
    assert listed(three_chats) == ["three"]  # the other one was deleted all the same
    trashed = json.loads(three_chats.run("trash", "--json").stdout)
    assert [entry["session_id"] for entry in trashed] == ["one", "two"]
    assert three_chats.run("restore", "two").returncode == 0
    assert path.read_bytes() == before
    assert three_chats.run("restore", "two").returncode == 1


@pytest.mark.row("U10")
def test_search_finds_messages_in_every_chat(three_chats):
    three_chats.run("send", "--session", "three", "Pears again")
    three_chats.run("archive", "two")
    hits = json.loads(three_chats.run("search", "PEARS about", "--json").stdout)
    assert [hit["session_id"] for hit in hits] == ["two"]
    assert {"session_id", "message_id", "timestamp", "snippet"} <= set(hits[0])
    assert hits[0]["message_id"] == three_chats.session("two")["messages"][0]["metadata"]["id"]
    found = json.loads(three_chats.run("search", "pears", "--json").stdout)
    assert {hit["session_id"] for hit in found} == {"two", "three"}
    nothing = three_chats.run("search", "nowhere to be found", "--json")
    assert (nothing.returncode, json.loads(nothing.stdout)) == (0, [])


@pytest.mark.row("U12", "L17", "D07")
def test_one_chat_is_exported_to_a_file(three_chats, tmp_path):
    page, copy = tmp_path / "two.md", tmp_path / "two.json"
    assert three_chats.run("export", "two", "--format", "markdown", "-o", str(page)).returncode == 0
    assert "About pears" in page.read_text(encoding="utf-8")
    assert three_chats.run("export", "two", "--format", "json", "-o", str(copy)).returncode == 0
    assert json.loads(copy.read_bytes()) == three_chats.session("two")


@pytest.mark.row("U12", "U16")
def test_several_chats_are_exported_to_a_folder_or_an_archive(three_chats, tmp_path):
    folder, archive = tmp_path / "out", tmp_path / "out.zip"
    three_chats.run("archive", "one")
    assert three_chats.run("export", "--all", "--format", "json", "-o", str(folder)).returncode == 0
    names = sorted(path.name for path in folder.iterdir())
    assert [name[11:] for name in names] == ["one.json", "three.json", "two.json"]
    wanted = ("export", "one", "two", "--format", "markdown", "-o", str(archive))
    assert three_chats.run(*wanted).returncode == 0
    with zipfile.ZipFile(archive) as packed:
        assert [name[11:] for name in packed.namelist()] == ["one.md", "two.md"]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("~")) == []


@pytest.mark.parametrize(
    "words",
    [("--format", "papyrus", "-o", "{}/x"), ("--format", "json", "-o", "{}/missing/folder/x")],
)
def test_export_that_cannot_be_written_is_said(three_chats, tmp_path, words):
    refused = three_chats.run("export", "one", *(word.format(tmp_path) for word in words))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1


def test_models_lists_the_guide_and_marks_the_default(program):
    models = json.loads(program.run("models", "--json").stdout)
    assert [(model["model"], model["default"]) for model in models] == [("guide/guide", True)]
    assert program.run("models").stdout == "guide/guide  (default)\n"


def test_models_of_the_real_server_are_listed(program, llama):
    program.configure(llama.base_url, llama.model)
    assert "local/tiny  (default)" in program.run("models").stdout.splitlines()


@pytest.mark.row("S04")
def test_two_data_folders_see_nothing_of_each_other(three_chats, tmp_path):
    elsewhere = ("--data-dir", str(tmp_path / "elsewhere"))
    assert json.loads(three_chats.run(*elsewhere, "list", "--json").stdout)["total_sessions"] == 0
    three_chats.run("send", *elsewhere, "--session", "mine", "Hello")
    assert listed(three_chats, *elsewhere) == ["mine"]
    assert listed(three_chats) == ["three", "two", "one"]
    assert json.loads(three_chats.run("search", *elsewhere, "apples", "--json").stdout) == []
