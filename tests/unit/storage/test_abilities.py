"""What a file system can do is found out by trying, and nothing is left of that."""

from __future__ import annotations

import errno
import os

import pytest

from chatapp.storage import abilities
from chatapp.storage.exchange import ExchangeUnsupportedError


def refuse(error):
    def refused(*_args, **_options):
        raise error

    return refused


def test_everything_is_tried_and_nothing_is_left(tmp_path):
    can = abilities.try_out(tmp_path)
    assert can.write
    assert can.locks
    assert list(tmp_path.iterdir()) == []


def test_what_is_refused_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(abilities, "exchange", refuse(ExchangeUnsupportedError()))
    monkeypatch.setattr(abilities, "_sync", refuse(OSError(errno.EINVAL, "no")))
    monkeypatch.setattr(abilities.locks, "take", refuse(OSError(errno.ENOLCK, "no")))
    assert abilities.try_out(tmp_path) == (True, False, False, False)
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_not_there_can_do_nothing(tmp_path):
    assert abilities.try_out(tmp_path / "nowhere") == (False,) * 4
    assert abilities.free_bytes(tmp_path / "nowhere") is None
    assert not abilities.is_open_to_others(tmp_path / "nowhere")
    assert abilities.free_bytes(tmp_path) > 0


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_folder_is_open_to_others_by_its_permissions(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    assert not abilities.is_open_to_others(tmp_path)
    tmp_path.chmod(0o750)
    assert abilities.is_open_to_others(tmp_path)
    monkeypatch.setattr(abilities.os, "name", "nt")
    assert not abilities.is_open_to_others(tmp_path)
