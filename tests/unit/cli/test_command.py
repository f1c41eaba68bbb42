from __future__ import annotations

import argparse

import pytest

from chatapp.cli import command


def test_day_is_a_day_of_the_calendar():
    assert command.day("2026-02-09") == "2026-02-09"
    for wrong in ("2026-02-30", "9 February", "20260209", ""):
        with pytest.raises(argparse.ArgumentTypeError):
            command.day(wrong)


def test_count_is_a_whole_number_from_nought():
    assert command.count("0") == 0
    for wrong in ("-1", "1.5", "²", "many", ""):
        with pytest.raises(argparse.ArgumentTypeError):
            command.count(wrong)
