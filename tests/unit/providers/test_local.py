"""Models in this program, with a stand-in for the engine; the real one is in tests/e2e."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from chatapp.domain.errors import ProviderError
from chatapp.domain.errors import ProviderErrorKind as Kind
from chatapp.domain.stream import Alive, End, StreamEvent
from chatapp.providers import local
from chatapp.providers.base import ChatRequest
from chatapp.providers.local import LocalProvider
from chatapp.settings.config import ProviderConfig

DIES = "import sys; sys.stdin.readline(); sys.exit(1)"
CHATTERS = "print('x' * 200_000)"
WAITS = "import sys; sys.stdin.read()"
STAYS = "import time; time.sleep(60)"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(b"GGUF")
    return path


def provider(*paths: Path) -> LocalProvider:
    return LocalProvider(ProviderConfig("mine", "gguf", models=tuple(map(str, paths))))


async def ask(asked: LocalProvider, model: str = "tiny") -> list[StreamEvent]:
    return [event async for event in asked.stream(ChatRequest(model, ()))]


def failure(events: list[StreamEvent]) -> ProviderError:
    end = events[-1]
    assert isinstance(end, End)
    assert isinstance(end.error, ProviderError)
    return end.error


def engine(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(local, "_ENGINE", (sys.executable, "-c", code))


async def test_models_are_the_files_that_are_there(model: Path, tmp_path: Path) -> None:
    offered = await provider(model, tmp_path / "gone.gguf").models()
    assert [info.id for info in offered] == ["tiny"]


async def test_file_that_is_gone_is_said_without_its_path(tmp_path: Path) -> None:
    for name in ("gone", "unknown"):
        error = failure(await ask(provider(tmp_path / "gone.gguf"), name))
        assert error.kind is Kind.MODEL
        assert str(tmp_path) not in str(error)


async def test_missing_part_is_said(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local.importlib.util, "find_spec", lambda _name: None)
    assert "chatapp[local]" in failure(await ask(provider(model))).remedy


@pytest.mark.parametrize("code", [DIES, CHATTERS])
async def test_engine_that_cannot_load_is_said(
    model: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    engine(monkeypatch, code)
    assert "could not be loaded" in failure(await ask(provider(model))).sentence


async def test_stop_while_it_loads_ends_the_engine(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine(monkeypatch, WAITS)
    monkeypatch.setattr(local, "_SIGN_SECONDS", 0.01)
    asked = provider(model)
    events: list[StreamEvent] = []

    async def read() -> None:
        async for event in asked.stream(ChatRequest("tiny", ())):
            events.append(event)  # noqa: PERF401 - each is to be seen as it comes

    reading = asyncio.ensure_future(read())
    async with asyncio.timeout(10):
        while asked._engine is None or not any(isinstance(event, Alive) for event in events):
            await asyncio.sleep(0.01)
    started = asked._engine
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    assert started.returncode is not None
    assert asked._engine is None


async def test_engine_that_does_not_end_is_ended(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "_STOP_SECONDS", 0.05)
    engine(monkeypatch, f"print('http://127.0.0.1:1', flush=True); {STAYS}")
    asked = provider(model)
    assert "refused" in failure(await ask(asked)).sentence
    assert asked.loaded == "tiny"
    started = asked._engine
    assert started is not None
    await ask(asked)
    assert asked._engine is started
    await asked.unload()
    assert started.returncode is not None
    assert asked.loaded == ""
