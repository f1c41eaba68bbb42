"""A GGUF file in this program: the real engine, in a process of its own."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from chatapp.domain.message import Status, new_message
from chatapp.domain.stream import End, Notice, StreamEvent, TextDelta
from chatapp.providers.base import ChatRequest
from chatapp.providers.local import LocalProvider
from chatapp.settings.config import ProviderConfig
from real.tiny_gguf import Script, write_model

SPOKEN = {"one": "I am the first model.", "two": "I am the second one."}


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    for name, text in SPOKEN.items():
        write_model(tmp_path / f"{name}.gguf", [Script(text)])
    return tuple(str(tmp_path / f"{name}.gguf") for name in SPOKEN)


async def ask(provider: LocalProvider, model: str) -> list[StreamEvent]:
    said = (new_message("user", "Hi", "2026-02-09T21:30:00Z"),)
    return [event async for event in provider.stream(ChatRequest(model, said))]


def words(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_file_is_loaded_spoken_to_exchanged_and_unloaded(files: tuple[str, ...]) -> None:
    provider = LocalProvider(ProviderConfig("mine", "gguf", models=files))
    try:
        first = await ask(provider, "one")
        assert isinstance(first[0], Notice)
        assert words(first) == SPOKEN["one"]
        assert first[-1] == End(Status.COMPLETE)
        engine = provider._engine
        again = await ask(provider, "one")
        assert (words(again), provider._engine) == (SPOKEN["one"], engine)
        assert not any(isinstance(event, Notice) for event in again)
        assert words(await ask(provider, "two")) == SPOKEN["two"]
        assert provider.loaded == "two"
        assert provider._remote is not None
        port = int(provider._remote._config.base_url.rsplit(":", 1)[1])
    finally:
        await provider.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)


async def test_nobody_without_the_key_of_this_run_is_answered(files: tuple[str, ...]) -> None:
    import httpx

    provider = LocalProvider(ProviderConfig("mine", "gguf", models=files))
    try:
        await ask(provider, "one")
        assert provider._remote is not None
        url = f"{provider._remote._config.base_url}/v1/chat/completions"
        async with httpx.AsyncClient(trust_env=False) as stranger:
            refused = await stranger.post(url, json={"messages": []})
    finally:
        await provider.close()
    assert refused.status_code == 401


async def test_damaged_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "bad.gguf").write_bytes(b"GGUF" + b"x" * 100)
    provider = LocalProvider(ProviderConfig("mine", "gguf", models=(str(tmp_path / "bad.gguf"),)))
    events = await ask(provider, "bad")
    await provider.close()
    assert isinstance(events[-1], End)
    assert "could not be loaded" in str(events[-1].error)
