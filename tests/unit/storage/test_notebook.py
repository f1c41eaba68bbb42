"""Drafts and the like: read once, written whole, never at the cost of a damaged file."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import given

import strategies
from chatapp.storage import notebook as notebook_module
from chatapp.storage.notebook import Notebook


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "drafts.json"


async def test_what_is_set_is_there_after_a_restart(path):
    notebook = Notebook(path)
    notebook.set("a", {"text": "Grüße"})
    assert notebook.get("a") == {"text": "Grüße"}
    await notebook.save()
    assert Notebook(path).get("a") == {"text": "Grüße"}
    assert "Grüße" in path.read_text()


def test_what_nobody_set_is_the_default(path):
    assert Notebook(path).get("a") is None
    assert Notebook(path).get("a", 7) == 7


async def test_none_forgets_a_key(path):
    notebook = Notebook(path)
    notebook.set("a", 1)
    notebook.set("a", None)
    notebook.set("b", None)
    await notebook.save()
    assert json.loads(path.read_text()) == {}


def test_keys_are_those_with_a_value(path):
    notebook = Notebook(path)
    notebook.set("a", 1)
    notebook.set("b", 2)
    notebook.set("a", None)
    assert notebook.keys == ["b"]


async def test_two_windows_keep_what_each_other_wrote(path):
    one, other = Notebook(path), Notebook(path)
    one.set("a", "of the one")
    await one.save()
    other.set("b", "of the other")
    await other.save()
    assert json.loads(path.read_text()) == {"a": "of the one", "b": "of the other"}
    other.set("b", None)
    await other.save()
    assert json.loads(path.read_text()) == {"a": "of the one"}


async def test_file_that_went_away_is_written_anew_as_a_whole(path):
    notebook = Notebook(path)
    notebook.set("a", 1)
    await notebook.save()
    path.unlink()
    notebook.set("b", 2)
    await notebook.save()
    assert json.loads(path.read_text()) == {"a": 1, "b": 2}


async def test_nothing_is_written_where_nothing_changed(path):
    notebook = Notebook(path)
    await notebook.save()
    assert not path.exists()
    notebook.set("a", 1)
    await notebook.save()
    path.unlink()
    notebook.set("a", 1)
    await notebook.save()
    assert not path.exists()


async def test_refused_write_is_tried_again(path, monkeypatch):
    def refuse(*args):
        raise OSError(28, "No space left on device")

    notebook = Notebook(path)
    notebook.set("a", 1)
    with monkeypatch.context() as patch:
        patch.setattr(notebook_module, "replace_file", refuse)
        await notebook.save()
    await notebook.save()
    assert Notebook(path).get("a") == 1


async def test_what_is_set_during_a_write_is_written_next(path, monkeypatch):
    real = notebook_module.replace_file
    notebook = Notebook(path)
    notebook.set("a", 1)

    def write(target, chunks):
        notebook.set("a", 2)
        real(target, chunks)

    with monkeypatch.context() as patch:
        patch.setattr(notebook_module, "replace_file", write)
        await notebook.save()
    await notebook.save()
    assert Notebook(path).get("a") == 2


async def test_second_save_returns_only_when_the_first_is_done(path):
    notebook = Notebook(path)
    notebook.set("a", 1)
    first = asyncio.create_task(notebook.save())
    await asyncio.sleep(0)
    await notebook.save()
    assert path.exists()
    await first


async def test_half_a_character_in_a_draft_costs_only_itself(path):
    notebook = Notebook(path)
    notebook.set("a", "x\ud83d")
    await notebook.save()
    assert Notebook(path).get("a") == "x?"


@given(strategies.json_objects)
def test_any_values_survive(tmp_path_factory, values):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.unlink(missing_ok=True)
    notebook = Notebook(path)
    for key, value in values.items():
        notebook.set(key, value)
    asyncio.run(notebook.save())
    kept = Notebook(path)
    assert all(kept.get(key) == value for key, value in values.items())


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[1]", b"\xff", b"[" * 100_000],
    ids=["empty", "cut", "list", "bytes", "deep"],
)
def test_damaged_file_is_put_aside_unchanged(path, raw):
    path.parent.mkdir()
    path.write_bytes(raw)
    assert Notebook(path).get("a") is None
    assert path.with_suffix(".damaged.json").read_bytes() == raw
    assert not path.exists()


def test_damaged_file_that_cannot_be_put_aside_does_not_stop_the_start(path, monkeypatch):
    def refuse(*args):
        raise OSError(30, "Read-only file system")

    path.parent.mkdir()
    path.write_bytes(b"{")
    monkeypatch.setattr(Path, "replace", refuse)
    assert Notebook(path).get("a") is None
    assert path.read_bytes() == b"{"
