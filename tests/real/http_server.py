"""A real HTTP server on loopback that records what it is asked and sends scripted bytes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Received:
    """One request, as it stood on the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Reset:
    """Break the connection off with a RST."""


class Hold:
    """Send nothing more, and keep the connection until the client leaves."""


@dataclass
class Response:
    """A status and headers, then bytes, pauses in seconds, gates, `Reset` or `Hold`."""

    steps: list[bytes | float | asyncio.Event | type[Reset] | type[Hold]] = field(
        default_factory=list
    )
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def sse(*payloads: object, **headers: str) -> Response:
    """Server-sent events, one write each; a text goes as it is, else as JSON."""
    texts = [p if isinstance(p, str) else json.dumps(p) for p in payloads]
    steps: list[Any] = [f"data: {text}\n\n".encode() for text in texts]
    return Response(steps, headers={"content-type": "text/event-stream", **headers})


def json_response(payload: object, status: int = 200, **headers: str) -> Response:
    """A JSON body."""
    return Response(
        [json.dumps(payload).encode()], status, {"content-type": "application/json", **headers}
    )


class FakeServer:
    """Answers each request with the next response; the last one is given again.

    Attributes:
        requests: What was received, oldest first.
        left: When the client left before its response was whole, on `time.monotonic`.
        gone: Set when that happens.
    """

    def __init__(self, *responses: Response) -> None:
        self.requests: list[Received] = []
        self.left: list[float] = []
        self.gone = asyncio.Event()
        self.port = 0
        self._responses = deque(responses)
        self._serving: set[asyncio.Task[Any]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def add(self, *responses: Response) -> None:
        self._responses.extend(responses)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        # a cancelled handler would be reported by asyncio as one that failed
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                self.requests.append(await _read_request(reader))
                if not await self._answer(reader, writer):
                    break
        writer.close()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await writer.wait_closed()
        self._serving.discard(task)

    async def hang_up(self) -> None:
        """End every connection."""
        serving = tuple(self._serving)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        response = self._responses[0]
        if len(self._responses) > 1:
            self._responses.popleft()
        head = [f"HTTP/1.1 {response.status} X", "transfer-encoding: chunked"]
        head += [f"{name.replace('_', '-')}: {value}" for name, value in response.headers.items()]
        writer.write("\r\n".join([*head, "", ""]).encode())
        leaving = asyncio.ensure_future(reader.read(1))
        try:
            for step in response.steps:
                if not await self._step(step, writer, leaving):
                    return False
            writer.write(b"0\r\n\r\n")
            await writer.drain()
        finally:
            leaving.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await leaving
        return True

    async def _step(self, step: Any, writer: Any, leaving: asyncio.Future[bytes]) -> bool:
        if step is Reset:
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            return False
        if isinstance(step, bytes):
            writer.write(f"{len(step):x}\r\n".encode() + step + b"\r\n")
            await writer.drain()
            return True
        if isinstance(step, float):
            wait = asyncio.ensure_future(asyncio.sleep(step))
        else:
            gate = step if isinstance(step, asyncio.Event) else asyncio.Event()
            wait = asyncio.ensure_future(gate.wait())
        await asyncio.wait({wait, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if wait.done():
            return True
        wait.cancel()
        self.left.append(time.monotonic())
        self.gone.set()
        return False


async def _read_request(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {
        name.lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, path, headers, body)


@contextlib.asynccontextmanager
async def fake_server(*responses: Response) -> AsyncIterator[FakeServer]:
    """A server that runs while the block does."""
    server = FakeServer(*responses)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        await server.hang_up()
