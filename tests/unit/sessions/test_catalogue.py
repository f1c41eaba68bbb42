"""The catalogue: one order for all front ends, told row by row."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from chatapp.domain.ids import session_key
from chatapp.domain.session import Session, SessionSummary, summarise
from chatapp.kit.clock import SystemClock, sortable, timestamp
from chatapp.sessions.catalogue import Catalogue, CatalogueView, SessionFilter
from fakes import FakeClock, Heard

NOON = "2026-02-09T12:00:00.000000Z"  # a Monday, as the fake clock shows


def summary(session_id="a", at=NOON, **fields):
    plain = summarise(Session(session_id, "2026-02-09", "User", at, at))
    return replace(plain, **fields)


@pytest.fixture
def catalogue():
    return Catalogue(FakeClock())


def filled(*summaries, clock=None):
    catalogue = Catalogue(clock or FakeClock())
    catalogue.fill(summaries)
    return catalogue


def ids(summaries):
    return [each.session_id for each in summaries]


class Mirror:
    """What a list widget keeps by the signals alone."""

    def __init__(self, view):
        self.view = view
        self.rows = list(view)
        view.row_inserted.connect(self._on_row_inserted)
        view.row_removed.connect(self._on_row_removed)
        view.row_changed.connect(self._on_row_changed)
        view.reset.connect(self._on_reset)

    def _on_row_inserted(self, row):
        self.rows.insert(row, self.view[row])

    def _on_row_removed(self, row):
        del self.rows[row]
        assert len(self.rows) == len(self.view)

    def _on_row_changed(self, row):
        self.rows[row] = self.view[row]

    def _on_reset(self):
        self.rows = list(self.view)


# ---- any history

summaries = st.builds(
    summary,
    session_id=st.sampled_from(["a", "A", "b", "c", "d"]),
    at=strategies.written_moments,
    title=st.sampled_from(["", "Trip to Rome", "rome"]),
    tags=st.sampled_from([(), ("x",), ("x", "y")]),
    pinned=st.booleans(),
    archived=st.booleans(),
    type=st.sampled_from(["chat", "voice"]),
)
filters = st.builds(
    SessionFilter,
    from_day=st.sampled_from([None, "2026-02-09"]),
    to_day=st.sampled_from([None, "2026-02-09"]),
    tag=st.sampled_from([None, "x"]),
    archived=st.sampled_from([None, True, False]),
    pinned=st.sampled_from([None, True, False]),
    type=st.sampled_from([None, "voice"]),
    text=st.sampled_from(["", "ROME", "trip rome"]),
)
steps = st.lists(
    st.tuples(st.just("put"), summaries)
    | st.tuples(st.just("remove"), st.sampled_from(["a", "B", "c"]))
    | st.tuples(st.just("show"), filters)
    | st.tuples(st.just("fill"), st.lists(summaries, max_size=4)),
    max_size=12,
)


@given(steps)
def test_view_mirrors_a_fresh_sort_and_its_signals_give_the_same_rows(history):
    catalogue = Catalogue(FakeClock())
    view = CatalogueView(catalogue)
    mirror = Mirror(view)
    for step, value in history:
        getattr(view if step == "show" else catalogue, step)(value)
        passing = [each for each in catalogue if catalogue.passes(view.filter, each)]
        fresh = sorted(
            passing,
            key=lambda each: (
                each.pinned,
                sortable(each.last_updated),
                session_key(each.session_id),
            ),
            reverse=True,
        )
        assert list(view) == fresh
        assert mirror.rows == fresh
        assert [view.row_of(each.session_id) for each in fresh] == list(range(len(fresh)))


@given(st.lists(strategies.sessions(), max_size=5), filters)
def test_any_sessions_can_be_listed_filtered_and_counted(sessions, wanted):
    catalogue = filled(*map(summarise, sessions), clock=SystemClock())
    page = catalogue.page(wanted, 100, 0)
    assert page.total_sessions == len(page.sessions) <= len(catalogue)
    view = CatalogueView(catalogue, wanted)
    assert all(view.group(row) for row in range(len(view)))


# ---- order and pages


@pytest.mark.row("L16")
def test_newest_activity_comes_first_however_it_is_written():
    catalogue = filled(
        summary("old", "2026-02-09T11:00:00Z"),
        summary("new", "2026-02-09T11:00:00-05:00"),
        summary("middle", "2026-02-09T12:30:00.000000Z"),
    )
    assert ids(catalogue.summaries(SessionFilter())) == ["new", "middle", "old"]


def test_put_of_an_equal_summary_is_not_told(catalogue):
    heard = Heard()
    catalogue.changed.connect(heard)
    catalogue.put(summary())
    catalogue.put(summary())
    assert heard.calls == [(summary(), None)]


def test_change_is_told_with_what_was_before(catalogue):
    heard = Heard()
    catalogue.put(summary())
    catalogue.changed.connect(heard)
    catalogue.put(summary(title="Rome"))
    assert heard.calls == [(summary(title="Rome"), summary())]


def test_removal_is_told_once(catalogue):
    heard = Heard()
    catalogue.put(summary())
    catalogue.removed.connect(heard)
    catalogue.remove("a")
    catalogue.remove("a")
    assert heard.calls == [(summary(),)]
    assert len(catalogue) == 0


def test_spelling_of_an_id_does_not_matter(catalogue):
    catalogue.put(summary("Chat"))
    assert catalogue.get("cHAT") == summary("Chat")
    assert catalogue.get("other") is None


# ---- filters


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (SessionFilter(), ["plain", "pinned", "tagged", "voice"]),
        (SessionFilter(archived=True), ["archived"]),
        (SessionFilter(archived=None), ["plain", "pinned", "tagged", "voice", "archived"]),
        (SessionFilter(pinned=True), ["pinned"]),
        (SessionFilter(pinned=False), ["plain", "tagged", "voice"]),
        (SessionFilter(tag="trip"), ["tagged"]),
        (SessionFilter(type="voice"), ["voice"]),
        (SessionFilter(text="STRASSE rome"), ["plain"]),
        (SessionFilter(text="rome nowhere"), []),
    ],
)
def test_filter_lets_pass_what_it_says(wanted, found):
    catalogue = filled(
        summary("plain", title="To Rome", preview="by the Straße"),
        summary("pinned", pinned=True),
        summary("tagged", tags=("trip",)),
        summary("voice", type="voice"),
        summary("archived", archived=True),
    )
    assert set(ids(catalogue.summaries(wanted))) == set(found)


@pytest.mark.row("U11")
def test_days_are_local_and_both_ends_belong_to_the_range():
    zone = ZoneInfo("Europe/Berlin")
    catalogue = filled(
        summary("before", "2026-02-08T22:59:59Z"),
        summary("first", "2026-02-08T23:00:00Z"),
        summary("last", "2026-02-10T22:59:59Z"),
        summary("after", "2026-02-10T23:00:00Z"),
        clock=FakeClock(zone=zone),
    )
    both = SessionFilter(from_day="2026-02-09", to_day="2026-02-10")
    assert ids(catalogue.summaries(both)) == ["last", "first"]
    assert ids(catalogue.summaries(SessionFilter(to_day="2026-02-08"))) == ["before"]
    assert ids(catalogue.summaries(SessionFilter(from_day="2026-02-11"))) == ["after"]


def test_last_day_of_the_calendar_is_not_cut_off():
    catalogue = filled(summary("a", "9999-12-31T12:00:00Z"))
    assert ids(catalogue.summaries(SessionFilter(from_day="2026-01-01"))) == ["a"]


# ---- totals


@pytest.mark.row("U05")
def test_totals_count_local_days_and_weeks_that_begin_on_monday():
    zone = ZoneInfo("Europe/Berlin")
    clock = FakeClock(dt.datetime(2026, 2, 11, 12, tzinfo=dt.UTC), zone)  # a Wednesday
    catalogue = filled(
        summary("today", "2026-02-10T23:00:00Z", total_messages=2),
        summary("yesterday", "2026-02-10T22:59:59Z", total_messages=3),
        summary("monday", "2026-02-08T23:00:00Z"),
        summary("sunday", "2026-02-08T22:59:59Z"),
        summary("tomorrow", "2026-02-11T23:00:00Z"),
        clock=clock,
    )
    totals = catalogue.totals()
    assert (totals.sessions, totals.messages) == (5, 5)
    assert (totals.sessions_today, totals.sessions_this_week) == (1, 3)
    clock.advance(days=7)
    assert catalogue.totals().sessions_this_week == 0


@given(st.lists(summaries, max_size=6), filters, st.integers(0, 5), st.integers(0, 8))
def test_page_is_a_part_of_all_that_pass_and_its_totals_are_of_all(listed, wanted, limit, offset):
    catalogue = filled(*listed)
    page = catalogue.page(wanted, limit, offset)
    everything = catalogue.summaries(wanted)
    assert page.sessions == everything[offset : offset + limit]
    assert page.total_sessions == len(everything)
    assert page.total_messages == sum(each.total_messages for each in everything)


# ---- views


@pytest.mark.parametrize(
    ("at", "heading"),
    [
        ("2026-02-09T00:00:00Z", "Today"),
        ("2026-02-10T09:00:00Z", "Today"),
        ("2026-02-08T23:59:59Z", "Yesterday"),
        ("2026-02-07T12:00:00Z", "Previous 7 days"),
        ("2026-02-02T12:00:00Z", "Previous 7 days"),
        ("2026-02-01T12:00:00Z", "February"),
        ("2026-01-31T12:00:00Z", "January"),
        ("2025-12-31T12:00:00Z", "December 2025"),
    ],
)
def test_rows_stand_under_the_heading_of_their_day(at, heading):
    assert CatalogueView(filled(summary(at=at))).group(0) == heading


def test_pinned_rows_stand_on_top_under_their_own_heading():
    view = CatalogueView(
        filled(summary("new"), summary("pinned", "2020-01-01T00:00:00Z", pinned=True))
    )
    assert ids(view) == ["pinned", "new"]
    assert view.group(0) == "Pinned"


def test_row_that_stays_where_it_is_only_changes(catalogue):
    view = CatalogueView(catalogue)
    catalogue.put(summary())
    heard = Heard()
    for signal in (view.row_inserted, view.row_removed, view.row_changed):
        signal.connect(heard)
    catalogue.put(summary(title="Rome"))
    assert heard.calls == [(0,)]


def test_row_that_moves_is_removed_and_inserted(catalogue):
    for session_id in ("a", "b"):
        catalogue.put(summary(session_id))
    view = CatalogueView(catalogue)
    removed, inserted = Heard(), Heard()
    view.row_removed.connect(removed)
    view.row_inserted.connect(inserted)
    catalogue.put(summary("a", "2026-02-09T13:00:00Z"))
    assert (removed.calls, inserted.calls) == ([(1,)], [(0,)])
    catalogue.put(summary("a", "2026-02-09T13:00:00Z", archived=True))
    assert (removed.calls, inserted.calls) == ([(1,), (0,)], [(0,)])
    assert ids(view) == ["b"]


def test_row_of_a_removed_session_goes(catalogue):
    catalogue.put(summary())
    view = CatalogueView(catalogue)
    removed = Heard()
    view.row_removed.connect(removed)
    catalogue.remove("a")
    assert removed.calls == [(0,)]
    assert len(view) == 0


def test_same_filter_again_resets_nothing(catalogue):
    view = CatalogueView(catalogue)
    heard = Heard()
    view.reset.connect(heard)
    view.show(SessionFilter())
    view.show(SessionFilter(text="x"))
    assert heard.calls == [()]


def test_session_the_view_does_not_show_has_no_row():
    view = CatalogueView(filled(summary("a", archived=True)))
    assert view.row_of("a") is None
    assert view.row_of("nobody") is None
    assert len(view) == 0


def test_summary_is_a_value():
    assert summary() == summary()
    assert isinstance(summary(), SessionSummary)
    assert timestamp(FakeClock().now()) == NOON
