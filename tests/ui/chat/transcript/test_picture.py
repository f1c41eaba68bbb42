"""The picture on the screen, once nothing is left to do, is what drawing everything would give."""

from __future__ import annotations

import random

import pytest

from bench.conversations import conversation, long_reply
from chatapp.ui.theme import DARK
from transcripts import reply

POSITIONS = 500


def picture(area):
    """What the window shows now, without drawing it again."""
    return area.screen().grabWindow(area.winId()).toImage()


def drawn_anew(area):
    area.viewport().repaint()
    return picture(area)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_picture_is_a_forced_repaint_at_500_places(area, settle):
    area.show_messages(conversation(10_000))
    settle()
    places = random.Random(1)
    bar = area.verticalScrollBar()
    different = []
    for turn in range(POSITIONS):
        if turn % 5 == 0:
            bar.setValue(places.randrange(bar.maximum()))
        else:
            bar.setValue(bar.value() + places.randrange(-700, 700))
        settle()
        if picture(area) != drawn_anew(area):
            different.append((turn, bar.value()))
    assert different == []


def test_picture_of_a_growing_reply_is_a_forced_repaint(area, settle):
    text = long_reply(12)
    message = reply("", status="streaming")
    area.show_messages([message])
    settle()
    for end in range(40, len(text), 160):
        area.update_message(message.with_content(text[:end]))
        settle()
        assert picture(area) == drawn_anew(area), text[:end][-200:]


def test_the_picture_is_a_picture(area, settle):
    area.show_messages(conversation(100))
    settle()
    light = picture(area)
    assert light.size() == area.size()
    area.set_theme(DARK, 1.0)
    settle()
    assert picture(area) != light
