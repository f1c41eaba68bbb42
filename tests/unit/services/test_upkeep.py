"""What is due is done soon after the start and at every round; a failure stops nothing else."""

from __future__ import annotations

import json
import zipfile
from types import SimpleNamespace

import pytest

from chatapp.kit.paths import Paths
from chatapp.kit.tasks import Tasks
from chatapp.services import upkeep
from chatapp.sessions import SessionManager
from chatapp.settings.schema import BY_NAME
from chatapp.storage.error_log import ErrorLog
from chatapp.storage.journaled_store import JournaledStore
from chatapp.storage.notebook import Notebook
from fakes import FakeClock, listed, until


class FakeSettings(dict):
    def get(self, name):
        return super().get(name, BY_NAME[name].default)


@pytest.fixture
async def core(tmp_path):
    clock, tasks, paths = FakeClock(), Tasks(), Paths.below(tmp_path)
    store = JournaledStore(paths.sessions, paths.state, paths.cache, clock=clock)
    manager = SessionManager(store, clock=clock, tasks=tasks)
    await manager.open()
    made = SimpleNamespace(
        paths=paths,
        manager=manager,
        clock=clock,
        settings=FakeSettings(),
        drafts=Notebook(paths.state / "drafts.json"),
        error_log=ErrorLog(paths.state / "errors", clock, tasks),
        tasks=tasks,
    )
    await manager.start_new_session(session_id="abc")
    manager.clear_current_session()
    yield made
    await manager.close()
    await tasks.close()


def backups(core):
    return sorted(path.name for path in core.paths.backups.iterdir())


async def days_of_upkeep(core, count):
    for _ in range(count):
        core.clock.advance(days=1)
        await upkeep.do_what_is_due(core)


@pytest.mark.row("D18", "U17")
async def test_backup_is_made_once_a_day_and_so_many_are_kept(core):
    core.settings["backups_kept"] = 2
    for hours in (0, 1, 23, 25):
        await upkeep.do_what_is_due(core)
        core.clock.advance(hours=hours)
    await upkeep.do_what_is_due(core)
    assert backups(core) == ["chatapp-20260210T120000Z.zip", "chatapp-20260211T130000Z.zip"]


@pytest.mark.row("U17")
async def test_no_backup_is_made_where_that_is_switched_off(core):
    core.settings["backup_days"] = 0
    await days_of_upkeep(core, 3)
    assert not core.paths.backups.exists()


@pytest.mark.row("U17")
async def test_backup_made_while_the_clock_ran_ahead_neither_stops_others_nor_costs_one(core):
    core.settings["backups_kept"] = 2
    await upkeep.do_what_is_due(core)
    core.clock.advance(days=3650)
    await upkeep.do_what_is_due(core)
    core.clock.advance(days=-3649)
    await upkeep.do_what_is_due(core)
    assert backups(core) == ["chatapp-20260210T120000Z.zip", "chatapp-20360207T120000Z.zip"]
    await upkeep.do_what_is_due(core)
    assert backups(core)[0] == "chatapp-20260210T120000Z.zip"


async def test_trash_is_emptied_after_thirty_days(core):
    await core.manager.delete_session("abc")
    await upkeep.do_what_is_due(core)
    await days_of_upkeep(core, 29)
    assert len(await core.manager.trashed_sessions()) == 1
    await days_of_upkeep(core, 1)
    assert await core.manager.trashed_sessions() == []


async def test_nought_days_keep_the_trash_for_ever(core):
    core.settings["trash_days"] = 0
    await core.manager.delete_session("abc")
    await days_of_upkeep(core, 60)
    assert len(await core.manager.trashed_sessions()) == 1


@pytest.mark.row("L25")
async def test_idle_chats_are_archived_if_that_is_set(core):
    core.settings["archive_after_days"] = 30
    core.clock.advance(days=31)
    await upkeep.do_what_is_due(core)
    assert await listed(core.manager, archived=True) == ["abc"]


async def test_refusal_of_the_disk_is_noted_and_no_end(core, monkeypatch):
    monkeypatch.setattr(upkeep, "SETTLING_SECONDS", 0.0)
    monkeypatch.setattr(upkeep, "ROUND_SECONDS", 0.001)
    core.paths.backups.write_text("in the way")
    looking = core.tasks.start(upkeep.look_after(core), name="look after the library")
    noted = core.paths.state / "errors" / "2026-02-09.jsonl"
    await until(noted.exists)
    entry = json.loads(noted.read_text().splitlines()[0])
    assert entry["kind"] == "upkeep"
    assert str(core.paths.state) not in entry["message"]
    core.paths.backups.unlink()
    await until(lambda: core.paths.backups.is_dir() and backups(core)[:1] > ["chatapp"])
    looking.cancel()


@pytest.mark.row("D18", "S03")
async def test_backup_holds_the_settings_without_keys(core, tmp_path):
    core.paths.config.mkdir()
    config = core.paths.config / "config.toml"
    config.write_text('theme = "dark"\n[[providers]]\nname = "x"\napi_key = "canary"\n')
    (tmp_path / "elsewhere").mkdir()
    made = await upkeep.back_up(core, tmp_path / "elsewhere")
    assert made.path.parent.name == "elsewhere"
    with zipfile.ZipFile(made.path) as archive:
        text = archive.read("config.toml").decode()
    assert 'theme = "dark"' in text
    assert "canary" not in text
    config.write_bytes(b"\xff\xfe")
    made = await upkeep.back_up(core, tmp_path / "b.zip")
    assert "config.toml" not in zipfile.ZipFile(made.path).namelist()
