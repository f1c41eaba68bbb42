"""Coroutine tests below this folder run as the window runs: asyncio on Qt's loop."""

from __future__ import annotations

import asyncio

import httpx
import qasync
from PySide6.QtCore import QTimer


async def test_coroutines_run_on_the_loop_of_qt():
    assert isinstance(asyncio.get_running_loop(), qasync.QEventLoop)


async def test_qt_timers_and_sleeping_coroutines_take_turns():
    rung = asyncio.Event()
    QTimer.singleShot(1, rung.set)
    await asyncio.wait_for(rung.wait(), timeout=5)


async def test_real_stream_arrives_over_the_loop_of_qt(llama):
    url = f"{llama.base_url}/chat/completions"
    body = {"stream": True, "messages": [{"role": "user", "content": "Hi"}]}
    async with (
        httpx.AsyncClient(trust_env=False) as client,
        client.stream("POST", url, json=body) as reply,
    ):
        received = b"".join([piece async for piece in reply.aiter_raw()])
    assert received.endswith(b"data: [DONE]\n\n")
