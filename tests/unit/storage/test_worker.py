"""One thing after the other, one sync for all who wait, and errors where they are awaited."""

from __future__ import annotations

import asyncio
import threading

import pytest

from chatapp.storage.worker import Worker
from fakes import until


class Journal:
    """Remembers each append; `refusal` is raised instead while it is set."""

    def __init__(self):
        self.appends = []
        self.refusal = None

    def append(self, entries, *, durable):
        self.appends.append((list(entries), durable))
        if self.refusal is not None:
            raise self.refusal


@pytest.fixture
def journal():
    return Journal()


@pytest.fixture
async def worker(journal):
    made = Worker("test", journal.append)
    yield made
    made.stop()


async def held_up(worker):
    """Keeps the thread busy until the event is set."""
    gate, begun = threading.Event(), threading.Event()
    task = asyncio.create_task(worker.run(lambda: (begun.set(), gate.wait(10))))
    await until(begun.is_set)
    return gate, task


async def test_work_is_done_on_one_other_thread_in_the_order_it_was_asked_for(worker):
    done = []

    def work(number):
        done.append(number)
        return threading.current_thread().name

    names = await asyncio.gather(*(worker.run(lambda n=n: work(n)) for n in range(5)))
    assert done == [0, 1, 2, 3, 4]
    assert set(names) == {"test"}


async def test_error_of_the_work_is_raised_where_it_is_awaited_and_the_thread_goes_on(worker):
    with pytest.raises(ZeroDivisionError):
        await worker.run(lambda: 1 // 0)
    assert await worker.run(lambda: 7) == 7


async def test_appends_that_wait_are_written_together_and_what_follows_keeps_its_place(
    worker, journal
):
    gate, busy = await held_up(worker)
    appends = [
        asyncio.create_task(worker.append([number], durable=number == 2)) for number in range(3)
    ]
    counted = asyncio.create_task(worker.run(lambda: len(journal.appends)))
    late = asyncio.create_task(worker.append([3], durable=False))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(busy, *appends, late)
    assert journal.appends == [([0, 1, 2], True), ([3], False)]
    assert await counted == 1


async def test_refused_append_is_told_to_each_who_waits(worker, journal):
    journal.refusal = OSError("full")
    gate, busy = await held_up(worker)
    appends = [asyncio.create_task(worker.append([number], durable=True)) for number in range(2)]
    await asyncio.sleep(0)
    gate.set()
    results = await asyncio.gather(*appends, return_exceptions=True)
    await busy
    assert results == [journal.refusal, journal.refusal]
    assert len(journal.appends) == 1


async def test_work_whose_waiter_gave_up_is_done_all_the_same(worker):
    gate, busy = await held_up(worker)
    done = []
    given_up = asyncio.create_task(worker.run(lambda: done.append(1)))
    await asyncio.sleep(0)
    given_up.cancel()
    gate.set()
    await busy
    assert await worker.run(lambda: list(done)) == [1]


async def test_stop_waits_for_what_was_asked_for(journal):
    worker = Worker("test", journal.append)
    saved = asyncio.create_task(worker.append(["last"], durable=True))
    await asyncio.sleep(0)
    worker.stop()
    await saved
    assert journal.appends == [(["last"], True)]
