"""Anthropic Messages.

Source of the form: docs.anthropic.com/en/api/messages-streaming. Unknown events,
blocks and deltas are passed over, as that page asks of every client.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from chatapp.domain.message import Role
from chatapp.domain.stream import Usage
from chatapp.providers import shapes
from chatapp.providers.base import ModelInfo
from chatapp.providers.decoder import Decoder
from chatapp.providers.quirks import Quirk, refused_parameter
from chatapp.providers.reply import Reply
from chatapp.providers.sse import ServerSentEvents
from chatapp.providers.think import Thinking
from chatapp.providers.turns import Picture, Turn, sides, system_text, turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatapp.domain.errors import ProviderError
    from chatapp.providers.base import ChatRequest

WIRE = "anthropic"
_API_VERSION = "2023-06-01"
_DEFAULT_MAX_TOKENS = 8192  # the wire demands a number
_THINKING_BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16384}
_DROPPABLE = ("thinking", "temperature", "top_p", "stop_sequences")
_MOST_TOKENS = re.compile(r"max_tokens: \d+ > (\d+)")
_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tools",
    "refusal": "refusal",
}


class AnthropicWire:
    """Messages over server-sent events."""

    kind = WIRE
    home = "https://api.anthropic.com/v1"
    version = "/v1"

    def headers(self, key: str | None) -> dict[str, str]:
        """The key in a header of its own, if there is one."""
        headers = {"content-type": "application/json", "anthropic-version": _API_VERSION}
        return headers | ({"x-api-key": key} if key else {})

    def path(self, request: ChatRequest) -> str:
        """The same for every model."""
        return "/messages"

    def body(self, request: ChatRequest, quirks: frozenset[str]) -> dict[str, Any]:
        """The question; the system prompt stands apart, and the sides alternate."""
        said = turns(request)
        body: dict[str, Any] = {
            "model": request.model,
            "max_tokens": _DEFAULT_MAX_TOKENS,
            "stream": True,
            "messages": _messages(said),
        }
        if system := system_text(request, said):
            body["system"] = system
        if request.tools:
            body["tools"] = [
                {"name": tool.name, "description": tool.description, "input_schema": tool.schema}
                for tool in request.tools
            ]
        body |= _parameters(request.parameters)
        for quirk in quirks:
            if quirk.isdecimal():
                body["max_tokens"] = min(body["max_tokens"], int(quirk))
            body.pop(quirk, None)
        return body | shapes.mapping(request.parameters.get("extra"))

    def quirk(self, error: ProviderError) -> Quirk | None:
        """A parameter the model refuses, or the most tokens it writes."""
        if most := _MOST_TOKENS.search(error.detail):
            return Quirk(most[1], f"This model writes at most {most[1]} tokens; asked again so.")
        return refused_parameter(error, _DROPPABLE)

    def decoder(self, request: ChatRequest) -> Decoder:
        """Named events, whose names stand inside the JSON too."""
        return Decoder(ServerSentEvents(), AnthropicMessages(), Reply(Thinking.PLAIN))

    def models_path(self, after: str) -> str:
        """Pages are asked for by the id the last one ended with."""
        return f"/models?limit=1000&after_id={after}" if after else "/models?limit=1000"

    def models(self, answer: object) -> tuple[list[ModelInfo], str]:
        """The `data` list of one page."""
        page = shapes.mapping(answer)
        found = [
            ModelInfo(shapes.text(row.get("id")), shapes.count(row.get("max_input_tokens")))
            for row in shapes.objects(page.get("data"))
        ]
        return found, shapes.text(page.get("last_id")) if page.get("has_more") else ""


# ---- the request


def _messages(said: list[Turn]) -> list[dict[str, Any]]:
    runs = sides(said)
    last_words = max((i for i, (_, run) in enumerate(runs) if _has_user(run)), default=-1)
    messages = []
    for place, (is_model, run) in enumerate(runs):
        # Thoughts are checked, and must be there, only while a chain of tool calls goes on.
        blocks = [b for turn in run for b in _blocks(turn, with_thoughts=place > last_words)]
        messages.append({"role": "assistant" if is_model else "user", "content": blocks})
    return messages


def _has_user(run: list[Turn]) -> bool:
    return any(turn.role is Role.USER for turn in run)


def _blocks(turn: Turn, *, with_thoughts: bool) -> Iterator[dict[str, Any]]:
    if turn.role is Role.TOOL:
        yield {"type": "tool_result", "tool_use_id": turn.answers, "content": turn.text}
        return
    if with_thoughts:
        for blob in turn.blobs:
            if blob.get("wire") == WIRE:
                yield shapes.mapping(blob.get("block"))
    yield from map(_picture, turn.pictures)
    if turn.text.strip():
        yield {"type": "text", "text": turn.text}
    for call in turn.calls:
        arguments = shapes.mapping(shapes.load_or_none(call.arguments))
        yield {"type": "tool_use", "id": call.id, "name": call.name, "input": arguments}


def _picture(picture: Picture) -> dict[str, Any]:
    source = {"type": "base64", "media_type": picture.media_type, "data": picture.base64}
    return {"type": "image", "source": source}


def _parameters(asked: dict[str, Any]) -> dict[str, Any]:
    renamed = {
        "temperature": asked.get("temperature"),
        "top_p": asked.get("top_p"),
        "max_tokens": asked.get("max_tokens"),
    }
    if stop := asked.get("stop"):
        renamed["stop_sequences"] = [stop] if isinstance(stop, str) else stop
    body = {name: value for name, value in renamed.items() if value is not None}
    if budget := _THINKING_BUDGETS.get(str(asked.get("reasoning_effort"))):
        body["thinking"] = {"type": "enabled", "budget_tokens": budget}
        body["max_tokens"] = body.get("max_tokens", _DEFAULT_MAX_TOKENS) + budget
        body.pop("temperature", None)  # may not be set while a model thinks
    return body


# ---- the reply


class AnthropicMessages:
    """What the events of a streamed message mean."""

    def __init__(self) -> None:
        self._blocks: dict[int, dict[str, Any]] = {}  # the open ones that go back as they are
        self._usage: dict[str, Any] = {}

    def take(self, payload: dict[str, Any], reply: Reply) -> None:
        """Tell `reply` what one event says."""
        index = shapes.count(payload.get("index")) or 0
        match payload.get("type"):
            case "message_start":
                message = shapes.mapping(payload.get("message"))
                reply.start(shapes.text(message.get("model")), shapes.text(message.get("id")))
                self._take_usage(message.get("usage"), reply)
            case "content_block_start":
                self._open(index, shapes.mapping(payload.get("content_block")), reply)
            case "content_block_delta":
                self._grow(index, shapes.mapping(payload.get("delta")), reply)
            case "content_block_stop":
                reply.tool_end(index)
                if block := self._blocks.pop(index, None):
                    reply.opaque({"wire": WIRE, "block": block})
            case "message_delta":
                self._take_usage(payload.get("usage"), reply)
                raw = shapes.text(shapes.mapping(payload.get("delta")).get("stop_reason"))
                if raw:
                    reply.finish(_REASONS.get(raw, "other"), raw)
            case "message_stop":
                reply.terminate()

    def close(self, reply: Reply) -> None:
        """Thoughts that were not finished do not go back."""

    def _open(self, index: int, block: dict[str, Any], reply: Reply) -> None:
        match block.get("type"):
            case "text":
                reply.text(shapes.text(block.get("text")))
            case "thinking":
                thought = shapes.text(block.get("thinking"))
                reply.reasoning(thought)
                signature = shapes.text(block.get("signature"))
                self._blocks[index] = {
                    "type": "thinking", "thinking": thought, "signature": signature,
                }  # fmt: skip
            case "redacted_thinking":
                self._blocks[index] = block
            case "tool_use":
                reply.tool_begin(
                    index, shapes.text(block.get("id")), shapes.text(block.get("name"))
                )
                if given := block.get("input"):
                    reply.tool_arguments(index, shapes.json_text(given))

    def _grow(self, index: int, delta: dict[str, Any], reply: Reply) -> None:
        match delta.get("type"):
            case "text_delta":
                reply.text(shapes.text(delta.get("text")))
            case "thinking_delta":
                thought = shapes.text(delta.get("thinking"))
                reply.reasoning(thought)
                self._keep(index, "thinking", thought)
            case "signature_delta":
                self._keep(index, "signature", shapes.text(delta.get("signature")))
            case "input_json_delta" if reply.is_calling(index):
                reply.tool_arguments(index, shapes.text(delta.get("partial_json")))

    def _keep(self, index: int, name: str, text: str) -> None:
        block = self._blocks.get(index)
        if block is not None and block["type"] == "thinking":
            block[name] += text

    def _take_usage(self, usage: object, reply: Reply) -> None:
        """Counts are cumulative; the prompt's stand in three fields that add up."""
        self._usage |= {k: v for k, v in shapes.mapping(usage).items() if v is not None}
        known = self._usage.get
        names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        read = [number for number in (shapes.count(known(name)) for name in names) if number]
        reply.usage(
            Usage(
                prompt_tokens=sum(read) if read else None,
                completion_tokens=shapes.count(known("output_tokens")),
                cached_tokens=shapes.count(known("cache_read_input_tokens")),
            )
        )
