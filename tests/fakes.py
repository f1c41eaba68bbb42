"""Stand-ins that tests share: a clock to set, a slow store, a wait with a deadline."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable

from chatapp.domain.changes import Change
from chatapp.domain.errors import StorageError
from chatapp.domain.session import Session
from chatapp.sessions import SessionManager
from chatapp.storage.memory import MemoryStore

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


class SlowStore(MemoryStore):
    """A store in memory whose calls can be held up.

    Attributes:
        gates: Method name -> while its event is not set, calls of the method wait.
        asked: Method names in the order of their calls.
        fault: While set, `save` raises it: a fault of the program, not of the disk.
        foreign: While set, what another program saved: `save` finds it in the file.
        puts_off: Whether saves that are not urgent are put off, as those of large files are.
        recorded: All changes that were made durable, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gates: dict[str, asyncio.Event] = {}
        self.asked: list[str] = []
        self.fault: Exception | None = None
        self.foreign: Session | None = None
        self.puts_off = False
        self.recorded: list[Change] = []

    def hold(self, method: str) -> asyncio.Event:
        """Hold calls of `method` up until the event is set."""
        self.gates[method] = asyncio.Event()
        return self.gates[method]

    async def _pass(self, method: str) -> None:
        self.asked.append(method)
        if method in self.gates:
            await self.gates[method].wait()

    async def record(self, session, changes, *, durable=True):
        await self._pass("record")
        await super().record(session, changes, durable=durable)
        self.recorded += changes

    async def save(self, snapshot, *, now=False):
        await self._pass("save")
        if self.fault is not None:
            raise self.fault
        if self.puts_off and not now:
            return None
        kept = await super().save(snapshot, now=now)
        return kept if self.foreign is None else self.foreign

    async def read(self, session_id):
        await self._pass("read")
        return await super().read(session_id)

    async def delete(self, session_id):
        await self._pass("delete")
        return await super().delete(session_id)


def full_disk() -> StorageError:
    return StorageError("The disk is full.", "Free some space.")


async def restarted(store, clock=None):
    """Another manager over what the first one kept."""
    manager = SessionManager(store, clock=clock or FakeClock())
    await manager.open()
    return manager


async def texts(manager, session_id):
    return [message.content for message in await manager.get_messages(session_id)]


async def listed(manager, **filters):
    page = await manager.list_sessions(**filters)
    return [summary.session_id for summary in page.sessions]
