"""A session file is read whole, as it was at one moment, or it is said why not."""

from __future__ import annotations

import zlib

import pytest

from chatapp.storage import codec, documents
from chatapp.storage.codec import DamagedFile
from chatapp.storage.documents import LeftAloneError, read_version, salvage_version
from crash.simulated import ROOT, SimulatedFiles
from unit.storage.store_contract import session_of, texts

PATH = ROOT / "2026-02-09" / "a.json"


@pytest.fixture
def files():
    made = Busy()
    made.make_folder(PATH.parent)
    return made


class Busy(SimulatedFiles):
    """A file system on which another program saves while this one reads, `saves` times."""

    saves = 0

    def read(self, path, start=0, size=None):
        found = super().read(path, start, size)
        if self.saves:
            self.saves -= 1
            self.put(path, codec.encode(session_of("a", f"{self.saves} to come")))
        return found


def test_version_is_the_session_with_its_signature_and_checksum(files):
    raw = codec.encode(session_of("a", "hello"))
    files.put(PATH, raw)
    version = read_version(files, PATH)
    assert texts(version.session) == ["hello"]
    assert (version.signature, version.checksum) == (files.signature(PATH), zlib.crc32(raw))
    assert not version.mended


def test_missing_file_is_said(files):
    with pytest.raises(FileNotFoundError):
        read_version(files, PATH)


def test_file_that_changes_while_it_is_read_is_read_again(files):
    files.put(PATH, codec.encode(session_of("a", "first")))
    files.saves = 2
    assert texts(read_version(files, PATH).session) == ["0 to come"]


def test_file_that_changes_all_the_time_is_an_error(files):
    files.put(PATH, codec.encode(session_of("a", "first")))
    files.saves = 1000
    with pytest.raises(BlockingIOError, match="another program"):
        read_version(files, PATH)


@pytest.mark.parametrize("read", [read_version, salvage_version])
def test_file_too_large_for_the_memory_is_left_alone(files, monkeypatch, read):
    monkeypatch.setattr(documents, "LARGEST_FILE", 10)
    files.put(PATH, codec.encode(session_of("a", "hello")))
    with pytest.raises(LeftAloneError, match="larger"):
        read(files, PATH)


def test_file_of_a_newer_version_is_left_alone(files):
    files.put(PATH, codec.encode(session_of("a", "hello", extra={"format": 2})))
    with pytest.raises(LeftAloneError, match="newer version"):
        read_version(files, PATH)


def test_list_that_stands_twice_is_joined_and_counts_as_mended(files):
    twice = b'{"session_id": "a", "messages": [{"content": "1"}], "messages": [{"content": "2"}]}'
    files.put(PATH, twice)
    version = read_version(files, PATH)
    assert texts(version.session) == ["1", "2"]
    assert version.mended


@pytest.mark.row("T10")
def test_whole_messages_of_a_torn_file_are_saved_and_it_says_so(files):
    raw = codec.encode(session_of("a", "one", "two"))
    files.put(PATH, raw[: raw.index(b'"two"')])
    with pytest.raises(DamagedFile):
        read_version(files, PATH)
    version = salvage_version(files, PATH, file_id="other")
    assert texts(version.session) == ["one"]
    assert version.session.id == "a"
    assert version.session.metadata["recovered"] is True
    assert version.mended
