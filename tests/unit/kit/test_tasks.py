"""Tasks are kept alive, named, and report their failure."""

from __future__ import annotations

import asyncio

from chatapp.kit.tasks import Tasks
from fakes import Heard, until


async def test_task_bears_its_name_and_gives_its_result():
    async def answer():
        return 42

    task = Tasks().start(answer(), name="answer")
    assert (task.get_name(), await task) == ("answer", 42)


async def test_failure_is_reported_with_the_name_of_the_task():
    async def fail():
        raise ValueError("broken")

    tasks, heard = Tasks(), Heard()
    tasks.failed.connect(heard)
    tasks.start(fail(), name="doomed")
    await until(lambda: heard.calls)
    [(name, error)] = heard.calls
    assert (name, str(error)) == ("doomed", "broken")


async def test_cancelled_task_is_no_failure():
    tasks, heard = Tasks(), Heard()
    tasks.failed.connect(heard)
    task = tasks.start(asyncio.sleep(60), name="sleeper")
    await tasks.close()
    assert task.cancelled()
    assert heard.calls == []


async def test_closing_waits_for_what_an_ending_task_starts():
    tasks, ended = Tasks(), []

    async def last_words():
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("last words")

    async def talker():
        try:
            await asyncio.sleep(60)
        finally:
            tasks.start(last_words(), name="last words")
            await asyncio.sleep(0)
            ended.append("talker")

    tasks.start(talker(), name="talker")
    await asyncio.sleep(0)
    await tasks.close()
    assert ended == ["talker", "last words"]


async def test_task_may_close_the_tasks_it_belongs_to():
    tasks = Tasks()
    other = tasks.start(asyncio.sleep(60), name="other")
    await tasks.start(tasks.close(), name="closer")
    assert other.cancelled()
