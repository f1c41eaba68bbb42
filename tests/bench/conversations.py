"""Conversations as models write them, the same at every run: prose, lists, code, tables."""

from __future__ import annotations

import random
from functools import lru_cache

from chatapp.domain.message import Message

WHEN = "2026-11-20T21:44:00.000000Z"
AVERAGE_REPLY_BLOCKS = 4
WORDS = [
    "the",
    "model",
    "returns",
    "a",
    "token",
    "stream",
    "which",
    "we",
    "draw",
    "in",
    "blocks",
    "so",
    "that",
    "only",
    "the",
    "last",
    "open",
    "block",
    "is",
    "parsed",
    "again",
    "while",
    "previous",
    "blocks",
    "stay",
    "as",
    "they",
    "are",
    "with",
    "their",
    "layout",
    "height",
    "width",
    "font",
    "size",
    "colour",
    "palette",
    "scroll",
    "view",
    "message",
    "user",
    "assistant",
    "prompt",
    "answer",
    "context",
    "window",
    "limit",
    "cost",
    "latency",
    "server",
    "client",
    "request",
    "retry",
    "error",
    "file",
    "function",
    "value",
    "number",
    "list",
    "table",
    "image",
]
CODE = '''def fetch_{n}(client, url: str, *, retries: int = 3) -> dict[str, int]:
    """Fetch *url* and return the decoded body."""
    for attempt in range(retries):
        reply = client.get(url, timeout=10.0)  # blocking
        if reply.status_code == 200:
            return {{"size": len(reply.content), "n": {n}}}
    raise RuntimeError("gave up")
'''


class Writer:
    """Writes text at random, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def words(self, count: int) -> str:
        """A sentence; now and then a word is code, bold or a link."""
        chosen = [self._word(self._random.choice(WORDS)) for _ in range(count)]
        return " ".join(chosen).capitalize() + "."

    def _word(self, word: str) -> str:
        lot = self._random.random()
        if lot < 0.03:
            return f"`{word}`"
        if lot < 0.05:
            return f"**{word}**"
        return f"[{word}](https://example.com/{word})" if lot < 0.056 else word

    def block(self) -> str:
        """A paragraph, mostly; else a list, code, a table, a heading or a quote."""
        lot = self._random.random()
        if lot < 0.18:
            return "\n".join(f"- {self.words(9)}" for _ in range(self._random.randint(3, 6)))
        if lot < 0.36:
            return f"```python\n{CODE.format(n=self._random.randint(1, 999))}```"
        if lot < 0.44:
            rows = (f"| {self.words(3)} | {self._random.randint(1, 9999)} |" for _ in range(4))
            return "\n".join(["| Name | Value |", "|---|---:|", *rows])
        if lot < 0.52:
            return f"## {self.words(4)}"
        return f"> {self.words(30)}" if lot < 0.55 else self.words(self._random.randint(20, 60))

    def reply(self) -> str:
        """Some blocks."""
        count = self._random.randint(2, 2 * AVERAGE_REPLY_BLOCKS - 2)
        return "\n\n".join(self.block() for _ in range(count))


@lru_cache(maxsize=8)
def conversation(count: int) -> list[Message]:
    """So many messages that end alike: the same 40 stand at the end of each conversation."""
    return _messages(count - 40, 1) + _messages(40, 2)


@lru_cache(maxsize=4)
def _distinct(seed: int) -> list[Message]:
    writer = Writer(seed)
    return [
        Message("user", writer.words(20), WHEN)
        if place % 2 == 0
        else Message("assistant", writer.reply(), WHEN, {"model": "qwen3"})
        for place in range(1000)
    ]


def _messages(count: int, seed: int) -> list[Message]:
    """Texts repeat after 1 000, so that what is measured is not the making of them."""
    distinct = _distinct(seed)
    return [
        Message(
            original.role, original.content, WHEN, original.metadata | {"id": f"{seed}-{place}"}
        )
        for place, original in ((place, distinct[place % 1000]) for place in range(count))
    ]


@lru_cache(maxsize=4)
def long_reply(kilobytes: int) -> str:
    """One reply of that length, whose parts are alike from beginning to end."""
    writer = Writer(7)
    unit = "\n\n".join(writer.block() for _ in range(12)) + "\n\n"
    return (unit * (kilobytes * 1024 // len(unit) + 1))[: kilobytes * 1024]


def unit_length() -> int:
    """After so many characters a long reply begins again."""
    writer = Writer(7)
    return len("\n\n".join(writer.block() for _ in range(12)) + "\n\n")
