"""Models in this program: a GGUF file the user picks, spoken to by the usual wire.

The engine runs in a process of its own and listens on loopback, on the only port
this program ever opens: under a key made for this run, and only while a model is
loaded. A model is loaded by the first question to it, and stays until another one
is asked or it is unloaded.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from chatapp.domain.errors import ProviderError, ProviderErrorKind
from chatapp.domain.message import Status
from chatapp.domain.stream import Alive, End, Notice, StreamEvent
from chatapp.providers.base import ChatRequest, ModelInfo
from chatapp.providers.openai import OpenAIWire
from chatapp.providers.remote import RemoteProvider
from chatapp.settings.config import ProviderConfig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_SIGN_SECONDS = 1.0
_STOP_SECONDS = 5.0
_ENGINE = (sys.executable, "-m", "chatapp.providers.engine")
DEFAULT_CONTEXT = 8192


class LocalProvider:
    """The GGUF files that the settings name.

    Attributes:
        loaded: The model that is loaded, or an empty text.
    """

    kind = "gguf"

    def __init__(self, config: ProviderConfig, context: int = DEFAULT_CONTEXT) -> None:
        """Nothing is loaded yet.

        Args:
            config: Its `models` are the paths of the files.
            context: How many tokens a loaded model reads, its reply included.
        """
        self.name = config.name
        self.loaded = ""
        self._files = {Path(path).stem: Path(path).expanduser() for path in config.models}
        self._context = context
        self._engine: asyncio.subprocess.Process | None = None
        self._remote: RemoteProvider | None = None
        self._loading = asyncio.Lock()

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """Load the model if it is not, and ask it."""
        loading = asyncio.ensure_future(self._load(request.model))  # noqa: TID251 - awaited here
        try:
            if request.model != self.loaded:
                yield Notice(f"Loading {request.model}…")
            while not (await asyncio.wait({loading}, timeout=_SIGN_SECONDS))[0]:
                yield Alive()
            remote = loading.result()
        except ProviderError as error:
            yield End(Status.FAILED, error)
            return
        finally:
            loading.cancel()
            await asyncio.gather(loading, return_exceptions=True)
        async for event in remote.stream(request):
            yield event

    async def models(self) -> list[ModelInfo]:
        """The files that are there."""
        there = await asyncio.to_thread(
            lambda: [name for name, path in self._files.items() if path.is_file()]
        )
        return [ModelInfo(name, self._context) for name in there]

    async def unload(self) -> None:
        """Let go of the model, its memory and its port."""
        engine, remote = self._engine, self._remote
        self._engine = self._remote = None
        self.loaded = ""
        if remote is not None:
            await remote.close()
        if engine is not None and engine.returncode is None:
            if engine.stdin is not None:
                engine.stdin.close()
            try:
                await asyncio.wait_for(engine.wait(), _STOP_SECONDS)
            except TimeoutError:
                engine.kill()
                await engine.wait()

    async def close(self) -> None:
        """Let go of everything."""
        await self.unload()

    async def _load(self, model: str) -> RemoteProvider:
        async with self._loading:
            alive = self._engine is not None and self._engine.returncode is None
            if alive and self._remote is not None and self.loaded == model:
                return self._remote
            await self.unload()
            path = self._files.get(model)
            if path is None or not await asyncio.to_thread(path.is_file):
                raise ProviderError(
                    ProviderErrorKind.MODEL,
                    f"The file of the model “{model}” is not there.",
                    "Choose the file again in the settings.",
                )
            key = secrets.token_urlsafe(32)
            address = await self._start(model, path, key)
            self._remote = _remote(self.name, address, key)
            self.loaded = model
            return self._remote

    async def _start(self, model: str, path: Path, key: str) -> str:
        """The address of a new engine with `model` loaded."""
        if importlib.util.find_spec("xllamacpp") is None:
            raise ProviderError(
                ProviderErrorKind.MODEL,
                "Models in this program need the part “local”, which is not installed.",
                "Install it with: pip install 'chatapp[local]'.",
            )
        engine = await asyncio.create_subprocess_exec(
            *_ENGINE,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._engine = engine
        assert engine.stdin is not None
        assert engine.stdout is not None
        asked = {"model": str(path), "name": model, "key": key, "context": self._context}
        try:
            # by its input, since everyone on this machine can read the command line of a process
            engine.stdin.write(json.dumps(asked).encode() + b"\n")
            address = await _address(engine.stdout)
        except BaseException:  # a stop, too: while it loads it hears nothing else
            engine.kill()
            await self.unload()
            raise
        if not address:
            await self.unload()
            raise ProviderError(
                ProviderErrorKind.MODEL,
                f"“{model}” could not be loaded.",
                "The file may be damaged, of a newer kind, or too large for this machine.",
            )
        return address


async def _address(output: asyncio.StreamReader) -> str:
    """The line in which the engine tells its address; it may say other things before."""
    with contextlib.suppress(ValueError):  # a line without end
        async for line in output:
            if line.startswith(b"http://127.0.0.1:"):
                return line.decode().strip()
    return ""


def _remote(name: str, address: str, key: str) -> RemoteProvider:
    async def key_lookup(_config: ProviderConfig) -> str | None:
        return key

    return RemoteProvider(ProviderConfig(name, "openai", address), OpenAIWire(), key_lookup)
