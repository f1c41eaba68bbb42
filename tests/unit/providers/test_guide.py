from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

import pytest

from chatapp.domain.message import Status, new_message
from chatapp.domain.stream import End, TextDelta
from chatapp.providers.base import ChatRequest
from chatapp.providers.guide import _PAGES, Found, GuideProvider, Numbers

NOT_A_MODEL = "not a language model"


class Shelf:
    """A library of one chat."""

    def __init__(self) -> None:
        self.sought: list[tuple[str, int]] = []

    async def search(self, text: str, limit: int) -> Sequence[Found]:
        self.sought.append((text, limit))
        return [Found("s1", "On [whales]", "2026-02-09", "a **whale**\nswims")][: "whale" in text]

    async def statistics(self) -> Numbers:
        return Numbers(7, 1, 3, 90)


async def ask(text: str, library: Shelf | None = None) -> str:
    guide = GuideProvider(library, word_seconds=0)
    request = ChatRequest("guide", (new_message("user", text, "2026-02-09T21:30:00Z"),))
    events = [event async for event in guide.stream(request)]
    assert events[-1] == End(Status.COMPLETE)
    await guide.close()
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello!", "# Getting started"),
        ("How do I add a model?", "# Adding a model"),
        ("Which keyboard shortcuts are there?", "# Keys"),
        ("Where are my files stored?", "# Where your files are"),
        ("I want to find an old chat", "# Searching"),
        ("export a chat as markdown", "# Exporting"),
        ("I deleted a chat, can I restore it?", "# The trash"),
        ("Is there telemetry? What about privacy?", "# Privacy"),
        ("Where does my API key go?", "# Adding a model"),
    ],
)
async def test_question_finds_its_page_and_the_guide_says_what_it_is(text: str, title: str) -> None:
    answer = await ask(text)
    assert answer.startswith(title)
    assert NOT_A_MODEL in answer


async def test_what_it_cannot_answer_gets_the_list_of_what_it_can() -> None:
    answer = await ask("qwertz")
    assert NOT_A_MODEL in answer
    assert "- privacy" in answer


async def test_every_page_is_found_by_its_own_words() -> None:
    for page in _PAGES:
        assert NOT_A_MODEL in await ask(page.replace("-", " "))


async def test_search_looks_through_the_chats() -> None:
    shelf = Shelf()
    answer = await ask("search for “whales”.", shelf)
    assert shelf.sought == [("whales", 5)]
    assert r"- **On \[whales\]** (2026-02-09): a \*\*whale\*\* swims" in answer
    assert "no chat with “snails”" in await ask("find snails", shelf)


async def test_statistics_tell_the_numbers() -> None:
    for text in ("statistics", "How many chats do I have?"):
        answer = await ask(text, Shelf())
        assert "**7** chats with **90** messages: 1 of them today, 3 this week." in answer


async def test_it_opens_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        pytest.fail("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert await ask("Hello")
    assert [model.id for model in await GuideProvider().models()] == ["guide"]
