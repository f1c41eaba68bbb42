from __future__ import annotations

import datetime as dt

from chatapp.cli.transcript import local_time, transcript
from chatapp.domain.message import Message
from fakes import FakeClock

AT = "2026-02-09T21:30:00.000000Z"
CLOCK = FakeClock(zone=dt.timezone(dt.timedelta(hours=3)))


def test_times_are_local():
    assert local_time(AT, CLOCK) == "2026-02-10 00:30"


def test_speakers_times_and_endings_stand_above_the_words():
    messages = [
        Message("user", "Hello\n", AT),
        Message("assistant", "Half a", AT, {"model": "local/tiny", "status": "interrupted"}),
        Message("assistant", "", AT, {"has_error": True, "error_message": "It was\nrefused."}),
    ]
    assert transcript(messages, CLOCK) == (
        "── You · 2026-02-10 00:30\nHello\n\n"
        "── local/tiny · 2026-02-10 00:30 · interrupted\nHalf a\n\n"
        "── Assistant · 2026-02-10 00:30\n[It was refused.]"
    )
