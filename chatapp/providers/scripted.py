"""A provider that says what it was told to: for tests and for showing the window.

It opens no socket. Each question takes the next script; a script is a list of
texts, events, pauses and gates.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from chatapp.domain.message import Status
from chatapp.domain.stream import End, Finish, Start, StreamEvent, TextDelta
from chatapp.providers.base import ChatRequest, ModelInfo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait this long."""

    seconds: float


Step: TypeAlias = str | StreamEvent | Pause | asyncio.Event
"""A text is a `TextDelta`; an `asyncio.Event` is a gate, waited for."""


class ScriptedProvider:
    """Plays scripts, one a question; when they are used up, repeats the user's words.

    A script that does not end itself ends well.

    Attributes:
        requests: The questions asked, oldest first.
        playing: How many replies are being given right now.
    """

    kind = "scripted"

    def __init__(self, *scripts: Iterable[Step], name: str = "scripted") -> None:
        self.name = name
        self.requests: list[ChatRequest] = []
        self.playing = 0
        self._scripts = deque(scripts)

    def add(self, *script: Step) -> None:
        """Play `script` for a question to come."""
        self._scripts.append(script)

    async def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """Play the next script."""
        self.requests.append(request)
        script = self._scripts.popleft() if self._scripts else _echo(request)
        self.playing += 1
        try:
            yield Start(request.model)
            for step in script:
                event = await _played(step)
                if event is not None:
                    yield event
                if isinstance(event, End):
                    return
            yield Finish("stop", "stop")
            yield End(Status.COMPLETE)
        finally:
            self.playing -= 1

    async def models(self) -> list[ModelInfo]:
        """One model, named as the provider is."""
        return [ModelInfo(self.name)]

    async def close(self) -> None:
        """Nothing to let go of."""


async def _played(step: Step) -> StreamEvent | None:
    if isinstance(step, str):
        await asyncio.sleep(0)  # a real reply lets others run between its words
        return TextDelta(step)
    if isinstance(step, Pause):
        await asyncio.sleep(step.seconds)
        return None
    if isinstance(step, asyncio.Event):
        await step.wait()
        return None
    return step


def _echo(request: ChatRequest) -> list[Step]:
    said = request.messages[-1].content if request.messages else ""
    return [f"{word} " for word in said.split()]
