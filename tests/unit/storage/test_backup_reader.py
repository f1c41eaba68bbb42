"""Any zip is read with mistrust: a hostile one is refused whole, with a sentence."""

from __future__ import annotations

import stat
import zipfile

import pytest

from chatapp.domain.errors import StorageError
from chatapp.storage import backup_reader, codec
from unit.storage.store_contract import session_of, texts

RAW = codec.encode(session_of("a", "hello"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "b.zip"


def write(path, members, **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)


def found(path):
    return {
        read.member: read.session and texts(read.session)
        for read in backup_reader.sessions_in(path)
    }


def test_session_files_are_read_and_others_do_not_count(path):
    write(path, {"2026-02-09/a.json": RAW, "readme.txt": b"hello", "config.toml": b""})
    assert found(path) == {"2026-02-09/a.json": ["hello"]}


@pytest.mark.row("D18")
@pytest.mark.parametrize(
    "name",
    ["../a.json", "2026-02-09/../../a.json", "/etc/a.json", "..\\a.json", "C:/a.json", "x\\y.json"],
)
def test_zip_that_leads_outside_is_refused(path, name):
    write(path, {"2026-02-09/a.json": RAW, name: RAW})
    with pytest.raises(StorageError, match="outside"):
        backup_reader.check(path)


def test_symbolic_link_is_refused(path):
    link = zipfile.ZipInfo("2026-02-09/a.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    write(path, {link: b"/etc/passwd"})
    with pytest.raises(StorageError, match="outside"):
        backup_reader.check(path)


def test_two_members_of_one_name_are_refused(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("2026-02-09/a.json", RAW)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("2026-02-09/a.json", RAW)
    with pytest.raises(StorageError, match="two files"):
        backup_reader.check(path)


def test_bomb_is_refused_while_it_is_read(path, monkeypatch):
    monkeypatch.setattr(backup_reader, "SMALL", 1 << 20)
    write(path, {"2026-02-09/a.json": b" " * (8 << 20)}, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(StorageError, match="unpacks to more"):
        backup_reader.check(path)


def test_member_that_is_larger_than_a_session_can_be_is_refused(path, monkeypatch):
    monkeypatch.setattr(backup_reader, "LARGEST_FILE", 10)
    write(path, {"2026-02-09/a.json": RAW})
    with pytest.raises(StorageError, match="unpacks to more"):
        backup_reader.check(path)


def test_many_members_that_are_too_much_together_are_refused(path, monkeypatch):
    monkeypatch.setattr(backup_reader, "MOST_BYTES", 2 * len(RAW))
    write(path, {f"2026-02-09/{number}.json": RAW for number in range(3)})
    with pytest.raises(StorageError, match="unpacks to more"):
        backup_reader.check(path)


def test_more_files_than_a_backup_can_hold_are_refused(path, monkeypatch):
    monkeypatch.setattr(backup_reader, "MOST_MEMBERS", 1)
    write(path, {"a": b"", "b": b""})
    with pytest.raises(StorageError, match="more files"):
        backup_reader.check(path)


def test_members_that_hold_no_safe_session_are_named(path):
    unsafe = RAW.replace(b'"session_id": "a"', b'"session_id": "../a"')
    members = {
        "2026-02-09/bad.json": b"no json",
        "2026-02-09/copy (1).json": unsafe,
        "2026-99-99/day.json": RAW,
    }
    write(path, members)
    assert found(path) == dict.fromkeys(members)


def test_damaged_member_is_named_and_others_are_read(path):
    write(path, {"2026-02-09/a.json": RAW, "2026-02-09/b.json": RAW})
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"hello")] ^= 1
    path.write_bytes(raw)
    assert found(path) == {"2026-02-09/a.json": None, "2026-02-09/b.json": ["hello"]}


@pytest.mark.parametrize("raw", [b"", b"no zip", b"PK\x05\x06" + b"\xff" * 18])
def test_file_that_is_no_zip_is_no_backup(path, raw):
    path.write_bytes(raw)
    with pytest.raises(StorageError, match="no backup"):
        backup_reader.check(path)
