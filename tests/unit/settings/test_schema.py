"""Each setting says itself what it allows."""

from __future__ import annotations

import pytest
from hypothesis import given

import strategies
from chatapp.settings.schema import BY_NAME, SETTINGS, Setting


def setting(default, **limits):
    return Setting("name", default, "Title", "Help.", **limits)


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.name)
def test_default_of_each_setting_is_allowed_and_its_texts_are_sentences(row):
    assert row.check(row.default) == ""
    assert row.title
    assert row.help.endswith(".")


def test_names_are_unique():
    assert len(BY_NAME) == len(SETTINGS)


@pytest.mark.parametrize(
    ("row", "value", "reason"),
    [
        (setting("a"), 1, "must be a text in quotes"),
        (setting("a", choices=("a", "b")), "c", "must be one of a, b"),
        (setting(1), "1", "must be a whole number"),
        (setting(1), 1.0, "must be a whole number"),
        (setting(1), True, "must be a whole number"),
        (setting(True), 1, "must be true or false"),
        (setting(1.0), "1", "must be a number"),
        (setting(1.0), False, "must be a number"),
        (setting(1.0, minimum=0.5), 0.25, "must be at least 0.5"),
        (setting(1, maximum=300), 301, "must be at most 300"),
        (setting(1.0), 2, ""),
        (setting(1, minimum=0, maximum=2), 2, ""),
        (setting("a"), "", ""),
        (setting(False), True, ""),
    ],
)
def test_value_is_checked_by_type_choice_and_limits(row, value, reason):
    assert row.check(value) == reason


@given(strategies.json_values)
def test_any_value_is_allowed_or_refused_with_a_reason(value):
    for row in SETTINGS:
        assert isinstance(row.check(value), str)
