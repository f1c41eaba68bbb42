"""A conversation as every wire needs it: whole turns, and no call without its answer.

What is not text stands in a message's metadata:

    tool_calls        of a reply: `[{"id", "name", "arguments": JSON text or object}]`
    tool_call_id      of a `tool` message: which call it answers
    tool_name         of a `tool` message: the tool that ran
    reasoning_opaque  of a reply: what must go back byte for byte, each with its `wire`
    attachments       of a user message: `[{"hash", "media_type", "name"}]`
"""

from __future__ import annotations

import base64
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chatapp.domain.message import Message, Role
from chatapp.providers import shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatapp.providers.base import ChatRequest

_NOT_RUN = "This call was not run."
_UNSAID = "…"


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call of an earlier reply; `arguments` is JSON text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An image the user attached."""

    media_type: str
    data: bytes

    @property
    def base64(self) -> str:
        """Its bytes as the wires carry them."""
        return base64.b64encode(self.data).decode()


@dataclass(frozen=True, slots=True)
class Turn:
    """One message, with what its metadata says taken out.

    Attributes:
        role: A role this program does not know counts as the user's.
        blobs: What must go back to the wire that sent it.
        answers: Of a tool's turn: the id of the call.
        tool: Of a tool's turn: the name of the tool.
    """

    role: Role
    text: str
    pictures: tuple[Picture, ...] = ()
    reasoning: str = ""
    blobs: tuple[dict[str, Any], ...] = ()
    calls: tuple[Call, ...] = ()
    answers: str = ""
    tool: str = ""


def turns(request: ChatRequest) -> list[Turn]:
    """The turns of a request, oldest first, without its system prompt.

    A reply that said nothing (it failed, it was stopped at once) is left out. A call
    whose result is missing gets one that says so, and a result whose call is missing
    is left out: every wire refuses a conversation with either.
    """
    said = [turn for message in request.messages if _says(turn := _turn(message, request))]
    return list(_paired(said))


def system_text(request: ChatRequest, said: list[Turn]) -> str:
    """Everything that instructs the model, for wires that want it in one place."""
    texts = [request.system, *(turn.text for turn in said if turn.role is Role.SYSTEM)]
    return "\n\n".join(filter(None, texts))


def sides(said: list[Turn]) -> list[tuple[bool, list[Turn]]]:
    """The turns without the system's, in runs: whether a run is the model's, and its turns.

    For wires on which the sides must alternate and the user's must come first; a tool's
    result stands on the user's side.
    """
    spoken = [turn for turn in said if turn.role is not Role.SYSTEM]
    if spoken and spoken[0].role is Role.ASSISTANT:
        spoken.insert(0, Turn(Role.USER, _UNSAID))
    return [
        (is_model, list(run))
        for is_model, run in itertools.groupby(spoken, lambda turn: turn.role is Role.ASSISTANT)
    ]


def _says(turn: Turn) -> bool:
    return bool(turn.text or turn.calls or turn.pictures or turn.role is Role.TOOL)


def _turn(message: Message, request: ChatRequest) -> Turn:
    metadata = message.metadata
    role = Role(message.role) if message.role in set(Role) else Role.USER
    return Turn(
        role,
        message.content,
        pictures=tuple(_pictures(metadata, request.pictures)),
        reasoning=message.reasoning,
        blobs=tuple(shapes.objects(metadata.get("reasoning_opaque"))),
        calls=tuple(map(_call, shapes.objects(metadata.get("tool_calls")))),
        answers=shapes.text(metadata.get("tool_call_id")),
        tool=shapes.text(metadata.get("tool_name")),
    )


def _pictures(metadata: dict[str, Any], contents: dict[str, bytes]) -> Iterator[Picture]:
    for attachment in shapes.objects(metadata.get("attachments")):
        media_type = shapes.text(attachment.get("media_type"))
        data = contents.get(shapes.text(attachment.get("hash")))
        if data is not None and media_type.startswith("image/"):
            yield Picture(media_type, data)


def _call(stored: dict[str, Any]) -> Call:
    return Call(
        shapes.text(stored.get("id")),
        shapes.text(stored.get("name")),
        shapes.json_text(stored.get("arguments")) or "{}",
    )


def _paired(said: list[Turn]) -> Iterator[Turn]:
    """The turns, with calls and results matched."""
    waiting: dict[str, Call] = {}
    for turn in said:
        if turn.role is Role.TOOL:
            if waiting.pop(turn.answers, None):
                yield turn
            continue
        yield from map(_not_run, waiting.values())
        waiting = {call.id: call for call in turn.calls}
        yield turn
    yield from map(_not_run, waiting.values())


def _not_run(call: Call) -> Turn:
    return Turn(Role.TOOL, _NOT_RUN, answers=call.id, tool=call.name)
