"""Signals hold weakly, keep their order, and survive a receiver that fails."""

from __future__ import annotations

import gc
import logging

import pytest

from chatapp.kit.signal import Signal


class View:
    def __init__(self, seen, name="view"):
        self.seen = seen
        self.name = name

    def _on_told(self, word):
        self.seen.append((self.name, word))


def test_receivers_are_called_in_order_of_connection():
    signal, seen = Signal(), []
    first, second = View(seen, "first"), View(seen, "second")
    signal.connect(first._on_told)
    signal.connect(second._on_told)
    signal.emit("a")
    assert seen == [("first", "a"), ("second", "a")]


def test_view_that_went_away_is_not_called():
    signal, seen = Signal(), []
    view = View(seen)
    signal.connect(view._on_told)
    del view
    gc.collect()
    signal.emit("a")
    assert seen == []


def test_plain_function_can_be_a_receiver():
    signal, seen = Signal(), []

    def receiver(word):
        seen.append(word)

    signal.connect(receiver)
    signal.emit("a")
    assert seen == ["a"]


def test_lambda_is_refused_because_nobody_would_keep_it():
    with pytest.raises(TypeError, match="lambda"):
        Signal().connect(lambda: None)


def test_disconnected_receiver_is_not_called():
    signal, seen = Signal(), []
    view = View(seen)
    signal.connect(view._on_told)
    signal.disconnect(view._on_told)
    signal.emit("a")
    assert seen == []


def test_disconnecting_a_stranger_changes_nothing():
    signal, seen = Signal(), []
    view = View(seen)
    signal.connect(view._on_told)
    signal.disconnect(View(seen)._on_told)
    signal.emit("a")
    assert seen == [("view", "a")]


def test_failing_receiver_is_logged_and_the_others_are_called(caplog):
    signal, seen = Signal(), []

    def broken(word):
        raise RuntimeError(word)

    view = View(seen)
    signal.connect(broken)
    signal.connect(view._on_told)
    with caplog.at_level(logging.ERROR):
        signal.emit("a")
    assert seen == [("view", "a")]
    assert "broken" in caplog.text


def test_receiver_that_dies_while_others_are_called_is_left_out():
    signal, seen = Signal(), []
    views = {"second": View(seen, "second")}

    def killer(word):
        views.clear()
        gc.collect()

    signal.connect(killer)
    signal.connect(views["second"]._on_told)
    signal.emit("a")
    assert seen == []


def test_emitting_and_disconnecting_within_a_receiver_harm_nobody():
    signal, seen = Signal(), []
    dying, last = View(seen, "dying"), View(seen, "last")
    holder = [dying]

    def nested(word):
        if word == "outer":
            holder.clear()
            signal.emit("inner")
            signal.disconnect(nested)

    signal.connect(nested)
    signal.connect(dying._on_told)
    signal.connect(last._on_told)
    del dying
    signal.emit("outer")
    assert seen == [("last", "inner"), ("last", "outer")]
