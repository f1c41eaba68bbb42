"""A disk that is really full."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys

import pytest

from chatapp.domain.errors import StorageError
from chatapp.sessions import SessionManager
from chatapp.storage.journaled_store import JournaledStore
from fakes import Heard

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("mount"),
    reason="only the superuser of a Linux machine may make a small disk",
)


def mounted(folder, *options):
    folder.mkdir()
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", ",".join(("mode=700", *options)), "tmpfs", folder],
            check=True,
            capture_output=True,
        )
    except subprocess.CalledProcessError:
        pytest.skip("mounting is not permitted here")
    return folder


@pytest.fixture
def disk(tmp_path):
    """A disk of one megabyte."""
    folder = mounted(tmp_path / "disk", "size=1m")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


async def opened(disk):
    folders = [disk / name for name in ("sessions", "state", "cache")]
    manager = SessionManager(JournaledStore(*folders, tick_seconds=60))
    await manager.open()
    return manager


def fill(disk):
    """Take all the space there is; gives what to remove to have it again."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"\0" * 4096):
            pass
    assert shutil.disk_usage(disk).free == 0
    return filler


async def texts(manager):
    return [message.content for message in await manager.get_messages("a")]


@pytest.mark.row("T21", "T28", "D05")
async def test_full_disk_is_said_and_nothing_is_lost_once_there_is_room(disk):
    manager = await opened(disk)
    failed = Heard()
    manager.save_failed.connect(failed)
    await manager.acknowledged(await manager.add_message("user", "before", session_id="a"))
    assert await manager.save_all()
    [file] = (disk / "sessions").glob("*/a.json")
    before = file.read_bytes()
    filler = fill(disk)
    message = await manager.add_message("user", "x" * 20_000, session_id="a")
    with pytest.raises(StorageError, match="disk is full"):
        await manager.acknowledged(message)
    assert not await manager.save_all()
    assert {error.sentence for _, error in failed.calls} == {"The disk is full."}
    assert file.read_bytes() == before
    assert manager.unsaved_ids == ["a"]
    filler.unlink()
    assert await manager.save_all()
    await manager.acknowledged(message)
    await manager.close()
    manager = await opened(disk)
    assert await texts(manager) == ["before", "x" * 20_000]
    await manager.close()


@pytest.mark.row("T21")
async def test_first_chat_on_a_full_disk_is_kept_in_memory_and_written_later(disk):
    manager = await opened(disk)
    filler = fill(disk)
    await manager.add_message("user", "x" * 20_000, session_id="a")
    assert not await manager.save_all()
    assert len(await texts(manager)) == 1
    filler.unlink()
    assert await manager.save_all()
    await manager.close()
    manager = await opened(disk)
    assert len(await texts(manager)) == 1
    await manager.close()
