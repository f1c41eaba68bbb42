"""Everything a front end is handed: the program without any window or terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatapp.kit.clock import Clock
    from chatapp.kit.paths import Paths
    from chatapp.kit.tasks import Tasks
    from chatapp.providers.registry import Registry
    from chatapp.services.conversation import Conversation
    from chatapp.sessions import SessionManager
    from chatapp.settings.config import Settings
    from chatapp.settings.secrets import Secrets
    from chatapp.storage.error_log import ErrorLog
    from chatapp.storage.notebook import Notebook


@dataclass(frozen=True, slots=True)
class Core:
    """The objects of one running program; `app` makes each once.

    Attributes:
        paths: The profile's folders.
        settings: The settings in force.
        manager: The sessions, and the catalogue of all of them.
        secrets: The keys of providers.
        models: The providers and their models.
        conversation: Sending, stopping, retrying.
        drafts: What stands in the composer of each session, by session id.
        window_state: Where the window was and how it was divided.
        error_log: What failed, by date.
        tasks: The door through which a callback starts a coroutine.
        clock: The time.
    """

    paths: Paths
    settings: Settings
    manager: SessionManager
    secrets: Secrets
    models: Registry
    conversation: Conversation
    drafts: Notebook
    window_state: Notebook
    error_log: ErrorLog
    tasks: Tasks
    clock: Clock
