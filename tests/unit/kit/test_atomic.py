"""A file is replaced whole or not at all, whichever call the system refuses."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from chatapp.kit import atomic
from chatapp.kit.atomic import make_folder, replace_file, sync_file, sync_folder, write_all

fcntl = pytest.importorskip("fcntl")  # what a mode and a sync mean here is Unix


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "file.json"
    path.write_bytes(b"old")
    return path


def names_in(folder):
    return [path.name for path in folder.iterdir()]


def refuse(*args, **kwargs):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_new_bytes_stand_where_the_old_ones_did(target):
    replace_file(target, [b"new ", b"bytes"])
    assert target.read_bytes() == b"new bytes"


def test_nothing_but_the_file_is_left_in_the_folder(target):
    replace_file(target, [b"new"])
    assert names_in(target.parent) == ["file.json"]


def test_file_is_for_its_owner_alone(target):
    replace_file(target, [b"new"])
    assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.row("T28")
@pytest.mark.parametrize("call", ["open", "write", "fsync"])
def test_refused_call_leaves_the_old_file_and_no_rubbish(target, monkeypatch, call):
    monkeypatch.setattr(atomic.os, call, refuse)
    with pytest.raises(OSError, match="No space"):
        replace_file(target, [b"new"])
    monkeypatch.undo()
    assert target.read_bytes() == b"old"
    assert names_in(target.parent) == ["file.json"]


@pytest.mark.row("T28")
def test_refused_swap_leaves_the_old_file_and_no_rubbish(target, monkeypatch):
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        replace_file(target, [b"new"])
    assert target.read_bytes() == b"old"
    assert names_in(target.parent) == ["file.json"]


def test_failing_source_of_bytes_leaves_the_old_file(target):
    def chunks():
        yield b"new"
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        replace_file(target, chunks())
    assert target.read_bytes() == b"old"
    assert names_in(target.parent) == ["file.json"]


def test_first_reason_is_told_when_the_rubbish_cannot_be_removed_either(target, monkeypatch):
    def refuse_removal(*args, **kwargs):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(Path, "unlink", refuse_removal)
    with pytest.raises(OSError, match="No space"):
        replace_file(target, [b"new"])


def test_longest_name_can_be_replaced(tmp_path):
    path = tmp_path / ("x" * 250 + ".json")
    replace_file(path, [b"new"])
    assert path.read_bytes() == b"new"


def test_folder_whose_names_cannot_be_synced_is_no_error(target, monkeypatch):
    real = os.open

    def open_no_folder(path, *args):
        return refuse() if Path(path).is_dir() else real(path, *args)

    monkeypatch.setattr(atomic.os, "open", open_no_folder)
    replace_file(target, [b"new"])
    assert target.read_bytes() == b"new"


def test_bytes_are_written_however_little_is_taken_at_a_time(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(atomic.os, "write", lambda fd, data: real(fd, bytes(data[:3])))
    descriptor = os.open(tmp_path / "slow", os.O_WRONLY | os.O_CREAT)
    write_all(descriptor, b"0123456789")
    os.close(descriptor)
    assert (tmp_path / "slow").read_bytes() == b"0123456789"


def test_drive_is_told_to_empty_its_cache_where_the_system_can(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", lambda descriptor, command: asked.append(command))
    monkeypatch.setattr(atomic.os, "fsync", refuse)
    with (tmp_path / "file").open("wb") as file:
        sync_file(file.fileno())
    assert asked == [51]


def test_drive_that_does_not_know_the_command_is_synced_the_common_way(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", refuse)
    monkeypatch.setattr(atomic.os, "fsync", synced.append)
    with (tmp_path / "file").open("wb") as file:
        sync_file(file.fileno())
        assert synced == [file.fileno()]


def test_folders_are_made_with_their_parents_for_their_owner_alone(tmp_path):
    make_folder(tmp_path / "a" / "b")
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "a", tmp_path / "a" / "b")] == [
        0o700,
        0o700,
    ]


def test_folder_that_is_there_is_left_alone(tmp_path):
    tmp_path.chmod(0o755)
    make_folder(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_folder_made_by_another_start_meanwhile_is_no_error(tmp_path, monkeypatch):
    real = Path.mkdir

    def raced(self, mode=0o777):
        real(self, mode)
        raise FileExistsError(errno.EEXIST, "raced")

    monkeypatch.setattr(Path, "mkdir", raced)
    make_folder(tmp_path / "new")
    assert (tmp_path / "new").is_dir()


def test_folder_that_cannot_be_made_says_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory"):
        make_folder(tmp_path / "file" / "below")


def test_missing_folder_is_not_synced_and_no_error(tmp_path):
    sync_folder(tmp_path / "gone")
