"""Real processes on a real disk: killed, and several at once."""

from __future__ import annotations

import json
import random
import subprocess
import threading

import pytest

from chatapp.storage import codec
from chatapp.storage.documents import read_version
from chatapp.storage.files import RealFiles
from crash.processes import Victim, what_is_wrong


def kills(folder, count, seed=1):
    """Kill a process `count` times; what was wrong in the end."""
    chance = random.Random(seed)
    acknowledged = []
    for number in range(count):
        victim = Victim(folder, f"v{number}").until(1)
        victim.kill(chance.random() * 0.15)
        acknowledged += victim.acknowledged
    return acknowledged, what_is_wrong(folder, acknowledged)


@pytest.mark.row("M01", "M02", "T28")
def test_killed_process_loses_nothing_it_acknowledged(tmp_path):
    acknowledged, wrong = kills(tmp_path, 4)
    assert wrong == []
    assert len(acknowledged) >= 4


class Stranger:
    """An editor and a sync client, who know nothing of the program."""

    def __init__(self, folder, seed=1):
        self.chance = random.Random(seed)
        self.folder = folder / "sessions"
        self.added = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self):
        while not self.stop.wait(0.05):
            paths = sorted(self.folder.glob("*/*.json"))
            if paths:
                self.add_to(self.chance.choice(paths))

    def add_to(self, path):
        """Save the file with one message more, or drop a conflict copy that has it."""
        try:
            session = read_version(RealFiles(), path).session
        except (OSError, codec.DamagedFile):
            return
        mid = f"stranger-{len(self.added)}"
        document = json.loads(codec.encode(session))
        at = document["last_updated"]
        message = {"role": "user", "content": mid, "timestamp": at, "metadata": {"id": mid}}
        document["messages"].append(message)
        name = self.chance.choice([
            path.name,
            f"{path.stem}.sync-conflict-20260101-101010-ABCDEFG.json",
            f"{path.stem} (Ana's conflicted copy 2026-01-01).json",
            f"{path.stem}-desktop.json",
            f"{path.stem} (1).json",
        ])  # fmt: skip
        if name != path.name and path.with_name(name).exists():
            return
        temporary = path.with_name(".stranger")
        temporary.write_text(json.dumps(document, indent=2))
        if name == path.name:
            # A cooperating writer would lose nothing; this one may overwrite a save of the
            # program that it has not seen, which is its own business: such saves come back.
            temporary.unlink()
            name = f"{path.stem}-{len(self.added)}.json"
            path.with_name(name).write_text(json.dumps(document, indent=2))
        else:
            temporary.replace(path.with_name(name))
        self.added.append(mid)

    def finish(self):
        self.stop.set()
        self.thread.join()
        return self.added


def soak(folder, rounds):
    """Two programs and a stranger on the same sessions; what was wrong in the end."""
    victims = [Victim(folder, name, "one", "two") for name in ("a", "b")]
    for victim in victims:
        victim.until(2)
    stranger = Stranger(folder)
    for _ in range(rounds):
        for victim in victims:
            victim.until(10)
    added = stranger.finish()
    acknowledged = [mid for victim in victims for mid in victim.close()]
    return acknowledged, what_is_wrong(folder, [*acknowledged, *added])


def test_two_programs_and_a_sync_client_on_one_session_lose_nothing(tmp_path):
    acknowledged, wrong = soak(tmp_path, 3)
    assert wrong == []
    assert len(acknowledged) > 60


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk is not permitted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.row("D05", "T21")
def test_full_disk_loses_nothing_and_is_caught_up_with_when_there_is_room(tmp_path, small_disk):
    (tmp_path / "data").mkdir()
    (small_disk / "sessions").mkdir()
    (tmp_path / "data" / "sessions").symlink_to(small_disk / "sessions")
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(400_000))
    victim = Victim(tmp_path / "data", "v").until(200)
    ballast.unlink()
    victim.until(20)
    acknowledged = victim.close()
    assert what_is_wrong(tmp_path / "data", acknowledged) == []
