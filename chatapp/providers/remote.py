"""A provider behind HTTP: the one flow from a question to its events.

Each wire is a `Wire`: how its request is written, what its payloads mean, how its
models are listed. Everything else (key, connection, fallback, the end) happens
here, once for all of them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import orjson

from chatapp.domain.errors import ChatAppError, ProviderError, ProviderErrorKind
from chatapp.domain.message import Status
from chatapp.domain.stream import End, Notice, Retrying
from chatapp.providers.address import base_address, endpoint
from chatapp.providers.base import ModelInfo
from chatapp.providers.http import CONTENT, Call, Transport
from chatapp.settings.config import ProviderConfig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from chatapp.domain.stream import StreamEvent
    from chatapp.providers.base import ChatRequest
    from chatapp.providers.decoder import Decoder
    from chatapp.providers.quirks import Quirk

KeyLookup: TypeAlias = Callable[[ProviderConfig], Awaitable[str | None]]
"""Finds the key of a provider; it may ask a keyring, so it is awaited."""

_MAX_PAGES = 50
_REFUSED = ProviderErrorKind.REQUEST


class Wire(Protocol):
    """What differs between the wires.

    Attributes:
        kind: The word for it in the settings.
        home: The base address of the vendor, or empty if every user has their own.
        version: The path an address without one means.
    """

    kind: str
    home: str
    version: str

    def headers(self, key: str | None) -> dict[str, str]:
        """What every request bears."""
        ...

    def path(self, request: ChatRequest) -> str:
        """Where the question goes."""
        ...

    def body(self, request: ChatRequest, quirks: frozenset[str]) -> dict[str, Any]:
        """The question; pure.

        Args:
            request: What is asked.
            quirks: What is known of the model, by the names `quirk` gave.
        """
        ...

    def quirk(self, error: ProviderError) -> Quirk | None:
        """What a refused request teaches of the model, for `body` to heed."""
        ...

    def decoder(self, request: ChatRequest) -> Decoder:
        """What reads the answer to `request`."""
        ...

    def models_path(self, after: str) -> str:
        """Where the models are listed; `after` is where the last page ended."""
        ...

    def models(self, answer: object) -> tuple[list[ModelInfo], str]:
        """The models of one page, and where it ended; empty if it is the last."""
        ...


class RemoteProvider:
    """The models of one server."""

    def __init__(
        self,
        config: ProviderConfig,
        wire: Wire,
        key_lookup: KeyLookup,
        new_transport: Callable[[str], Transport] | None = None,
    ) -> None:
        self.name = config.name
        self.kind = wire.kind
        self._config = config
        self._wire = wire
        self._key_lookup = key_lookup
        self._new_transport = new_transport or Transport
        self._transport: Transport | None = None
        self._quirks: defaultdict[str, frozenset[str]] = defaultdict(frozenset)

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """Ask, and yield what comes; the last event is always an `End`."""
        try:
            transport = self._connection()
            key = await self._key()
        except ProviderError as error:
            yield End(Status.FAILED, error)
            return
        spoke = False
        while True:
            learnt: Notice | None = None
            call = await asyncio.to_thread(self._call, request, key)  # pictures make it large
            answer = transport.events(call, lambda: self._wire.decoder(request))
            async with contextlib.aclosing(answer) as events:
                async for event in events:
                    if isinstance(event, End | Retrying):
                        _hide(key, event.error)
                    learnt = None if spoke else self._learn(request.model, event)
                    if learnt is not None:
                        yield learnt
                        break
                    spoke = spoke or isinstance(event, CONTENT)
                    yield event
            if learnt is None:
                return

    def shown(self, request: ChatRequest) -> dict[str, Any]:
        """Exactly what `stream` would send, without the key: `address` and `body`.

        Raises:
            ProviderError: The address in the settings is none.
        """
        address = endpoint(self._base(), self._wire.path(request))
        body = self._wire.body(request, self._quirks[request.model])
        return {"address": address, "body": body}

    async def models(self) -> list[ModelInfo]:
        """The models on offer: those the settings name, else those the server tells.

        Raises:
            ProviderError: The server did not tell.
        """
        if self._config.models:
            return [ModelInfo(model) for model in self._config.models]
        key = await self._key()
        headers = self._wire.headers(key)
        found: dict[str, ModelInfo] = {}
        after = ""
        for _ in range(_MAX_PAGES):
            try:
                answer = await self._connection().fetch(
                    Call(self._wire.models_path(after), headers=headers)
                )
            except ProviderError as error:
                _hide(key, error)
                raise
            page, after = self._wire.models(answer)
            found |= {model.id: model for model in page}
            if not after:
                break
        return list(found.values())

    async def close(self) -> None:
        """Let go of connections."""
        if self._transport is not None:
            await self._transport.close()
            self._transport = None

    def _call(self, request: ChatRequest, key: str | None) -> Call:
        body = self._wire.body(request, self._quirks[request.model])
        return Call(self._wire.path(request), orjson.dumps(body), self._wire.headers(key))

    def _learn(self, model: str, event: StreamEvent) -> Notice | None:
        """What a refusal teaches, if it is worth asking again with it."""
        if not isinstance(event, End) or not isinstance(event.error, ProviderError):
            return None
        learnt = self._wire.quirk(event.error) if event.error.kind is _REFUSED else None
        if learnt is None or learnt.name in self._quirks[model]:
            return None
        self._quirks[model] |= {learnt.name}
        return Notice(learnt.sentence)

    def _connection(self) -> Transport:
        if self._transport is None:
            self._transport = self._new_transport(self._base())
        return self._transport

    def _base(self) -> str:
        written = self._config.base_url or self._wire.home
        return base_address(written, version=self._wire.version)

    async def _key(self) -> str | None:
        key = await self._key_lookup(self._config)
        if key and not (key.isascii() and key.isprintable()):
            raise ProviderError(
                ProviderErrorKind.AUTHENTICATION,
                f"The key of “{self.name}” has characters that no key has.",
                "Enter it again in the settings.",
            )
        return key or None


def _hide(key: str | None, error: ChatAppError | None) -> None:
    """Take the key out of what the server said, also one that the excerpt cut short."""
    if not key or not isinstance(error, ProviderError):
        return
    shown = error.detail.replace(key, "[key]")
    for length in range(len(key) - 1, 7, -1):
        if shown.endswith(key[:length]):
            shown = shown[:-length] + "[key]"
            break
    error.detail = shown
