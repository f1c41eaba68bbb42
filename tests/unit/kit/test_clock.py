"""A moment is written one way and read however others wrote it."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.kit.clock import EPOCH, SystemClock, parse_timestamp, sortable, timestamp

MOMENTS = st.datetimes(timezones=st.just(dt.UTC))


@given(MOMENTS)
def test_written_moment_reads_back_as_the_same(moment):
    assert parse_timestamp(timestamp(moment)) == moment


@given(MOMENTS, MOMENTS)
def test_written_moments_sort_as_text(one, other):
    assert (timestamp(one) < timestamp(other)) == (one < other)


@given(MOMENTS)
def test_written_moment_has_one_length(moment):
    assert len(timestamp(moment)) == len("2026-02-09T21:30:00.000000Z")


@given(st.text() | MOMENTS.map(str) | MOMENTS.map(dt.datetime.isoformat))
def test_any_text_becomes_sortable_without_an_error(text):
    assert sortable(text) == timestamp(parse_timestamp(text))


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-09T21:30:00Z",
        "2026-02-09T22:30:00+01:00",
        "2026-02-09T21:30:00",
        "2026-02-09 21:30:00.000000",
        "2026-02-09 21:30:00.000000Z",
    ],
)
def test_other_ways_to_write_a_moment_are_read(text):
    assert parse_timestamp(text) == dt.datetime(2026, 2, 9, 21, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "0001-01-01T00:00:00+05:00", "9999-12-31T23:00:00-05:00"]
)
def test_text_that_names_no_moment_is_the_epoch(text):
    assert parse_timestamp(text) == EPOCH


def test_text_in_the_shape_of_a_moment_that_never_was_is_not_taken_as_written():
    assert sortable("9999-99-99T99:99:99.999999Z") == timestamp(EPOCH)


def test_clock_of_the_machine_tells_utc():
    assert SystemClock().now().utcoffset() == dt.timedelta(0)


@given(MOMENTS)
def test_any_moment_has_a_local_one(moment):
    local = SystemClock().local(moment)
    assert local == moment


def test_moment_the_system_has_no_local_time_for_is_shown_in_utc(monkeypatch):
    import time

    monkeypatch.setenv("TZ", "XXX+12")
    time.tzset()
    first = dt.datetime.min.replace(tzinfo=dt.UTC)
    try:
        assert SystemClock().local(first) == first
    finally:
        monkeypatch.undo()
        time.tzset()
