"""HTTP to one server: connections, clocks, attempts.

A `Transport` sends a question and gives what comes back as events; whatever goes
wrong on the way becomes the error of the last event, never an exception. It
follows no redirect, since httpx would take `x-api-key` along; it uses no proxy
for this machine; it asks again only while nothing of the reply has come.

Two clocks run while it waits: since the last byte, and since the last word. A
server that only keeps the connection alive is found out by the second.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from chatapp import __version__
from chatapp.domain.errors import ProviderError, ProviderErrorKind
from chatapp.domain.stream import (
    Alive,
    End,
    Notice,
    ReasoningDelta,
    ReasoningOpaque,
    Refusal,
    Retrying,
    StreamEvent,
    TextDelta,
    ToolBegin,
)
from chatapp.providers import shapes
from chatapp.providers.address import endpoint, is_loopback, server_name
from chatapp.providers.failures import error_in_response
from chatapp.providers.http_errors import translated
from chatapp.providers.retries import Patience, Retries

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

    import httpx

    from chatapp.providers.decoder import Decoder

T = TypeVar("T")

CONTENT = (TextDelta, ReasoningDelta, ReasoningOpaque, Refusal, ToolBegin)
_ERROR_BODY_BYTES = 64 * 1024
_ALIVE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Network:
    """How this machine reaches others.

    Attributes:
        proxy: The address of a proxy; empty for what the system says.
        ca_file: A file of certificates to trust besides the system's.
    """

    proxy: str = ""
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, ready to be sent.

    Attributes:
        path: Below the base address of the server.
        body: JSON; None makes it a GET.
        headers: With the key, so they are never shown or logged.
    """

    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict, repr=False)


class Transport:
    """Connections to one server, made when they are first needed."""

    def __init__(
        self, base: str, patience: Patience | None = None, network: Network | None = None
    ) -> None:
        self.server = server_name(base)
        self._base = base
        self._patience = patience or Patience()
        self._network = network or Network()
        self._made: httpx.AsyncClient | None = None
        self._making = asyncio.Lock()
        self._notice: Notice | None = None

    async def events(
        self, call: Call, new_decoder: Callable[[], Decoder]
    ) -> AsyncGenerator[StreamEvent, None]:
        """Send `call` and give what comes, of which the last is an `End`."""
        retries = Retries(self._patience)
        while True:
            spoke = False
            pause = None
            async with contextlib.aclosing(self._attempt(call, new_decoder())) as events:
                async for event in events:
                    if not spoke and isinstance(event, End) and event.error:
                        pause = retries.pause_after(event.error)
                        if pause is not None:
                            yield Retrying(pause, event.error)
                            break
                    spoke = spoke or isinstance(event, CONTENT)
                    yield event
            if pause is None:
                return
            await asyncio.sleep(pause)

    async def fetch(self, call: Call) -> object:
        """The JSON value that answers `call`.

        Raises:
            ProviderError: The server could not be reached, refused, or sent no JSON.
        """
        clocks = _Clocks(self._patience)
        async with self._response(call, clocks) as response:
            with translated(self.server):
                body = await clocks.wait(response.aread(), self.server)
            try:
                return shapes.load(body.strip())
            except ValueError:
                raise error_in_response(404, {}, body, server=self.server) from None

    async def close(self) -> None:
        """Hang up."""
        if self._made is not None:
            await self._made.aclose()
            self._made = None

    # ---- one attempt

    async def _attempt(self, call: Call, decoder: Decoder) -> AsyncGenerator[StreamEvent, None]:
        clocks = _Clocks(self._patience)
        broken = None
        try:
            async with self._response(call, clocks) as response:
                if self._notice is not None:
                    yield self._notice
                    self._notice = None
                pieces = response.aiter_bytes()  # unpacked, but cut and decoded by us alone
                while not decoder.done:
                    with translated(self.server):
                        piece = await clocks.wait(anext(pieces, None), self.server, decoder)
                    if piece is None:
                        break
                    events = decoder.feed(piece)
                    for event in events:
                        yield event
                    if clocks.heard(word=bool(events)):
                        yield Alive()
        except ProviderError as error:
            broken = error
        for event in decoder.finish(broken):
            yield event

    @contextlib.asynccontextmanager
    async def _response(self, call: Call, clocks: _Clocks) -> AsyncIterator[httpx.Response]:
        """The response to `call`, whose body has not been read.

        Raises:
            ProviderError: There is none, or its status is an error.
        """
        with translated(self.server):
            client = await self._client()
            request = client.build_request(
                "GET" if call.body is None else "POST",
                endpoint(self._base, call.path),
                content=call.body,
                headers=call.headers,
            )
            response = await clocks.wait(client.send(request, stream=True), self.server)
        try:
            if not response.is_success:
                with translated(self.server):
                    body = await clocks.wait(_beginning(response), self.server)
                raise error_in_response(
                    response.status_code, response.headers, body, server=self.server
                )
            yield response
        finally:
            await response.aclose()

    # ---- the client

    async def _client(self) -> httpx.AsyncClient:
        async with self._making:
            if self._made is not None:
                return self._made
            # the import and the certificates would cost a window a dozen frames
            client, self._notice = await asyncio.to_thread(self._make_client)
            self._made = client
            return client

    def _make_client(self) -> tuple[httpx.AsyncClient, Notice | None]:
        import httpx

        parts = urlsplit(self._base)
        is_here = is_loopback(parts.hostname or "")
        proxy = None if is_here else self._network.proxy or None

        def client(*, trust_env: bool) -> httpx.AsyncClient:
            return httpx.AsyncClient(
                headers={"user-agent": f"chatapp/{__version__}"},
                timeout=httpx.Timeout(None, connect=self._patience.connect),
                limits=httpx.Limits(max_keepalive_connections=8, keepalive_expiry=30),
                verify=_certificates(parts.scheme, self._network.ca_file),
                proxy=proxy,
                trust_env=trust_env,
                follow_redirects=False,
            )

        try:
            return client(trust_env=not is_here), None
        except (ImportError, ValueError):  # a SOCKS proxy in the environment, or an odd one
            sentence = "The proxy named in the environment cannot be used; connected without it."
            return client(trust_env=False), Notice(sentence)


