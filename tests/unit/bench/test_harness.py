from __future__ import annotations

import itertools

import pytest

from bench.harness import Comparison


def comparison(ours=2.0, reference=1.0, target=1.5, rounds=3):
    return Comparison("it", lambda: ours, lambda: reference, target, rounds)


def test_ratio_is_ours_over_the_reference():
    assert comparison(ours=3.0, reference=2.0).measure().ratio == 1.5


@pytest.mark.parametrize(("target", "reached"), [(1.9, False), (2.0, True), (2.1, True)])
def test_target_is_reached_up_to_its_very_value(target, reached):
    assert comparison(target=target).measure().reached is reached


def test_one_slow_turn_does_not_decide():
    turns = itertools.chain([0.0, 1.0, 90.0], itertools.repeat(1.0))
    measured = Comparison("it", lambda: next(turns), lambda: 1.0, target=1.0, rounds=5).measure()
    assert measured.ratio == 1.0


def test_sides_take_turns_and_neither_always_begins():
    order = []
    sides = [lambda: order.append("ours") or 1.0, lambda: order.append("reference") or 1.0]
    Comparison("it", *sides, target=1.0, rounds=2).measure()
    assert order == ["ours", "reference", "ours", "reference", "reference", "ours"]


def test_line_shows_ratio_target_and_both_sides():
    line = str(comparison(ours=0.2, reference=0.1, target=1.5).measure())
    assert "ratio 2.00, target 1.50, MISSED" in line
    assert "200 ms [200-200] against 100 ms [100-100], best against best 2.00" in line
