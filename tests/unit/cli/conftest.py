"""The commands on a core in memory, with a provider that says what it was told to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from chatapp.cli.parser import build_parser
from chatapp.kit.paths import Paths
from chatapp.kit.tasks import Tasks
from chatapp.providers.registry import Registry
from chatapp.providers.scripted import ScriptedProvider
from chatapp.services.conversation import Conversation
from chatapp.services.core import Core
from chatapp.services.export import EXPORTERS
from chatapp.sessions import SessionManager
from chatapp.settings.config import FILE_NAME, ProviderConfig, Settings
from chatapp.settings.secrets import Secrets
from chatapp.storage.error_log import ErrorLog
from chatapp.storage.memory import MemoryStore
from chatapp.storage.notebook import Notebook
from fakes import FakeClock


async def no_key(_config: ProviderConfig) -> str | None:
    return None


@pytest.fixture
def scripted():
    """The provider of “scripted/scripted”, the default model."""
    return ScriptedProvider()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def store(clock):
    return MemoryStore(clock)


@pytest.fixture
async def core(tmp_path: Path, scripted, clock, store):
    paths = Paths.below(tmp_path)
    paths.config.mkdir()
    (paths.config / FILE_NAME).write_text('default_model = "scripted/scripted"\nuser_name = "Ada"')
    tasks = Tasks()
    settings = Settings(paths.config / FILE_NAME)
    manager = SessionManager(store, clock=clock, tasks=tasks, exporters=EXPORTERS)
    models = Registry(settings.providers, no_key, extra=[scripted])
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
    await manager.open()
    yield core
    await core.conversation.close()
    await manager.close()
    await models.close()
    await tasks.close()


@dataclass
class Outcome:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


@pytest.fixture
def terminal(core, capsys):
    """Runs a command line on the core: `await terminal("list", "--json")`."""

    async def run(*argv: str) -> Outcome:
        arguments = build_parser().parse_args(argv)
        status = await arguments.command.run(core, arguments)
        return Outcome(status, *capsys.readouterr())

    return run


@pytest.fixture
async def chats(terminal, clock):
    """Three chats, each one exchange; `three` is the newest."""
    for session_id, text in (("one", "About apples"), ("two", "About pears"), ("three", "Plums")):
        await terminal("send", "--session", session_id, text)
        clock.advance(minutes=1)
