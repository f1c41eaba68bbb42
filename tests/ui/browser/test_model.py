"""The list mirrors the catalogue row for row."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QAbstractItemModelTester

from chatapp.domain.session import SessionSummary
from chatapp.kit.clock import timestamp
from chatapp.sessions.catalogue import Catalogue, CatalogueView, SessionFilter
from chatapp.ui.browser.list_view import SessionListView
from chatapp.ui.browser.marks import Mark, Marks
from chatapp.ui.browser.model import SessionListModel
from chatapp.ui.fonts import choose
from chatapp.ui.look import Look
from ui.fakes import SetClock

CLOCK = SetClock()


def summary(number: int, days: float = 0.0, **fields) -> SessionSummary:

    moment = timestamp(CLOCK.now() - dt.timedelta(days=days, seconds=number))
    plain = SessionSummary(
        session_id=f"id{number}",
        day=moment[:10],
        title=f"Chat {number}",
        user_name="User",
        started_at=moment,
        last_updated=moment,
        type="chat",
        total_messages=2,
        user_messages=1,
        assistant_messages=1,
        errors=0,
        preview="Hello",
    )
    return replace(plain, **fields)


@pytest.fixture
def catalogue():
    return Catalogue(CLOCK)


@pytest.fixture
def marks():
    return Marks()


@pytest.fixture
def model(catalogue, marks):
    return SessionListModel(CatalogueView(catalogue), marks, CLOCK)


@pytest.fixture
def view(qtbot, model):
    view = SessionListView(Look(choose()))
    qtbot.addWidget(view)
    view.setModel(model)
    view.resize(304, 600)
    view.show()
    return view


def titles(model):
    return [model.index(row).data() for row in range(model.rowCount())]


def test_rows_come_go_move_and_change_as_qt_expects(catalogue, model, view):
    tester = QAbstractItemModelTester(model)
    dice = random.Random(7)
    for step in range(300):
        number = dice.randrange(20)
        if dice.random() < 0.3:
            catalogue.remove(f"id{number}")
        else:
            pinned = dice.random() < 0.2
            catalogue.put(summary(number, days=dice.choice([0, 1, 3, 40]), pinned=pinned))
        if step % 50 == 0:
            view.setCurrentIndex(model.index(0))
        order = [s.title for s in catalogue.summaries(SessionFilter(pinned=True))]
        order += [s.title for s in catalogue.summaries(SessionFilter(pinned=False))]
        assert titles(model) == order
    assert tester is not None


def test_headings_stand_before_the_first_row_of_each_group(catalogue, model):
    catalogue.fill(
        [
            summary(1, days=10, pinned=True),
            summary(2),
            summary(3),
            summary(4, days=1),
            summary(5, days=3),
            summary(6, days=60),
            summary(7, days=500),
        ]
    )
    assert model.headings() == [
        (0, "Pinned"),
        (1, "Today"),
        (3, "Yesterday"),
        (4, "Previous 7 days"),
        (5, "December 2025"),
        (6, "September 2024"),
    ]


def test_finding_headings_asks_for_few_of_many_rows(catalogue, marks):
    catalogue.fill([summary(number, days=number / 400) for number in range(20_000)])
    asked = []

    class Counting(CatalogueView):
        def group(self, row):
            asked.append(row)
            return super().group(row)

    model = SessionListModel(Counting(catalogue), marks, CLOCK)
    assert len(model.headings()) == 6
    assert len(asked) < 150


def test_every_row_is_found_where_it_is_drawn(catalogue, model, view):
    catalogue.fill([summary(number, days=number / 3) for number in range(500)])
    for row in (0, 1, 2, 3, 250, 499):
        index = model.index(row)
        view.scrollTo(index)
        rect = view.visualRect(index)
        assert view.viewport().rect().contains(rect)
        assert view.indexAt(rect.center()) == index
        assert view.indexAt(rect.topLeft()) == index
        assert view.indexAt(rect.bottomLeft()) == index


def test_a_heading_and_the_space_below_the_end_are_no_rows(catalogue, model, view):
    catalogue.fill([summary(1)])
    rect = view.visualRect(model.index(0))
    assert not view.indexAt(rect.topLeft() - QPoint(0, 10)).isValid()
    assert not view.indexAt(rect.bottomLeft() + QPoint(0, 40)).isValid()


def test_rows_do_not_overlap(catalogue, model, view):
    catalogue.fill([summary(number, days=number) for number in range(30)])
    rects = [view.visualRect(model.index(row)) for row in range(30)]
    for above, below in pairwise(rects):
        assert above.bottom() < below.top()


def test_a_damaged_session_cannot_be_renamed_and_says_why(catalogue, model):
    catalogue.fill([summary(1, title="", damage="The file is not JSON.")])
    index = model.index(0)
    assert index.data() == "Damaged chat"
    assert not index.flags() & Qt.ItemFlag.ItemIsEditable
    assert "The file is not JSON." in index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_marks_are_drawn_and_said(catalogue, marks, model, view):
    catalogue.fill([summary(number, type="voice", pinned=number == 1) for number in range(4)])
    changed = []
    model.dataChanged.connect(lambda first, *_: changed.append(first.row()))
    for number, mark in enumerate(Mark):
        marks.set(f"id{number}", mark, on=True)
    assert len(changed) == 4
    said = [model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(4)]
    for mark in Mark:
        assert any(mark.value in text for text in said)
    assert not view.grab().isNull()


def test_a_row_is_drawn_with_its_menu_under_the_pointer_and_a_check_when_chosen(
    catalogue, model, view
):
    catalogue.fill([summary(number) for number in range(3)])
    plain = view.grab().toImage()
    view.selectAll()
    chosen = view.grab().toImage()
    assert plain != chosen


def test_a_title_of_a_megabyte_is_drawn_at_once(catalogue, model, view):
    catalogue.fill([summary(1, title="x" * 1_000_000, preview="y" * 1_000)])
    assert not view.grab(QRect(0, 0, 304, 100)).isNull()


def test_new_times_are_drawn_when_the_day_changes(catalogue, model):
    catalogue.fill([summary(1)])
    assert model.headings() == [(0, "Today")]
    CLOCK.go(days=1)
    try:
        model.refresh_times()
        assert model.headings() == [(0, "Yesterday")]
    finally:
        CLOCK.go(days=-1)
