"""Thoughts that a server leaves inside the text, between `<think>` and `</think>`.

Only a tag at the very start of a message opens thoughts: a reply about the tag
itself must stay text. What may still become a tag is held back until it is known.
"""

from __future__ import annotations

import enum
import re
from typing import Any, TypeAlias

Piece: TypeAlias = tuple[bool, str]  # whether it is thought, and the text

_OPEN = re.compile(r"\s*<think(?:ing)?>")
_CLOSE = re.compile(r"</think(?:ing)?>")
_MAY_OPEN = ("<think>", "<thinking>")
_MAY_CLOSE = ("</think>", "</thinking>")


class Thinking(enum.Enum):
    """How a model marks its thoughts inside the text."""

    TAGGED = "tagged"  # a tag may open the message
    OPEN = "open"  # the server's template has opened the tag already
    PLAIN = "plain"  # tags are text

    @classmethod
    def chosen(cls, parameters: dict[str, Any]) -> Thinking:
        """What the chat's parameters say under `thinking_tags`; tags are looked for without it."""
        try:
            return cls(parameters.get("thinking_tags"))
        except ValueError:
            return cls.TAGGED


class ThinkSplitter:
    """Tells thoughts from text in a message that arrives in pieces."""

    def __init__(self, thinking: Thinking = Thinking.TAGGED) -> None:
        self._step = self._inside if thinking is Thinking.OPEN else self._at_start
        self._held = ""
        self.passes = thinking is Thinking.PLAIN  # nothing can become thought any more

    def feed(self, text: str) -> list[Piece]:
        """What is known of the text so far."""
        self._held += text
        return self._step()

    def finish(self) -> list[Piece]:
        """What was held back when the message ended."""
        piece = (self._step == self._inside, self._held)
        self._held = ""
        return [piece] if piece[1] else []

    def _at_start(self) -> list[Piece]:
        if opened := _OPEN.match(self._held):
            self._held = self._held[opened.end() :]
            self._step = self._before_thought
            return self._before_thought()
        start = self._held.lstrip()
        if any(tag.startswith(start) for tag in _MAY_OPEN):
            return []
        return self._pass()

    def _before_thought(self) -> list[Piece]:
        self._held = self._held.lstrip()
        if not self._held:
            return []
        self._step = self._inside
        return self._inside()

    def _inside(self) -> list[Piece]:
        if closed := _CLOSE.search(self._held):
            thought = self._held[: closed.start()]
            self._held = self._held[closed.end() :]
            self._step = self._after
            return [(True, thought)] * bool(thought) + self._after()
        kept = self._length_of_begun_close()
        cut = len(self._held) - kept
        thought, self._held = self._held[:cut], self._held[cut:]
        return [(True, thought)] * bool(thought)

    def _after(self) -> list[Piece]:
        self._held = self._held.lstrip("\n")
        return self._pass() if self._held else []

    def _pass(self) -> list[Piece]:
        self.passes = True
        self._step = self._pass
        text, self._held = self._held, ""
        return [(False, text)] * bool(text)

    def _length_of_begun_close(self) -> int:
        start = self._held.rfind("<", -len(_MAY_CLOSE[-1]))
        begun = self._held[start:] if start >= 0 else ""
        return len(begun) if begun and any(tag.startswith(begun) for tag in _MAY_CLOSE) else 0
