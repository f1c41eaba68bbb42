"""The transport vectors TV100-TV112, against a real server on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import ssl
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chatapp.domain.errors import ProviderError
from chatapp.domain.errors import ProviderErrorKind as Kind
from chatapp.domain.message import Status
from chatapp.domain.stream import Alive, End, Notice, Retrying, StreamEvent, TextDelta
from chatapp.providers.chat_completions import ChatCompletions
from chatapp.providers.decoder import Decoder
from chatapp.providers.http import Call, Network, Transport
from chatapp.providers.reply import Reply
from chatapp.providers.retries import Patience
from chatapp.providers.sse import ServerSentEvents
from real.http_server import FakeServer, Hold, Reset, Response, fake_server, json_response, sse

CALL = Call("/chat", b"{}", {"x-api-key": "canary-4711"})
QUICK = Patience(byte=5, word=30, linger=0.05)


def chunk(text: str = "", finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


HELLO = sse(chunk("Hel"), chunk("lo"), chunk(finish="stop"), "[DONE]")


def decoder() -> Decoder:
    return Decoder(ServerSentEvents(), ChatCompletions(), Reply())


async def ask(
    server: FakeServer | str, patience: Patience = QUICK, network: Network | None = None
) -> list[StreamEvent]:
    """Every event of one question."""
    base = server if isinstance(server, str) else server.url
    transport = Transport(base, patience, network)
    try:
        return [event async for event in transport.events(CALL, decoder)]
    finally:
        await transport.close()


@contextlib.asynccontextmanager
async def raw_server(answer: bytes, **how: Any) -> AsyncIterator[int]:
    """A server that sends `answer` to whatever it hears and waits until the client leaves."""
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await reader.read(1)
            writer.write(answer)
            if not answer:
                await reader.read()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.ensure_future(talk(reader, writer)))

    listener = await asyncio.start_server(begin, "127.0.0.1", 0, **how)
    async with listener:
        yield listener.sockets[0].getsockname()[1]
    await asyncio.gather(*talks)


def text(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def end(events: list[StreamEvent]) -> End:
    assert isinstance(events[-1], End)
    assert sum(isinstance(event, End) for event in events) == 1
    return events[-1]


def error(events: list[StreamEvent]) -> ProviderError:
    failure = end(events).error
    assert isinstance(failure, ProviderError)
    return failure


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatapp.providers.retries._FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("chatapp.providers.retries._LOADING_PAUSE_SECONDS", 0.01)


async def test_reply_arrives_and_the_request_is_as_it_was_written() -> None:
    async with fake_server(HELLO) as server:
        events = await ask(server)
    assert text(events) == "Hello"
    assert end(events) == End(Status.COMPLETE)
    received = server.requests[0]
    assert (received.method, received.path, received.body) == ("POST", "/chat", b"{}")
    assert received.headers["x-api-key"] == "canary-4711"
    assert received.headers["user-agent"].startswith("chatapp/")


async def test_zipped_reply_is_unpacked() -> None:
    body = gzip.compress(b"".join(HELLO.steps))
    response = Response([body[:9], body[9:]], headers={"content-encoding": "gzip"})
    async with fake_server(response) as server:
        assert text(await ask(server)) == "Hello"


async def test_spoiled_packing_is_an_error() -> None:
    response = Response([b"not gzip"], headers={"content-encoding": "gzip"})
    async with fake_server(response) as server:
        assert error(await ask(server)).kind is Kind.PROTOCOL


async def test_charset_of_the_header_does_not_garble_the_text() -> None:
    words = b'data: {"choices":[{"delta":{"content":"gr\xc3\xbcn"},"finish_reason":"stop"}]}\n\n'
    response = Response([words], headers={"content-type": "text/event-stream; charset=latin-1"})
    async with fake_server(response) as server:
        assert text(await ask(server)) == "grün"


async def test_refused_connection_says_which_server_and_asks_whether_it_runs() -> None:
    async with fake_server(HELLO) as server:
        port = server.port
    began = time.monotonic()
    failure = error(await ask(f"http://127.0.0.1:{port}"))
    assert str(failure) == f"The server at 127.0.0.1:{port} refused the connection. Is it running?"
    assert time.monotonic() - began < 3


async def test_unknown_name_is_said() -> None:
    failure = error(await ask("http://no-such-host.invalid"))
    assert failure.kind is Kind.CONNECTION
    assert "no-such-host.invalid" in failure.sentence


async def test_plain_server_behind_https_is_said() -> None:
    async with raw_server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        failure = error(await ask(f"https://127.0.0.1:{port}"))
    assert failure.kind is Kind.CERTIFICATE


async def test_certificate_file_that_cannot_be_read_is_said(tmp_path: Any) -> None:
    failure = error(await ask("https://127.0.0.1:1", network=Network(ca_file=str(tmp_path / "x"))))
    assert failure.kind is Kind.CERTIFICATE
    assert str(tmp_path) not in str(failure)


async def test_unwritable_header_is_an_error_without_the_key() -> None:
    async with fake_server(HELLO) as server:
        transport = Transport(server.url, QUICK)
        call = Call("/chat", b"{}", {"x-api-key": "canary\n4711"})
        events = [event async for event in transport.events(call, decoder)]
        await transport.close()
    assert error(events).kind is Kind.REQUEST
    assert "canary" not in str(error(events))


async def test_garbage_in_place_of_http_is_a_lost_connection() -> None:
    async with raw_server(b"SSH-2.0-OpenSSH\r\n\r\n") as port:
        assert error(await ask(f"http://127.0.0.1:{port}")).kind is Kind.CONNECTION


async def test_reset_in_the_middle_keeps_the_text_and_does_not_ask_again() -> None:
    broken = Response([*HELLO.steps[:1], 0.05, Reset])
    async with fake_server(broken) as server:
        events = await ask(server)
    assert text(events) == "Hel"
    assert end(events).status is Status.TRUNCATED
    assert len(server.requests) == 1


async def test_connection_lost_before_the_first_word_is_tried_again() -> None:
    async with fake_server(Response([Reset]), HELLO) as server:
        events = await ask(server)
    assert text(events) == "Hello"
    assert [type(event) for event in events[:1]] == [Retrying]
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 529, 429])
async def test_passing_failure_is_tried_again_and_the_reply_comes_once(status: int) -> None:
    async with fake_server(Response([b"no"], status), HELLO) as server:
        events = await ask(server)
    assert text(events) == "Hello"
    assert sum(isinstance(event, Retrying) for event in events) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_lasting_failure_is_told_at_once(status: int) -> None:
    async with fake_server(Response([b"no"], status), HELLO) as server:
        failure = error(await ask(server))
    assert failure.status == status
    assert len(server.requests) == 1


async def test_attempts_have_an_end() -> None:
    async with fake_server(Response([b"<html><h1>Bad Gateway</h1>"], 502)) as server:
        failure = error(await ask(server))
    assert (failure.status, failure.detail) == (502, "<html><h1>Bad Gateway</h1>")
    assert len(server.requests) == 3


async def test_long_page_of_an_error_is_read_only_at_its_beginning() -> None:
    endless = Response([b"<p>no</p>" * 1000] * 20 + [Hold], 404)
    async with fake_server(endless) as server:
        failure = error(await ask(server))
    assert failure.status == 404


async def test_overload_told_inside_the_stream_is_tried_again_only_before_the_first_word() -> None:
    overloaded = {"error": {"type": "overloaded_error", "message": "Overloaded"}}
    async with fake_server(sse(overloaded), HELLO) as server:
        assert text(await ask(server)) == "Hello"
    async with fake_server(sse(chunk("Hel"), overloaded), HELLO) as server:
        events = await ask(server)
    assert text(events) == "Hel"
    assert error(events).kind is Kind.OVERLOADED


async def test_server_that_loads_its_model_is_waited_for() -> None:
    loading = json_response({"error": {"code": 503, "message": "Loading model"}}, 503)
    async with fake_server(*[loading] * 5, HELLO) as server:
        events = await ask(server)
    assert text(events) == "Hello"
    assert len(server.requests) == 6


async def test_the_pause_a_server_asks_for_is_kept() -> None:
    busy = Response([b"no"], 429, {"retry_after": "0.2"})
    async with fake_server(busy, HELLO) as server:
        began = time.monotonic()
        events = await ask(server)
    assert time.monotonic() - began >= 0.2
    retrying = events[0]
    assert isinstance(retrying, Retrying)
    assert retrying.seconds == 0.2


async def test_a_pause_beyond_patience_is_told_in_place_of_waited() -> None:
    async with fake_server(Response([b"no"], 429, {"retry_after": "3600"})) as server:
        failure = error(await ask(server))
    assert failure.retry_after == 3600
    assert len(server.requests) == 1


async def test_silence_ends_by_the_first_clock() -> None:
    async with fake_server(Response([*HELLO.steps[:1], Hold])) as server:
        events = await ask(server, Patience(byte=0.2, word=60))
    assert text(events) == "Hel"
    assert end(events).status is Status.TRUNCATED
    assert error(events).kind is Kind.TIMEOUT
    assert "sent nothing" in error(events).sentence


async def test_a_server_that_accepts_and_says_nothing_ends_by_the_first_clock() -> None:
    async with raw_server(b"") as port:
        events = await ask(f"http://127.0.0.1:{port}", Patience(byte=0.2))
    assert error(events).kind is Kind.TIMEOUT


async def test_keep_alives_for_ever_end_by_the_second_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chatapp.providers.http._ALIVE_SECONDS", 0.05)
    steps: list[Any] = [b": keep-alive\n\n", 0.02] * 100
    async with fake_server(Response(steps)) as server:
        events = await ask(server, Patience(byte=60, word=0.3))
    assert error(events).kind is Kind.TIMEOUT
    assert "no word" in error(events).sentence
    assert 2 <= sum(isinstance(event, Alive) for event in events) <= 6


async def test_slow_first_word_is_waited_for() -> None:
    async with fake_server(Response([0.5, *HELLO.steps])) as server:
        assert text(await ask(server)) == "Hello"


async def test_connection_kept_open_after_the_finish_does_not_hold_the_reply() -> None:
    async with fake_server(Response([*HELLO.steps[:3], Hold])) as server:
        events = await ask(server)
    assert end(events) == End(Status.COMPLETE)


async def test_connection_kept_open_after_the_end_mark_is_closed_at_once() -> None:
    async with fake_server(Response([*HELLO.steps, Hold])) as server:
        events = await ask(server, Patience(linger=60))
        async with asyncio.timeout(2):
            await server.gone.wait()
    assert end(events) == End(Status.COMPLETE)


@pytest.mark.parametrize("steps", [HELLO.steps[:1], []], ids=["mid-stream", "before a word"])
async def test_server_sees_a_stop_within_200_ms(steps: list[Any]) -> None:
    async with fake_server(Response([*steps, Hold])) as server:
        transport = Transport(server.url, QUICK)
        events: list[StreamEvent] = []

        async def read() -> None:
            async for event in transport.events(CALL, decoder):
                events.append(event)  # noqa: PERF401 - each is to be seen as it comes

        reading = asyncio.ensure_future(read())
        async with asyncio.timeout(5):
            while not server.requests or len(events) < len(steps):
                await asyncio.sleep(0.005)
        stopped = time.monotonic()
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
        async with asyncio.timeout(5):
            await server.gone.wait()
        assert server.left[0] - stopped < 0.2
        await transport.close()


async def test_key_is_not_taken_to_another_host_by_a_redirect() -> None:
    async with fake_server(HELLO) as other:
        redirect = Response([], 307, {"location": f"http://localhost:{other.port}/chat"})
        async with fake_server(redirect) as server:
            failure = error(await ask(server))
    assert other.requests == []
    assert failure.status == 307
    assert "another address" in failure.sentence


async def test_proxies_of_the_environment_are_not_used_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with fake_server(HELLO) as server:
        assert text(await ask(server)) == "Hello"
        assert text(await ask(server, network=Network(proxy="http://127.0.0.1:1"))) == "Hello"


async def test_proxy_of_the_settings_is_used_for_others() -> None:
    async with fake_server(HELLO) as proxy:
        events = await ask("http://models.example", network=Network(proxy=proxy.url))
    assert text(events) == "Hello"
    assert proxy.requests[0].path == "http://models.example/chat"


@pytest.mark.parametrize("scheme", ["socks5h", "odd"])
async def test_proxy_that_cannot_be_used_is_said_and_left_out(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://127.0.0.1:1")
    monkeypatch.setattr("chatapp.providers.http.is_loopback", lambda _host: False)
    async with fake_server(HELLO) as server:
        events = await ask(server)
    assert text(events) == "Hello"
    assert isinstance(events[0], Notice)
    assert "proxy" in events[0].sentence


async def test_two_replies_at_once_do_not_mix() -> None:
    gate = asyncio.Event()
    one = Response([*sse(chunk("a")).steps, gate, *sse(chunk("b", "stop")).steps])
    two = Response([*sse(chunk("c")).steps, gate, *sse(chunk("d", "stop")).steps])
    async with fake_server(one, two) as server:
        transport = Transport(server.url, QUICK)

        async def read() -> str:
            return text([event async for event in transport.events(CALL, decoder)])

        both = asyncio.gather(read(), read())
        async with asyncio.timeout(5):
            while len(server.requests) < 2:
                await asyncio.sleep(0.005)
        gate.set()
        assert sorted(await both) == ["ab", "cd"]
        await transport.close()


@pytest.mark.row("S06")
async def test_two_hundred_replies_at_once_mix_no_word() -> None:
    gate = asyncio.Event()
    said = [[f"{reply}:{word} " for word in range(20)] for reply in range(200)]
    replies = [
        Response([*sse(*map(chunk, words[:10])).steps, gate, *sse(*map(chunk, words[10:])).steps,
                  *sse(chunk(finish="stop")).steps])
        for words in said
    ]  # fmt: skip
    async with fake_server(*replies) as server:
        transport = Transport(server.url, QUICK)

        async def read() -> str:
            return text([event async for event in transport.events(CALL, decoder)])

        reading = asyncio.gather(*(read() for _ in said))
        async with asyncio.timeout(30):
            while len(server.requests) < len(said):
                await asyncio.sleep(0.01)
            gate.set()
            heard = await reading
        await transport.close()
    assert sorted(heard) == sorted(map("".join, said))


async def test_fetch_gives_the_json_value() -> None:
    async with fake_server(json_response({"data": []})) as server:
        transport = Transport(server.url, QUICK)
        assert await transport.fetch(Call("/models")) == {"data": []}
        assert server.requests[0].method == "GET"
        await transport.close()
        await transport.close()


async def test_fetch_of_a_page_is_an_error() -> None:
    async with fake_server(Response([b"<html>"])) as server:
        transport = Transport(server.url, QUICK)
        with pytest.raises(ProviderError) as raised:
            await transport.fetch(Call("/models"))
        await transport.close()
    assert raised.value.detail == "<html>"


async def test_untrusted_certificate_is_said() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("tests/data/self-signed.pem")
    async with raw_server(b"", ssl=context) as port:
        failure = error(await ask(f"https://127.0.0.1:{port}"))
        trusted = Network(ca_file="tests/data/self-signed.pem")
        other = error(await ask(f"https://127.0.0.1:{port}", Patience(byte=0.2), trusted))
    assert failure.kind is Kind.CERTIFICATE
    assert "not trusted" in failure.sentence
    assert other.kind is Kind.TIMEOUT
