"""The file system of this machine, as the store asks for it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from chatapp.storage import files as room
from chatapp.storage.files import RealFiles


@pytest.fixture
def files():
    return RealFiles()


def held(winerror):
    """What Windows says while another program reads the file."""
    error = PermissionError(errno.EACCES, "in use")
    error.winerror = winerror
    return error


@pytest.fixture
def refusing(monkeypatch):
    """Makes the next renames fail, one with each of the errors; time passes as they wait."""
    monkeypatch.setattr(room.time, "monotonic", lambda: sum(pauses))
    monkeypatch.setattr(room.time, "sleep", lambda seconds: pauses.append(seconds))
    pauses = []
    real = Path.replace

    def refuse(*errors):
        waiting = list(errors)

        def replace(source, target):
            if waiting:
                raise waiting.pop(0)
            return real(source, target)

        monkeypatch.setattr(Path, "replace", replace)
        return pauses

    return refuse


def test_new_file_is_for_its_owner_alone_and_never_one_that_was_there(files, tmp_path):
    path = tmp_path / "a"
    handle = files.create(path)
    files.write(handle, b"hello")
    files.sync(handle)
    files.close(handle)
    assert path.stat().st_mode & 0o777 == 0o600
    assert (files.read(path), files.read(path, 1, 3), files.read(path, 9, 3)) == (
        b"hello",
        b"ell",
        b"",
    )
    with pytest.raises(FileExistsError):
        files.create(path)


@pytest.mark.row("S01")
def test_what_is_no_regular_file_is_not_read(files, tmp_path):
    (tmp_path / "file").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        assert files.signature(tmp_path / name) is None
        with pytest.raises(OSError, match=r"symbolic|regular"):
            files.read(tmp_path / name)
    assert [entry.name for entry in files.entries(tmp_path)] == ["file"]


def test_signature_changes_with_the_file_and_follows_its_name(files, tmp_path):
    path, other = tmp_path / "a", tmp_path / "b"
    path.write_text("one")
    before = files.signature(path)
    assert list(files.entries(tmp_path)) == [("a", before)]
    files.replace(path, other)
    assert files.signature(path) is None
    assert before.is_moved(files.signature(other))
    other.write_text("more than one")
    assert not before.is_moved(files.signature(other))


def test_place_that_is_no_folder_holds_nothing(files, tmp_path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "none", tmp_path / "file"):
        assert list(files.entries(folder)) == []
        assert files.folders(folder) == {}
        assert not files.is_folder(folder)
    assert files.signature(tmp_path / "file" / "below") is None


def test_folders_are_real_ones_with_their_times(files, tmp_path):
    files.make_folder(tmp_path / "a" / "b")
    files.sync_folder(tmp_path / "a")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert files.folders(tmp_path) == {"a": (tmp_path / "a").stat().st_mtime_ns}
    assert files.is_folder(tmp_path / "a" / "b")


def test_two_files_swap_and_one_gets_a_second_name(files, tmp_path):
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    one.write_text("1")
    two.write_text("2")
    files.exchange(one, two)
    files.link(one, three)
    assert [path.read_text() for path in (one, two, three)] == ["2", "1", "2"]
    with pytest.raises(FileExistsError):
        files.link(one, two)


def test_removing_what_is_gone_is_fine(files, tmp_path):
    (tmp_path / "a").touch()
    files.remove(tmp_path / "a")
    files.remove(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_lock_is_held_by_one(files, tmp_path):
    with files.lock(tmp_path / "lock"):
        assert files.lock(tmp_path / "lock") is None


@pytest.mark.row("T20")
def test_file_that_another_program_reads_on_windows_is_waited_for(files, tmp_path, refusing):
    (tmp_path / "a").write_text("new")
    pauses = refusing(held(32), held(5))
    files.replace(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "new"
    assert pauses == [0.01, 0.02]


def test_file_that_is_held_for_ever_is_an_error_in_the_end(files, tmp_path, refusing):
    (tmp_path / "a").write_text("new")
    pauses = refusing(*[held(33)] * 100)
    with pytest.raises(PermissionError):
        files.replace(tmp_path / "a", tmp_path / "b")
    assert 1 < sum(pauses) <= 2.5
    assert (tmp_path / "a").read_text() == "new"


def test_other_refusals_are_told_at_once(files, tmp_path, refusing):
    (tmp_path / "a").write_text("new")
    pauses = refusing(OSError(errno.ENOSPC, "full"))
    with pytest.raises(OSError, match="full"):
        files.replace(tmp_path / "a", tmp_path / "b")
    assert pauses == []
