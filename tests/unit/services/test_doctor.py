"""An examination says where everything is, what the disk can do, and what is wrong."""

from __future__ import annotations

import os

import pytest

from chatapp.domain.errors import StorageError
from chatapp.kit.paths import Paths
from chatapp.services import doctor
from chatapp.storage.abilities import Abilities
from fakes import FakeClock


@pytest.fixture
def paths(tmp_path):
    made = Paths.below(tmp_path)
    for folder in (made.sessions, made.state):
        folder.mkdir(mode=0o700)
    return made


async def examined(paths):
    return await doctor.examine(paths, FakeClock())


async def test_fresh_machine_has_no_chats_and_no_fault(tmp_path):
    report = await examined(Paths.below(tmp_path))
    assert (report.facts, report.findings) == (["There are no chats yet."], [])
    assert report.folders["sessions"] == str(tmp_path / "sessions")
    assert list(tmp_path.iterdir()) == []


async def test_contents_of_trash_and_quarantine_and_the_abilities_are_said(paths):
    report = await examined(paths)
    assert report.findings == []
    assert "Deleted chats in the trash: 0." in report.facts
    assert "Locks: yes." in report.facts


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
async def test_folder_that_others_may_look_into_is_a_finding(paths):
    paths.sessions.chmod(0o755)
    (finding,) = (await examined(paths)).findings
    assert finding.file == "sessions"
    assert "Other users" in finding.what


async def test_disk_with_little_room_is_a_finding(paths, monkeypatch):
    monkeypatch.setattr(doctor, "free_bytes", lambda _folder: 5_000_000)
    found = (await examined(paths)).findings
    assert {one.what for one in found} == {"Only 5 MB are free on its disk."}


async def test_folder_that_cannot_be_written_to_is_a_finding(paths, monkeypatch):
    monkeypatch.setattr(doctor, "try_out", lambda _folder: Abilities(*(False,) * 4))
    report = await examined(paths)
    assert ["No file can be made" in one.what for one in report.findings] == [True]
    assert "Locks" not in " ".join(report.facts)


async def test_folder_that_cannot_be_listed_is_said_without_its_path(paths, monkeypatch):
    def refuse(*_args):
        raise PermissionError(13, "Permission denied", str(paths.sessions))

    monkeypatch.setattr(doctor, "is_open_to_others", refuse)
    with pytest.raises(StorageError, match="permission denied") as caught:
        await examined(paths)
    assert str(paths.sessions) not in str(caught.value)
