"""One thread for everything that touches the disk, and shared syncs for all who wait.

Work is done in the order it was asked for. Appends to the journal that wait at the
same time are written together and made durable by one sync.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatapp.storage.entries import Began, Changed

T = TypeVar("T")
Spoken: TypeAlias = "Began | Changed"


class Append(Protocol):
    """Makes entries durable, as `Engine.append` does."""

    def __call__(self, entries: Sequence[Spoken], *, durable: bool) -> None:
        """Raises `OSError` if the disk refuses."""
        ...


@dataclass(slots=True)
class _Job:
    """Something to do, and the future of whoever waits for it."""

    waiting: asyncio.Future[Any]


@dataclass(slots=True)
class _Call(_Job):
    work: Callable[[], Any]


@dataclass(slots=True)
class _Record(_Job):
    entries: Sequence[Spoken]
    durable: bool


class Worker:
    """A thread that does one thing after the other. Made on the event loop it serves."""

    def __init__(self, name: str, append: Append) -> None:
        self._append = append
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._ahead: list[_Job | None] = []  # taken from the queue, to be done next
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` gives, done on the thread."""
        waiting: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(_Call(waiting, work))
        return await waiting

    async def append(self, entries: Sequence[Spoken], *, durable: bool) -> None:
        """Make entries durable, together with whatever else waits for that.

        Raises:
            OSError: The disk refused.
        """
        waiting: asyncio.Future[None] = self._loop.create_future()
        self._jobs.put(_Record(waiting, entries, durable))
        await waiting

    def stop(self) -> None:
        """End the thread when it has done what it was asked for."""
        self._jobs.put(None)
        self._thread.join()

    # ---- on the thread

    def _work(self) -> None:
        while (job := self._take()) is not None:
            if isinstance(job, _Record):
                self._record([job, *self._waiting_records()])
            elif isinstance(job, _Call):
                self._call(job)

    def _take(self) -> _Job | None:
        return self._ahead.pop() if self._ahead else self._jobs.get()

    def _waiting_records(self) -> list[_Record]:
        """The appends that wait now, up to something else, which keeps its place."""
        together: list[_Record] = []
        with contextlib.suppress(queue.Empty):
            while isinstance(job := self._jobs.get_nowait(), _Record):
                together.append(job)
            self._ahead.append(job)
        return together

    def _record(self, together: list[_Record]) -> None:
        entries = [entry for one in together for entry in one.entries]
        error: BaseException | None = None
        try:
            self._append(entries, durable=any(one.durable for one in together))
        except BaseException as raised:  # noqa: BLE001 - it is raised again where it is awaited
            error = raised
        self._answer([(one.waiting, None, error) for one in together])

    def _call(self, job: _Call) -> None:
        result, error = None, None
        try:
            result = job.work()
        except BaseException as raised:  # noqa: BLE001 - it is raised again where it is awaited
            error = raised
        self._answer([(job.waiting, result, error)])

    def _answer(self, answers: list[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended; nobody waits
            self._loop.call_soon_threadsafe(_resolve, answers)


def _resolve(answers: list[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
    for waiting, result, error in answers:
        if waiting.done():  # whoever waited was cancelled
            continue
        if error is None:
            waiting.set_result(result)
        else:
            waiting.set_exception(error)
