from __future__ import annotations

import json
import zipfile

import pytest

from chatapp.storage.journaled_store import JournaledStore


@pytest.fixture
def store(tmp_path, clock):
    """Real files: this is about them."""
    return JournaledStore(*(tmp_path / n for n in ("sessions", "state", "cache")), clock=clock)


async def test_doctor_of_a_sound_library_says_so_and_where_everything_is(
    terminal, chats, core, tmp_path
):
    await core.manager.save_all()
    examined = await terminal("doctor")
    assert (examined.status, examined.err) == (0, "Everything is sound. Chats: 3.\n")
    assert f"sessions {tmp_path / 'sessions'}\n" in examined.out


async def test_doctor_changes_nothing_until_it_is_told_to_repair(terminal, chats, core, tmp_path):
    await core.manager.save_all()
    (day,) = (tmp_path / "sessions").glob("2026-*")
    path = day / "one.json"
    path.write_text(path.read_text().replace('"total_messages": 2', '"total_messages": 9'))
    (day / "broken.json").write_bytes(b"")
    before = path.read_bytes()
    examined = await terminal("doctor")
    assert examined.status == 1
    assert "one.json: The numbers in the file are not those of its messages." in examined.out
    assert path.read_bytes() == before
    repaired = json.loads((await terminal("doctor", "--repair", "--json")).out)
    assert {one["file"]: one["repaired"] for one in repaired["findings"]} == {
        f"{day.name}/one.json": True,
        f"{day.name}/broken.json": False,
    }
    assert json.loads(path.read_bytes())["stats"]["total_messages"] == 2
    (day / "broken.json").unlink()
    assert (await terminal("doctor")).status == 0


@pytest.mark.row("D18")
async def test_backup_names_its_file_and_can_be_merged_back(terminal, chats, tmp_path):
    made = await terminal("backup")
    assert made.status == 0
    path = tmp_path / "backups" / made.out.strip().rpartition("/")[2]
    assert len(zipfile.ZipFile(path).namelist()) == 4  # the settings too
    await terminal("delete", "one")
    restored = await terminal("backup", "--restore", str(path))
    assert restored.err == "Chats: 1 new, 0 merged, 2 unchanged.\n"
    assert (await terminal("show", "one")).status == 0


async def test_backup_goes_where_it_is_wanted(terminal, chats, tmp_path):
    made = await terminal("backup", "-o", str(tmp_path / "mine.zip"))
    assert made.out.strip() == str(tmp_path / "mine.zip")
    assert (tmp_path / "mine.zip").exists()


@pytest.mark.row("D18")
async def test_restore_can_be_tried_first_and_names_what_it_cannot_read(terminal, chats, tmp_path):
    made = await terminal("backup", "-o", str(tmp_path / "mine.zip"))
    (tmp_path / "sessions" / "2026-02-09" / "broken.json").write_bytes(b"")
    await terminal("delete", "one")
    tried = await terminal("backup", "--restore", made.out.strip(), "--dry-run")
    assert (tried.status, tried.err) == (
        0,
        "Nothing was changed. It would be: 1 new, 0 merged, 2 unchanged.\n",
    )
    damaged = await terminal("backup", "-o", str(tmp_path / "other.zip"))
    assert "broken.json is damaged, and was kept as it is." in damaged.err
    restored = await terminal("backup", "--restore", str(tmp_path / "other.zip"))
    assert restored.status == 1
    assert "broken.json was not restored" in restored.err
