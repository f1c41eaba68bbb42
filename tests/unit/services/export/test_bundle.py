from __future__ import annotations

import stat
import zipfile

import pytest

from chatapp.domain.errors import ExportError, StorageError
from chatapp.services.export import EXPORTERS
from chatapp.services.export.bundle import export_sessions
from chatapp.sessions import SessionManager
from chatapp.storage.memory import MemoryStore
from fakes import FakeClock


@pytest.fixture
async def manager():
    manager = SessionManager(MemoryStore(), clock=FakeClock(), exporters=EXPORTERS)
    await manager.open()
    for session_id in ("one", "TWO"):
        await manager.add_message("user", f"I am {session_id}", session_id=session_id)
    yield manager
    await manager.close()


@pytest.mark.row("U12")
async def test_folder_holds_a_file_for_each(manager, tmp_path):
    failures = await export_sessions(manager, ["one", "TWO"], "json", tmp_path / "a" / "b")
    assert failures == []
    names = sorted(path.name for path in (tmp_path / "a" / "b").iterdir())
    assert names == ["2026-02-09-one.json", "2026-02-09-two.json"]


@pytest.mark.row("U12")
async def test_archive_holds_the_same_and_leaves_nothing_beside_it(manager, tmp_path):
    target = tmp_path / "chats.zip"
    assert await export_sessions(manager, ["one", "TWO"], "markdown", target) == []
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == ["2026-02-09-one.md", "2026-02-09-two.md"]
        assert b"I am one" in archive.read("2026-02-09-one.md")
    assert list(tmp_path.iterdir()) == [target]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


async def test_one_that_fails_does_not_keep_the_others_back(manager, tmp_path, monkeypatch):
    export = manager.export_session

    async def refuse_one(session_id, *rest):
        if session_id == "one":
            raise StorageError("It cannot be read.")
        await export(session_id, *rest)

    monkeypatch.setattr(manager, "export_session", refuse_one)
    failures = await export_sessions(manager, ["one", "TWO", "nobody"], "json", tmp_path / "out")
    assert [(session_id, str(error)) for session_id, error in failures] == [
        ("one", "It cannot be read."),
        ("nobody", "There is no chat with this id."),
    ]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["2026-02-09-two.json"]


@pytest.mark.parametrize("name", ["file/below", "missing/x.zip"])
async def test_place_that_cannot_be_written_is_an_error(manager, tmp_path, name):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ExportError, match="not written"):
        await export_sessions(manager, ["one"], "json", tmp_path / name)
