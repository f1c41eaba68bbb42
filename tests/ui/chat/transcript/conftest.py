"""A transcript in memory, and messages to put into it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEventLoop

from chatapp.ui.chat.transcript.area import TranscriptArea
from chatapp.ui.fonts import Families


@pytest.fixture
def area(qtbot):
    area = TranscriptArea(Families("DejaVu Sans", "DejaVu Sans Mono"))
    qtbot.addWidget(area)
    area.resize(800, 600)
    area.show()
    return area


@pytest.fixture
def settle(qtbot, area, qapp):
    """Wait until the area has nothing left to do, neither now nor ahead of need."""

    def wait():
        def quiet():
            qapp.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
            return area.pacer.is_quiet

        qtbot.waitUntil(quiet, timeout=10_000)

    return wait


@pytest.fixture
def spot(area):
    """Where a button of a message is, in the viewport."""

    def find(row, action):
        for at, y, item in area.flow.visible():
            for candidate in item.spots():
                if at == row and candidate.action == action:
                    return candidate.rect.translated(area.column[0], y).center().toPoint()
        raise LookupError(action)

    return find
