from __future__ import annotations

import zipfile

import pytest

from chatapp.domain.errors import ExportError


async def test_one_chat_becomes_a_file(terminal, chats, tmp_path):
    target = tmp_path / "one.md"
    assert (await terminal("export", "one", "--format", "markdown", "-o", str(target))).status == 0
    assert "About apples" in target.read_text(encoding="utf-8")


async def test_one_chat_goes_into_a_folder_that_is_there(terminal, chats, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    await terminal("export", "one", "--format", "json", "-o", str(folder))
    assert [path.name for path in folder.iterdir()] == ["2026-02-09-one.json"]


async def test_all_chats_become_an_archive(terminal, chats, tmp_path):
    target = tmp_path / "all.ZIP"
    assert (await terminal("export", "--all", "--format", "json", "-o", str(target))).status == 0
    with zipfile.ZipFile(target) as archive:
        assert len(archive.namelist()) == 3


async def test_chat_that_cannot_be_exported_is_named(terminal, chats, tmp_path):
    folder = str(tmp_path / "out")
    outcome = await terminal("export", "nobody", "one", "--format", "json", "-o", folder)
    assert (outcome.status, outcome.err) == (1, "nobody: There is no chat with this id.\n")
    assert len(list((tmp_path / "out").iterdir())) == 1


async def test_unknown_format_is_an_error(terminal, chats, tmp_path):
    with pytest.raises(ExportError, match="papyrus"):
        await terminal("export", "one", "--format", "papyrus", "-o", str(tmp_path / "x"))
