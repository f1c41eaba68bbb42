"""A new file comes into its place, on every kind of file system, and loses nobody's save."""

from __future__ import annotations

import errno

import pytest

from chatapp.storage.files import RealFiles
from chatapp.storage.swap import place_new, place_over
from crash.simulated import ROOT, FaultyFiles, SimulatedFiles

FRESH, TARGET, SPARE = (ROOT / name for name in ("fresh", "target", "spare"))
NO_LINKS = errno.EOPNOTSUPP


def disk(**contents):
    files = SimulatedFiles()
    for name, content in contents.items():
        files.put(ROOT / name, content)
    return files


def without_links(files):
    return FaultyFiles(files, {"link"}, 1, NO_LINKS, times=1000)


def contents(files):
    return {name: files.read(ROOT / name) for name in files.names[ROOT]}


def test_new_file_gets_its_name_and_keeps_the_other_for_the_caller():
    files = disk(fresh=b"new")
    place_new(files, FRESH, TARGET)
    assert contents(files) == {"fresh": b"new", "target": b"new"}


@pytest.mark.parametrize("links", [True, False])
def test_name_that_is_taken_stays_with_its_file(links):
    files = disk(fresh=b"new", target=b"theirs")
    with pytest.raises(FileExistsError):
        place_new(files if links else without_links(files), FRESH, TARGET)
    assert contents(files) == {"fresh": b"new", "target": b"theirs"}


@pytest.mark.row("T20")
def test_without_hard_links_the_new_file_is_renamed():
    files = disk(fresh=b"new")
    place_new(without_links(files), FRESH, TARGET)
    assert contents(files) == {"target": b"new"}


def test_exchange_leaves_the_old_file_under_the_name_of_the_new():
    files = disk(fresh=b"new", target=b"old")
    assert place_over(files, FRESH, TARGET, SPARE) == FRESH
    assert contents(files) == {"fresh": b"old", "target": b"new"}


def test_where_nothing_can_be_exchanged_the_old_file_has_a_second_name():
    files = disk(fresh=b"new", target=b"old")
    files.exchanges = False
    assert place_over(files, FRESH, TARGET, SPARE) == SPARE
    assert contents(files) == {"spare": b"old", "target": b"new"}


def test_where_there_are_no_links_either_the_old_file_is_gone_and_that_is_said():
    files = disk(fresh=b"new", target=b"old")
    files.exchanges = False
    assert place_over(without_links(files), FRESH, TARGET, SPARE) is None
    assert contents(files) == {"target": b"new"}


def test_target_that_went_away_is_an_error_and_nothing_moved():
    files = disk(fresh=b"new")
    with pytest.raises(FileNotFoundError):
        place_over(files, FRESH, TARGET, SPARE)
    assert contents(files) == {"fresh": b"new"}


def test_the_file_system_of_this_machine_does_the_same(tmp_path):
    fresh, target, spare = (tmp_path / name for name in ("fresh", "target", "spare"))
    fresh.write_text("new")
    target.write_text("old")
    displaced = place_over(RealFiles(), fresh, target, spare)
    assert (displaced.read_text(), target.read_text()) == ("old", "new")
