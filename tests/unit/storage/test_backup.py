"""A backup has its name only when it reads back."""

from __future__ import annotations

import datetime as dt
import os
import threading
import zipfile

import pytest

from chatapp.domain.errors import StorageError
from chatapp.storage import backup, backup_reader, codec
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
    sessions = [read.session for read in backup_reader.sessions_in(made.path)]
    assert [texts(one) for one in sessions] == [["I am a"], ["I am b"]]
    assert [path.name for path in made.path.parent.iterdir()] == ["b.zip"]


def test_backup_that_does_not_read_back_is_refused(places, tmp_path, monkeypatch):
    monkeypatch.setattr(backup, "_add", lambda archive, member, *_: archive.writestr(member, b"x"))
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


def test_backup_is_packed_and_readable_by_its_owner_alone(places, tmp_path):
    made = backup.make(RealFiles(), places, tmp_path / "b.zip", {"config.toml": b"x = 1\n"})
    with zipfile.ZipFile(made.path) as archive:
        infos = {one.filename: one for one in archive.infolist()}
    assert made.sessions == 2
    assert sorted(infos) == ["2026-02-09/a.json", "2026-02-09/b.json", "config.toml"]
    assert {one.compress_type for one in infos.values()} == {zipfile.ZIP_DEFLATED}
    assert os.name == "nt" or made.path.stat().st_mode & 0o777 == 0o600


def test_damaged_files_are_kept_as_they_are_and_named(places, tmp_path):
    day = places.root / "2026-02-09"
    (day / "a.json").write_bytes(b"{cut")
    made = backup.make(RealFiles(), places, tmp_path / "b.zip")
    assert made.damaged == ("2026-02-09/a.json",)
    assert zipfile.ZipFile(made.path).read("2026-02-09/a.json") == b"{cut"


@pytest.mark.parametrize("spoil", [False, True])
def test_large_sessions_are_checked_message_by_message(places, tmp_path, monkeypatch, spoil):
    monkeypatch.setattr(backup, "_AT_ONCE", 10)
    path = places.root / "2026-02-09" / "a.json"
    raw = codec.encode(session_of("a", "one", "two", "three"))
    path.write_bytes(raw.replace(b'"two"', b'"two') if spoil else raw)
    made = backup.make(RealFiles(), places, tmp_path / "b.zip")
    assert made.damaged == (("2026-02-09/a.json",) if spoil else ())


@pytest.mark.parametrize("seconds", [-1e9, 1e9, 1e10, 1e17])
def test_file_of_any_time_can_be_backed_up(seconds):
    assert 1980 <= backup._zip_time(int(seconds) * 1_000_000_000)[0] <= 2107


def test_backup_that_is_stopped_leaves_nothing(places, tmp_path):
    stop = threading.Event()
    stop.set()
    with pytest.raises(InterruptedError):
        backup.make(RealFiles(), places, tmp_path / "backups" / "b.zip", stop=stop)
    assert list((tmp_path / "backups").iterdir()) == []


def test_left_over_of_a_killed_backup_goes_and_one_in_the_making_stays(tmp_path):
    old, young = (tmp_path / f"~{backup.name_at(NOON)}.tmp", tmp_path / "~chatapp-x.zip.tmp")
    for path in (old, young):
        path.touch()
    os.utime(old, (0, 0))
    backup.prune(tmp_path, 2, tmp_path / "x.zip")
    assert (old.exists(), young.exists()) == (False, True)
