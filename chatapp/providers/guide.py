"""The built-in guide: answers from the help pages and from the user's own chats.

It is no language model and says so. It works on a fresh machine, without a key and
without a network: it opens no socket.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chatapp.domain.message import Role, Status
from chatapp.domain.stream import End, Finish, Start, StreamEvent, TextDelta
from chatapp.kit.resources import resource
from chatapp.providers.base import ChatRequest, ModelInfo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

NAME = "guide"
WORD_SECONDS = 0.012  # quick to read along, slow enough to be seen arriving
_FOUND_LIMIT = 5
_PAGES = (
    "getting-started",
    "models",
    "keys",
    "files",
    "search",
    "export",
    "trash",
    "privacy",
)
_KEYWORDS = re.compile(r"\A<!-- (?P<words>.*?) -->\n")
_WORD = re.compile(r"\w+")
_WHAT_I_AM = (
    "I am the guide of this program, **not a language model**: I answer from the help pages "
    "and from your own chats."
)
_MENU = """\
Ask me about:

- getting started
- adding a model
- keys on the keyboard
- where your files are
- searching
- exporting
- the trash
- privacy

Or say *search* and some words to look through your chats, or *statistics* for their numbers.
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A chat in which some words were found."""

    session_id: str
    title: str
    day: str
    snippet: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """How much the user's chats hold."""

    total_sessions: int
    sessions_today: int
    sessions_this_week: int
    total_messages: int


class Library(Protocol):
    """The user's own chats, as far as the guide looks into them."""

    async def search(self, text: str, limit: int) -> Sequence[Found]:
        """Chats with the words of `text`, the best first."""
        ...

    async def statistics(self) -> Numbers:
        """How many chats and messages there are."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """A help page: its text, and the words by which it is found."""

    text: str
    words: frozenset[str]


class GuideProvider:
    """Answers about this program."""

    name = NAME
    kind = NAME

    def __init__(self, library: Library | None = None, word_seconds: float = WORD_SECONDS) -> None:
        self._library = library
        self._word_seconds = word_seconds
        self._pages: tuple[Page, ...] = ()

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """Answer the last thing the user said, word by word."""
        yield Start(NAME)
        asked = next((m.content for m in reversed(request.messages) if m.role == Role.USER), "")
        for piece in re.findall(r"\s*\S+\s*", await self._answer(asked)):
            yield TextDelta(piece)
            await asyncio.sleep(self._word_seconds)
        yield Finish("stop", "stop")
        yield End(Status.COMPLETE)

    async def models(self) -> list[ModelInfo]:
        """The guide itself."""
        return [ModelInfo(NAME)]

    async def close(self) -> None:
        """Nothing to let go of."""

    async def _answer(self, asked: str) -> str:
        words = _words(asked)
        if self._library is not None:
            if sought := re.match(
                r"\s*(?:search|find)\s+(?:for\s+)?(?P<text>.+)", asked, re.IGNORECASE
            ):
                return await _search(self._library, sought["text"].strip(" .?!\"'“”"))
            if words & {"statistics", "stats", "numbers"} or {"how", "many"} <= words:
                return await _statistics(self._library)
        if not self._pages:
            self._pages = await asyncio.to_thread(_read_pages)
        page = max(self._pages, key=lambda page: len(page.words & words))
        if page.words & words:
            return f"{page.text}\n\n---\n{_WHAT_I_AM}"
        return f"{_WHAT_I_AM}\n\n{_MENU}"


async def _search(library: Library, text: str) -> str:
    found = await library.search(text, _FOUND_LIMIT)
    if not found:
        return f"I found no chat with “{_plain(text)}”."
    rows = [f"- **{_plain(hit.title)}** ({hit.day}): {_plain(hit.snippet)}" for hit in found]
    return f"Your chats with “{_plain(text)}”, the best first:\n\n" + "\n".join(rows)


async def _statistics(library: Library) -> str:
    numbers = await library.statistics()
    return (
        f"You have **{numbers.total_sessions}** chats with **{numbers.total_messages}** messages: "
        f"{numbers.sessions_today} of them today, {numbers.sessions_this_week} this week."
    )


def _plain(text: str) -> str:
    """`text` so that Markdown shows it as it is, on one line."""
    return re.sub(r"([\\`*_\[\]<>#|~$])", r"\\\1", " ".join(text.split()))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _read_pages() -> tuple[Page, ...]:
    return tuple(map(_read_page, _PAGES))


def _read_page(name: str) -> Page:
    """A page; its first line, a comment, holds the words by which it is found."""
    text = resource(f"help/{name}.md").read_text(encoding="utf-8")
    head = _KEYWORDS.match(text)
    words = _words(head["words"]) if head else frozenset()
    return Page(_KEYWORDS.sub("", text).strip(), words)
