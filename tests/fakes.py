"""Stand-ins that tests share: a clock to set, and a wait with a deadline."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable

NOON = dt.datetime(2026, 2, 9, 12, 0, tzinfo=dt.UTC)  # a Monday


class FakeClock:
    """A clock that stands still until told otherwise.

    Attributes:
        moment: What it shows, aware, in UTC.
        zone: The user's time zone.
    """

    def __init__(self, moment: dt.datetime = NOON, zone: dt.tzinfo = dt.UTC) -> None:
        self.moment = moment
        self.zone = zone

    def now(self) -> dt.datetime:
        return self.moment

    def local(self, moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(self.zone)

    def advance(self, **duration: float) -> None:
        """Let time pass: `advance(minutes=5)`."""
        self.moment += dt.timedelta(**duration)


class Heard:
    """A receiver that remembers what it was told, in order."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def __call__(self, *args: object) -> None:
        self.calls.append(args)


async def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Let other tasks run until `condition` holds.

    Raises:
        TimeoutError: It did not in time.
    """
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.001)
