"""A backup has its name only when it reads back, and any other zip is read with mistrust."""

from __future__ import annotations

import datetime as dt
import zipfile

import pytest

from chatapp.domain.errors import StorageError
from chatapp.storage import backup, codec
from chatapp.storage.files import RealFiles
from chatapp.storage.places import Places
from fakes import NOON, FakeClock
from unit.storage.store_contract import session_of, texts


@pytest.fixture
def places(tmp_path):
    for name in ("a", "b"):
        folder = tmp_path / "sessions" / "2026-02-09"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_bytes(codec.encode(session_of(name, f"I am {name}")))
    return Places(RealFiles(), tmp_path / "sessions", FakeClock())


def test_backup_holds_every_session_as_it_is(places, tmp_path):
    made = backup.make(RealFiles(), places, tmp_path / "backups" / "b.zip")
    assert (made.path.name, made.sessions) == ("b.zip", 2)
    assert [texts(one) for one in backup.sessions_in(made.path)] == [["I am a"], ["I am b"]]
    assert [path.name for path in made.path.parent.iterdir()] == ["b.zip"]


def test_backup_that_does_not_read_back_is_refused(places, tmp_path, monkeypatch):
    monkeypatch.setattr(backup, "_add", lambda archive, member, raw: archive.writestr(member, b"x"))
    with pytest.raises(StorageError, match="does not read back"):
        backup.make(RealFiles(), places, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_name_of_a_backup_says_when_it_was_made(tmp_path):
    name = backup.name_at(NOON)
    assert name == "chatapp-20260209T120000Z.zip"
    assert backup.made_at(tmp_path / name) == NOON


def test_only_the_newest_backups_are_kept(tmp_path):
    names = [backup.name_at(NOON + dt.timedelta(days=number)) for number in range(5)]
    for name in [*names, "mine.zip"]:
        (tmp_path / name).touch()
    backup.prune(tmp_path, 2, tmp_path / names[-1])
    assert [path.name for path in backup.kept_in(tmp_path)] == names[-2:]
    assert (tmp_path / "mine.zip").exists()
    assert backup.kept_in(tmp_path / "nowhere") == []


def test_member_that_unpacks_to_more_than_a_session_can_hold_is_passed_over(
    places, tmp_path, monkeypatch
):
    made = backup.make(RealFiles(), places, tmp_path / "b.zip")
    monkeypatch.setattr(backup, "LARGEST_FILE", 10)
    assert list(backup.sessions_in(made.path)) == [None, None]


def test_members_that_are_no_session_files_do_not_count(tmp_path):
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
        archive.writestr("2026-02-09/a.json", "no json")
    assert list(backup.sessions_in(path)) == [None]


def test_file_that_is_no_zip_is_no_backup(tmp_path):
    (tmp_path / "b.zip").write_bytes(b"no zip")
    with pytest.raises(StorageError, match="no backup"):
        list(backup.sessions_in(tmp_path / "b.zip"))
