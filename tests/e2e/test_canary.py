"""A server that repeats the key in everything it says does not get it written anywhere."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from real.http_server import Response, fake_server, json_response, sse

KEY = "sk-canary-7c0ffee7c0ffee"
SAID = f"Your key {KEY} is no good"
FAILURES = {
    "rejected": json_response({"error": {"message": SAID}}, 401),
    "page": Response([f"<html>{SAID}</html>".encode()], 502),
    "cut short": json_response({"error": {"message": "x" * 170 + SAID}}, 400),
    "in the stream": sse({"error": {"message": SAID, "code": 500}}),
    "in the middle": sse({"choices": [{"delta": {"content": "Hel"}}]}, {"error": SAID}),
    "no JSON": sse(f"error: {SAID}"),
    "no stream": Response([SAID.encode()]),
    "redirect": Response([SAID.encode()], 302, {"location": f"http://localhost:1/?key={KEY}"}),
    "a pause": json_response({"error": SAID}, 429, retry_after="9999"),
}


@pytest.mark.row("S03", "T12", "T13")
@pytest.mark.parametrize("failure", FAILURES, ids=str)
async def test_key_that_a_server_repeats_is_written_nowhere(program: Any, failure: str) -> None:
    async with fake_server(FAILURES[failure]) as server:
        program.configure(f"{server.url}/v1", "tiny", "TEST_MODEL_KEY")
        environ = {**program.environ, "TEST_MODEL_KEY": KEY}
        said = [
            await asyncio.to_thread(program.run, *words, environ=environ)
            for words in (
                ("send", "--session", "abc", "Hello"),
                ("models",),
                ("export", "abc", "--format", "markdown", "-o", str(program.data / "out.md")),
            )
        ]
        assert {r.headers["authorization"] for r in server.requests} == {f"Bearer {KEY}"}
        assert all(KEY not in r.path and KEY.encode() not in r.body for r in server.requests)
    assert said[0].returncode == 1
    assert "Traceback" not in "".join(output.stderr for output in said)
    texts = [output.stdout + output.stderr for output in said]
    texts += [
        path.read_text("utf-8", "replace") for path in program.data.rglob("*") if path.is_file()
    ]
    assert [text for text in texts if KEY[:12] in text] == []
    replies = [m for m in program.session("abc")["messages"] if m["role"] == "assistant"]
    assert all(reply["content"] in ("", "Hel") for reply in replies)
