"""The program speaks to the model the user chose, listens to nobody, and lets no key out."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from real.http_server import fake_server, sse

REPLY = sse(
    {"choices": [{"index": 0, "delta": {"content": "Noted."}, "finish_reason": "stop"}]}, "[DONE]"
)
LISTENING, ESTABLISHED = "0A", "01"  # states in /proc/net/tcp, proc(5)


def connections(pid, tables=("tcp", "tcp6")):
    """The network sockets of a process: state and remote port of each."""
    own = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    found = set()
    for table in tables:
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if f"socket:[{fields[9]}]" in own:
                found.add((fields[3], int(fields[2].split(":")[1], 16)))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.row("T27")
def test_only_socket_is_the_one_to_the_model(program, llama):
    program.configure(llama.base_url, llama.model)
    sending = program.start("send", "Tell me of the sea")
    sending.stdout.read(100)
    port = int(llama.base_url.split(":")[2].split("/")[0])
    assert connections(sending.pid) == {(ESTABLISHED, port)}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.row("T27")
def test_guide_opens_no_socket(program):
    sending = program.start("send", "Where are my files?")
    sending.stdout.read(20)
    assert connections(sending.pid) == set()
    assert sending.poll() is None  # it was still speaking


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.row("T27")
def test_window_listens_on_no_network(program, display):
    program.environ = {**display.environment(), "CHATAPP_TRACE_START": "1"}
    window = program.start()
    assert any(line.startswith("painted") for line in iter(window.stderr.readline, ""))
    assert program.run().returncode == 0  # it answers a later start, and not over the network
    assert connections(window.pid, ("tcp", "tcp6", "udp", "udp6")) == set()


async def test_loopback_is_reached_without_any_proxy(program):
    async with fake_server(REPLY) as server, fake_server(REPLY) as proxy:
        program.configure(f"{server.url}/v1", "tiny")
        proxies = {"HTTP_PROXY": proxy.url, "http_proxy": proxy.url, "ALL_PROXY": proxy.url}
        sent = await asyncio.to_thread(
            program.run, "send", "Hello", environ={**program.environ, **proxies}
        )
        assert (sent.returncode, sent.stdout) == (0, "Noted.\n")
        assert len(server.requests) == 1
        assert proxy.requests == []


@pytest.mark.row("S03", "T12")
async def test_key_goes_to_the_model_and_nowhere_else(program):
    key = "sk-canary-5e1f00d5"
    async with fake_server(REPLY) as server:
        program.configure(f"{server.url}/v1", "tiny", "TEST_MODEL_KEY")
        environ = {**program.environ, "TEST_MODEL_KEY": key}
        said = [
            await asyncio.to_thread(program.run, *words, environ=environ)
            for words in (("send", "--session", "abc", "Hello"), ("show", "abc"), ("models",))
        ]
        request = server.requests[0]
        assert request.headers["authorization"] == f"Bearer {key}"
        assert key.encode() not in request.body
    assert all(key not in output.stdout + output.stderr for output in said)
    files = [path for path in program.data.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if key.encode() in path.read_bytes()] == []
