"""Where files lie below the sessions folder, and which of them are sessions."""

from __future__ import annotations

import pytest

from chatapp.storage.places import Places
from crash.simulated import ROOT, SimulatedFiles
from fakes import FakeClock

SESSIONS = ROOT / "sessions"
DAY = SESSIONS / "2026-02-09"


@pytest.fixture
def files():
    made = SimulatedFiles()
    made.make_folder(DAY)
    return made


@pytest.fixture
def places(files):
    return Places(files, SESSIONS, FakeClock())


def test_only_dated_folders_are_days_and_the_oldest_comes_first(files, places):
    for name in ("2025-12-31", "2026-2-9", "notes", ".trash"):
        files.make_folder(SESSIONS / name)
    assert places.days() == ["2025-12-31", "2026-02-09"]


@pytest.mark.row("T24", "D08")
def test_session_is_found_in_the_oldest_folder_that_has_it(files, places):
    assert places.find("Chat") is None
    assert places.home("Chat", "2026-02-09") == DAY / "chat.json"
    older = SESSIONS / "2025-12-31" / "chat.json"
    files.make_folder(older.parent)
    for path in (DAY / "chat.json", older):
        files.put(path, b"{}")
    assert places.find("Chat") == older
    assert places.home("CHAT", "2026-02-09") == older


def test_file_that_moved_is_looked_for_again(files, places):
    files.put(DAY / "a.json", b"{}")
    assert places.find("a") == DAY / "a.json"
    other = SESSIONS / "2026-03-01" / "a.json"
    files.make_folder(other.parent)
    files.replace(DAY / "a.json", other)
    assert places.find("a") == other


def test_file_under_another_name_is_found_until_it_is_forgotten(files, places):
    odd = DAY / "A copy.json"
    files.put(odd, b"{}")
    places.note("a", odd)
    assert places.find("A") == odd
    places.forget("A")
    assert places.find("a") is None


def test_hidden_temporary_and_other_files_are_no_sessions(files, places):
    for name in ("a.json", ".b.json", "~c.json", "d.txt"):
        files.put(DAY / name, b"{}")
    assert [name for name, _ in places.session_files("2026-02-09")] == ["a.json"]


def test_left_over_of_a_write_names_its_session_and_its_instance(files, places):
    for name in ("~my-chat-ab12-7.tmp", "~other.tmp", "a.json"):
        files.put(DAY / name, b"{}")
    [left] = places.temporaries()
    assert left == (DAY / "~my-chat-ab12-7.tmp", "my-chat", "2026-02-09", "ab12")


def test_name_in_the_trash_is_a_free_one(files, places):
    first = places.keep_name(places.trash, DAY / "a.json")
    files.make_folder(first.parent)
    files.put(first, b"")
    second = places.keep_name(places.trash, DAY / "a.json")
    assert second.name == "a.20260209T120000000001Z.json"
