"""Starts victims, kills them, and looks at what is left."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from chatapp.kit.paths import Paths
from chatapp.storage.journaled_store import JournaledStore

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 30


class Victim:
    """One running process."""

    def __init__(self, folder, name, *sessions):
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "crash.victim", str(folder), name, *sessions],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            text=True,
        )
        self.acknowledged = []

    def until(self, count):
        """Wait until it has said `count` things more."""
        wanted = len(self.acknowledged) + count
        while len(self.acknowledged) < wanted:
            line = self._process.stdout.readline()
            assert line, self._process.stderr.read()
            self.acknowledged.append(line.strip())
        return self

    def kill(self, after_seconds=0.0):
        """End it without a warning, at some moment."""
        time.sleep(after_seconds)  # the moment is the point of it; nothing is waited for
        self._process.kill()
        return self._rest()

    def close(self):
        """Let it end by itself."""
        self._process.stdin.close()
        said = self._rest()
        assert self._process.returncode == 0, said
        return self.acknowledged

    def _rest(self):
        if self._process.stdin.closed:
            self._process.stdin = None
        out, error = self._process.communicate(timeout=PATIENCE_SECONDS)
        whole = out.split("\n")[:-1]
        self.acknowledged += whole
        return error


def recovered(folder):
    """What a new start finds: session id -> its messages as (id, content, status)."""

    async def look():
        paths = Paths.below(folder)
        store = JournaledStore(paths.sessions, paths.state, paths.cache)
        await store.open()
        found = {}
        for summary in await store.summaries():
            session = await store.read(summary.session_id)
            found[summary.session_id] = session.messages
        await store.close()
        return found

    return asyncio.run(look())


def what_is_wrong(folder, acknowledged):
    """Compare what is on disk with what was acknowledged; a list of sentences."""
    for path in (folder / "sessions").glob("*/*.json"):
        json.loads(path.read_text())
    wrong = []
    sessions = recovered(folder)
    ids = [message.id for messages in sessions.values() for message in messages]
    counted = Counter(ids)
    wrong += [f"{mid} stands {n} times" for mid, n in counted.items() if n > 1]
    wrong += [f"{mid} was acknowledged and is lost" for mid in acknowledged if not counted[mid]]
    for messages in sessions.values():
        orders = {}
        for message in messages:
            name, _, number = message.id.rstrip("r").rpartition("-")
            if name != "stranger":  # whose copies say nothing of each other's order
                orders.setdefault(name, []).append(int(number))
            if message.status == "streaming":
                wrong.append(f"{message.id} is still streaming")
        wrong += [f"{name} is out of order" for name, o in orders.items() if o != sorted(o)]
    left = [path for path in (folder / "state" / "journal").iterdir() if path.suffix != ".guard"]
    left += (folder / "sessions").glob("*/*.tmp")
    wrong += [f"{path.name} is left over" for path in left]
    return wrong