class _Clocks:
    """Since the last byte, and since the last word."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._now = asyncio.get_running_loop().time
        self._last_word = self._last_sign = self._now()

    async def wait(self, answer: Awaitable[T], server: str, decoder: Decoder | None = None) -> T:
        """Wait for the next bytes.

        Raises:
            ProviderError: One of the clocks ran out.
        """
        patience = self._patience
        word_left = self._last_word + patience.word - self._now()
        limit = min(patience.byte, word_left)
        if decoder is not None and decoder.finished:
            limit = patience.linger
        try:
            async with asyncio.timeout(limit):
                return await answer
        except TimeoutError:
            what = f"has sent nothing for {_spoken(limit)}"
            if limit == word_left:
                what = f"stays connected, but has sent no word for {_spoken(patience.word)}"
            raise ProviderError(
                ProviderErrorKind.TIMEOUT,
                f"{server} {what}.",
                "Try again, or choose a faster model.",
            ) from None

    def heard(self, *, word: bool) -> bool:
        """Bytes came; whether it is worth telling that they were only a sign of life."""
        now = self._now()
        if word:
            self._last_word = self._last_sign = now
        elif now - self._last_sign >= _ALIVE_SECONDS:
            self._last_sign = now
            return True
        return False


def _spoken(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"


async def _beginning(response: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) >= _ERROR_BODY_BYTES:
            break
    return bytes(body)


def _certificates(scheme: str, ca_file: str) -> ssl.SSLContext:
    """What to trust: the system's store, the one httpx brings, and a file of the user's."""
    import ssl

    if scheme == "http":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, which costs nothing
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except OSError:
            raise ProviderError(
                ProviderErrorKind.CERTIFICATE,
                "The file of certificates named in the settings cannot be read.",
                "Name another file, or none.",
            ) from None
    return context
