"""A whole core without disk or network: sessions in memory, replies by script."""

from __future__ import annotations

import asyncio
import datetime as dt

from chatapp.domain.errors import ProviderError, ProviderErrorKind, StorageError
from chatapp.domain.message import Status
from chatapp.domain.stream import End, Start, TextDelta, Usage
from chatapp.kit.clock import SystemClock
from chatapp.kit.paths import Paths
from chatapp.kit.tasks import Tasks
from chatapp.services.conversation import Conversation
from chatapp.services.core import Core
from chatapp.services.export import EXPORTERS
from chatapp.sessions import SessionManager
from chatapp.settings.config import Settings
from chatapp.settings.secrets import Secrets
from chatapp.storage.error_log import ErrorLog
from chatapp.storage.memory import MemoryStore
from chatapp.storage.notebook import Notebook


class SetClock(SystemClock):
    """Stands at a moment the test chooses; local time is UTC."""

    def __init__(self, moment: str = "2026-02-12T12:00:00+00:00") -> None:
        self.moment = dt.datetime.fromisoformat(moment)

    def now(self) -> dt.datetime:
        return self.moment

    def local(self, moment: dt.datetime) -> dt.datetime:
        return moment

    def go(self, **delta: float) -> None:
        self.moment += dt.timedelta(**delta)


class ScriptedProvider:
    """Streams `words`; after `pause_after` of them it waits until `go_on` is set."""

    name = "guide"
    kind = "guide"

    def __init__(self) -> None:
        self.words = ["All ", "is ", "well."]
        self.pause_after: int | None = None
        self.go_on = asyncio.Event()
        self.fails = False
        self.requests: list[object] = []

    async def stream(self, request):
        self.requests.append(request)
        yield Start("guide")
        for number, word in enumerate(self.words):
            if number == self.pause_after:
                await self.go_on.wait()
            yield TextDelta(word)
        if self.fails:
            error = ProviderError(ProviderErrorKind.CONNECTION, "The server hung up.", "Try again.")
            yield End(Status.FAILED, error)
            return
        yield Usage(30, 12)
        yield End(Status.COMPLETE)

    async def models(self):
        return []

    async def close(self):
        pass


class OneModel:
    def __init__(self, provider: ScriptedProvider) -> None:
        self.provider = provider

    async def context_length(self, _name: str):
        return None

    def resolve(self, name: str):
        return self.provider, name.partition("/")[2]

    async def offers(self):
        return []

    async def close(self):
        pass


class FailingStore(MemoryStore):
    """Refuses to read some sessions."""

    def __init__(self) -> None:
        super().__init__()
        self.unreadable: set[str] = set()

    async def read(self, session_id):
        if session_id in self.unreadable:
            raise StorageError("The file is not JSON (line 1).")
        return await super().read(session_id)


def make_core(folder, store=None, clock=None) -> tuple[Core, ScriptedProvider]:
    paths = Paths.below(folder)
    clock = clock or SetClock()
    tasks = Tasks()
    settings = Settings(paths.config / "config.toml")
    manager = SessionManager(store or FailingStore(), clock=clock, tasks=tasks, exporters=EXPORTERS)
    provider = ScriptedProvider()
    models = OneModel(provider)
    core = Core(
        paths=paths,
        settings=settings,
        manager=manager,
        secrets=Secrets(paths.config),
        models=models,
        conversation=Conversation(manager, models, settings, tasks, clock),
        drafts=Notebook(paths.state / "drafts.json"),
        window_state=Notebook(paths.state / "window.json"),
        error_log=ErrorLog(paths.state / "errors", clock, tasks),
        tasks=tasks,
        clock=clock,
    )
    return core, provider


async def until(condition, seconds: float = 5.0) -> None:
    """Wait until `condition()` is true."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it never happened"
        await asyncio.sleep(0.005)
