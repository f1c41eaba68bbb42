"""A real process that writes messages and says on standard output which are acknowledged.

    python -m crash.victim FOLDER NAME [SESSION…]

It goes on until it is killed, or until its standard input ends; then it closes properly.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from chatapp.domain.changes import MessageGrew, MessageReplaced
from chatapp.kit.paths import Paths
from chatapp.sessions import SessionManager
from chatapp.storage.journaled_store import JournaledStore

AUTOSAVE_SECONDS = 0.02


async def live(folder, name, session_ids):
    paths = Paths.below(folder)
    store = JournaledStore(paths.sessions, paths.state, paths.cache, tick_seconds=AUTOSAVE_SECONDS)
    manager = SessionManager(store, autosave_seconds=AUTOSAVE_SECONDS)
    await manager.open()
    manager.start_auto_save()
    end = asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    count = 0
    while not end.done():
        session_id = session_ids[count % len(session_ids)]
        await speak(manager, session_id, f"{name}-{count}", "x" * (count * 37 % 2000))
        count += 1
    manager.stop_auto_save()
    await manager.close()


async def speak(manager, session_id, mid, text):
    """One message, and every third time a reply that arrives in pieces."""
    message = await manager.add_message("user", text, {"id": mid}, session_id=session_id)
    await manager.acknowledged(message)
    print(mid, flush=True)
    if not mid.endswith(("3", "6", "9")):
        return
    reply = await manager.add_message(
        "assistant", "", {"id": f"{mid}r", "status": "streaming"}, session_id=session_id
    )
    manager.hold(session_id)
    for piece in range(5):
        manager.grow(session_id, MessageGrew(reply.id, piece * 4, "word"))
        await asyncio.sleep(0)
    session = await manager.get_session(session_id)
    done = session.message(reply.id).with_metadata(status="complete")
    recording = manager.change(session_id, MessageReplaced(done, done.timestamp))
    if await recording is None:
        print(f"{mid}r", flush=True)
    manager.release(session_id)


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), sys.argv[2], sys.argv[3:] or ["one", "two"]))
