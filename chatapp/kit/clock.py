"""Time: one clock that tests can set, and one way to write a moment down.

A stored moment is UTC with microseconds and a `Z`, 27 characters, so that it
sorts as text and a rewritten header keeps its length. What others wrote (second
precision, an offset, no zone at all) is read too.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Protocol

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Clock(Protocol):
    """Tells the time; a test passes one it can set."""

    def now(self) -> dt.datetime:
        """The current moment, aware, in UTC."""
        ...

    def local(self, moment: dt.datetime) -> dt.datetime:
        """`moment` in the user's time zone."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> dt.datetime:
        """The current moment, aware, in UTC."""
        return dt.datetime.now(dt.UTC)

    def local(self, moment: dt.datetime) -> dt.datetime:
        """`moment` in the time zone of this machine; in UTC where the system knows no such time."""
        try:
            return moment.astimezone()
        except (OverflowError, OSError):  # the first and last days; before 1970 on Windows
            return moment


def timestamp(moment: dt.datetime) -> str:
    """`moment` as `2026-02-09T21:30:00.000000Z`."""
    return moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_timestamp(text: str) -> dt.datetime:
    """The moment `text` names; a text without a zone is taken as UTC.

    A text that is no moment gives the epoch: one odd field must not make a
    conversation unreadable.
    """
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return EPOCH
    if moment.tzinfo is None:
        return moment.replace(tzinfo=dt.UTC)
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:  # year 1 or 9999 with an offset
        return EPOCH


@functools.lru_cache(maxsize=1 << 14)  # lists are sorted again and again
def sortable(text: str) -> str:
    """`text` in the form of `timestamp`, whoever wrote it, so that moments compare as text."""
    return timestamp(parse_timestamp(text))
