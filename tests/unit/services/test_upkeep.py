from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from chatapp.services import upkeep
from chatapp.sessions import SessionManager
from chatapp.storage.journaled_store import JournaledStore
from fakes import FakeClock, until


class Calendar(FakeClock):
    """A clock that can be set."""

    moment = dt.datetime(2026, 2, 9, 12, tzinfo=dt.UTC)

    def now(self):
        return self.moment


@pytest.fixture
def clock():
    return Calendar()


@pytest.fixture
async def manager(tmp_path, clock):
    folders = (tmp_path / name for name in ("sessions", "state", "cache"))
    made = SessionManager(JournaledStore(*folders, clock=clock), clock=clock)
    await made.open()
    await made.start_new_session(session_id="abc")
    yield made
    await made.close()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.row("D18", "U17")
async def test_backup_is_made_once_a_day_and_so_many_are_kept(
    manager, clock, tmp_path, monkeypatch
):
    monkeypatch.setattr(upkeep, "KEPT_BACKUPS", 2)
    folder = tmp_path / "backups"
    for hours in (0, 1, 24, 49):
        clock.moment = dt.datetime(2026, 2, 9, 12, tzinfo=dt.UTC) + dt.timedelta(hours=hours)
        await upkeep.do_what_is_due(manager, folder)
    assert names(folder) == ["chatapp-20260210T120000Z.zip", "chatapp-20260211T130000Z.zip"]


async def test_trash_is_emptied_after_thirty_days(manager, clock, tmp_path):
    await manager.delete_session("abc")
    clock.moment += dt.timedelta(days=29)
    await upkeep.do_what_is_due(manager, tmp_path / "backups")
    assert len(await manager.trashed_sessions()) == 1
    clock.moment += dt.timedelta(days=2)
    await upkeep.do_what_is_due(manager, tmp_path / "backups")
    assert await manager.trashed_sessions() == []


async def test_refusal_of_the_disk_is_no_end(manager, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(upkeep, "FIRST_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(upkeep, "LOOK_SECONDS", 0.001)
    folder = tmp_path / "backups"
    folder.write_text("in the way")
    caplog.set_level("INFO", "chatapp.services.upkeep")
    looking = asyncio.create_task(upkeep.look_after(manager, folder))
    await until(lambda: caplog.records)
    folder.unlink()
    await until(folder.is_dir)
    await until(lambda: names(folder) and not names(folder)[0].startswith("~"))
    looking.cancel()
