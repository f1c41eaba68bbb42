"""Tests of the window: Qt draws to memory, and coroutines run on Qt's own event loop."""

from __future__ import annotations

import gc
import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # read when the application is made

import pytest
import qasync
from PySide6.QtWidgets import QApplication


@pytest.fixture(scope="session", autouse=True)
def _no_collection_on_worker_threads():
    """As in the program: a widget must not be destroyed where it does not live."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def _collection_on_the_gui_thread():
    yield
    gc.collect()


@pytest.fixture(scope="session")
def qapp_args():
    return ["chatapp"]


def pytest_asyncio_loop_factories():
    """Every `async def test_…` below this folder runs on qasync, as the window does."""
    return {"qasync": new_loop}


def new_loop():
    global application  # Qt's one application lives as long as the tests
    application = QApplication.instance() or QApplication(["chatapp"])
    return qasync.QEventLoop(application)


application = None


@pytest.fixture
async def desk(tmp_path):
    """The whole window over a core in memory; see `Desk`."""
    from ui.desk import Desk

    made = Desk(tmp_path)
    await made.open()
    yield made
    await made.close()
