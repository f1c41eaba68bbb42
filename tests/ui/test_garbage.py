"""Cyclic garbage is collected, on the GUI thread only."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from chatapp.ui.garbage import GarbageCollector


class Knot:
    """An object that only a collector can free; tells on which thread that was."""

    def __init__(self, freed):
        self.me = self
        weakref.finalize(self, lambda: freed.append(threading.current_thread()))


@pytest.fixture
def collector():
    application = QApplication.instance() or QApplication(["chatapp"])
    parent = QObject(application)
    yield GarbageCollector(parent)
    parent.deleteLater()


def test_worker_thread_frees_no_cycle_however_much_it_allocates(collector):
    freed = []
    Knot(freed)
    busy = threading.Thread(target=lambda: [Knot([]) for _ in range(20_000)])
    busy.start()
    busy.join()
    assert freed == []


def test_collector_frees_cycles_on_its_own_thread(collector):
    gc.collect()
    freed = []
    knots = [Knot(freed) for _ in range(2 * gc.get_threshold()[0])]
    del knots
    collector.collect()
    assert set(freed) == {threading.main_thread()}


def test_little_garbage_waits(collector):
    gc.collect()
    freed = []
    Knot(freed)
    collector.collect()
    assert freed == []
