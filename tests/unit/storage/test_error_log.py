from __future__ import annotations

import asyncio
import datetime as dt
import json

import pytest

from chatapp.domain.ids import SessionId
from chatapp.kit.tasks import Tasks
from chatapp.storage.error_log import ErrorLog

ENTRY = {"timestamp": "2026-02-09T21:30:00.000000Z", "kind": "timeout", "message": "It was slow."}


class LateClock:
    """23:59 UTC, which is the next day two zones east."""

    def now(self) -> dt.datetime:
        return dt.datetime(2026, 2, 9, 23, 59, tzinfo=dt.UTC)

    def local(self, moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(dt.timezone(dt.timedelta(hours=2)))


async def note(folder, *entries):
    tasks = Tasks()
    log = ErrorLog(folder, LateClock(), tasks)
    for entry in entries:
        log.note(SessionId("abc"), entry)
    while tasks._running:
        await asyncio.sleep(0)


@pytest.mark.row("D09")
async def test_errors_are_appended_to_the_file_of_the_local_day(tmp_path):
    await note(tmp_path / "errors", ENTRY, ENTRY)

    lines = (tmp_path / "errors" / "2026-02-10.jsonl").read_text().splitlines()

    assert [json.loads(line) for line in lines] == [{"session_id": "abc", **ENTRY}] * 2


@pytest.mark.row("D09")
async def test_only_the_four_fields_are_written(tmp_path):
    await note(tmp_path, {**ENTRY, "detail": "the text of a message"})

    assert "the text" not in (tmp_path / "2026-02-10.jsonl").read_text()


async def test_a_folder_that_cannot_be_made_costs_nothing(tmp_path):
    (tmp_path / "errors").write_text("a file in the way")

    await note(tmp_path / "errors", ENTRY)

    assert (tmp_path / "errors").read_text() == "a file in the way"
