"""Makes the core, once, and tells in which order it starts and ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from chatapp.domain.errors import StorageError
from chatapp.kit.clock import SystemClock
from chatapp.kit.tasks import Tasks
from chatapp.providers.registry import Registry
from chatapp.services.conversation import Conversation
from chatapp.services.core import Core
from chatapp.services.export import EXPORTERS
from chatapp.services.library import OwnChats
from chatapp.sessions.manager import AUTOSAVE_SECONDS, SessionManager
from chatapp.settings.config import FILE_NAME, Settings
from chatapp.settings.secrets import Secrets
from chatapp.storage.error_log import ErrorLog
from chatapp.storage.journaled_store import JournaledStore
from chatapp.storage.notebook import Notebook

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatapp.kit.paths import Paths
    from chatapp.providers.http import Transport


def make_core(
    paths: Paths, *, settings: Settings | None = None, window_state: Notebook | None = None
) -> Core:
    """The objects of one program; nothing is read or written yet but settings and drafts."""
    clock = SystemClock()
    tasks = Tasks()
    settings = settings or Settings(paths.config / FILE_NAME)
    manager = SessionManager(
        JournaledStore(paths.sessions, paths.state, paths.cache, clock=clock),
        clock=clock,
        tasks=tasks,
        exporters=EXPORTERS,
    )
    secrets = Secrets(paths.config)
    models = Registry(settings.providers, secrets.key, OwnChats(manager), connector(settings))
    error_log = ErrorLog(paths.state / "errors", clock, tasks)
    manager.error_noted.connect(error_log.note)
    return Core(
        paths=paths,
        settings=settings,
        manager=manager,
        secrets=secrets,
        models=models,
        conversation=Conversation(manager, models, settings, tasks, clock),
        drafts=Notebook(paths.state / "drafts.json"),
        window_state=window_state or Notebook(paths.state / "window.json"),
        error_log=error_log,
        tasks=tasks,
        clock=clock,
    )


def connector(settings: Settings) -> Callable[[str], Transport]:
    """How to connect to a server, as the settings say when it is first spoken to."""

    def connect(base: str) -> Transport:
        from chatapp.providers.http import Network, Transport  # a start needs no connection
        from chatapp.providers.retries import Patience

        patience = Patience(
            byte=60.0 * settings.get("silence_minutes"),
            word=60.0 * settings.get("wordless_minutes"),
        )
        return Transport(base, patience, Network(settings.get("proxy"), settings.get("ca_file")))

    return connect


async def open_core(core: Core) -> StorageError | None:
    """Read the sessions; gives why they cannot be read, if they cannot."""
    try:
        await core.manager.open()
    except StorageError as error:
        return error
    return None


async def keep_notebooks(core: Core) -> None:
    """Save drafts and the window's place with the auto-save's rhythm, until cancelled."""
    while True:
        await asyncio.sleep(AUTOSAVE_SECONDS)
        await core.drafts.save()
        await core.window_state.save()


async def close_core(core: Core) -> None:
    """End the replies, save what is owed, let go of everything.

    What cannot be saved was said before and is owed no longer.
    """
    await core.conversation.close()
    await core.drafts.save()
    await core.window_state.save()
    await core.manager.close()
    await core.models.close()
    await core.tasks.close()
