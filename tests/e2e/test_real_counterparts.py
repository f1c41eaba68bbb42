"""The things end-to-end tests rest on are themselves real and work."""

from __future__ import annotations

import json
import subprocess
import sys

import httpx
import pytest


def stream(server, text, api_key=None, pieces=None):
    """What the server says to `text`, as the raw SSE stream gives it; at most `pieces` of it."""
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    body = {
        "model": server.model,
        "stream": True,
        "messages": [{"role": "user", "content": text}],
    }
    url = f"{server.base_url}/chat/completions"
    words = []
    with (
        httpx.Client(trust_env=False, timeout=30) as client,
        client.stream("POST", url, json=body, headers=headers) as reply,
    ):
        reply.raise_for_status()
        for line in reply.iter_lines():
            if not line.startswith("data: {"):
                continue
            choice = json.loads(line.removeprefix("data: "))["choices"][0]
            words.append(choice["delta"].get("content") or "")
            if len(words) == pieces:
                break
    return "".join(words)


def test_llama_server_speaks_its_text(llama):
    assert stream(llama, "Hi") == llama.spoken


def test_llama_server_speaks_the_text_of_a_keyword(llama):
    assert stream(llama, "Tell me of the harbour") == llama.long


def test_endless_reply_goes_on_beyond_its_text(llama):
    said = stream(llama, "Tell me of the sea", pieces=500)
    assert len(said) > 2 * len(llama.endless)
    assert (llama.endless * 100).startswith(said)


def test_server_with_a_key_refuses_a_wrong_one(llama_with_key):
    with pytest.raises(httpx.HTTPStatusError) as refused:
        stream(llama_with_key, "Hi", api_key="wrong")
    assert refused.value.response.status_code == 401
    assert stream(llama_with_key, "Hi", api_key=llama_with_key.api_key) == llama_with_key.spoken


def test_display_shows_a_window_that_can_be_typed_into(display, tmp_path):
    window = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication, QLineEdit\n"
        "app = QApplication([])\n"
        "line = QLineEdit()\n"
        "line.setWindowTitle('typed into')\n"
        "line.returnPressed.connect(lambda: (print(line.text()), app.quit()))\n"
        "line.show()\n"
        "sys.exit(app.exec())\n"
    )
    shown = subprocess.Popen(
        [sys.executable, "-c", window],
        env=display.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    with shown:
        display.wait_for_window("typed into")
        picture = display.take_picture(tmp_path / "picture.png")
        display.type("Hello there")
        display.press("Return")
        assert shown.communicate(timeout=20)[0] == "Hello there\n"
    assert picture.read_bytes().startswith(b"\x89PNG")
