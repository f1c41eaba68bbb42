"""OpenAI Responses.

Source of the form: platform.openai.com/docs/api-reference/responses-streaming.
Nothing is left with the vendor: `store` is off, and thoughts come back encrypted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatapp.domain.message import Role
from chatapp.domain.stream import Usage
from chatapp.providers import shapes
from chatapp.providers.decoder import Decoder
from chatapp.providers.failures import error_in_payload
from chatapp.providers.openai import OpenAIWire
from chatapp.providers.quirks import Quirk, refused_parameter
from chatapp.providers.reply import Reply
from chatapp.providers.sse import ServerSentEvents
from chatapp.providers.think import Thinking
from chatapp.providers.turns import Turn, turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatapp.domain.errors import ProviderError
    from chatapp.providers.base import ChatRequest

WIRE = "responses"
_DROPPABLE = ("include", "reasoning", "temperature", "top_p", "store")
_ENCRYPTED = "reasoning.encrypted_content"
_INCOMPLETE = {"max_output_tokens": "length", "content_filter": "filter"}


class ResponsesWire(OpenAIWire):
    """The same server and key as chat completions; another question and answer."""

    kind = WIRE

    def path(self, request: ChatRequest) -> str:
        """The same for every model."""
        return "/responses"

    def body(self, request: ChatRequest, quirks: frozenset[str]) -> dict[str, Any]:
        """The question, as a list of items."""
        asked = request.parameters
        body: dict[str, Any] = {
            "model": request.model,
            "input": [item for turn in turns(request) for item in _items(turn)],
            "stream": True,
            "store": False,
            "include": [_ENCRYPTED],
            "instructions": request.system,
            "max_output_tokens": asked.get("max_tokens"),
            "temperature": asked.get("temperature"),
            "top_p": asked.get("top_p"),
        }
        if effort := asked.get("reasoning_effort"):
            body["reasoning"] = {"effort": effort, "summary": "auto"}
        if request.tools:
            body["tools"] = [
                {
                    "type": "function",
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": tool.schema,
                    "strict": False,
                }
                for tool in request.tools
            ]
        kept = {k: v for k, v in body.items() if v not in (None, "") and k not in quirks}
        return kept | shapes.mapping(asked.get("extra"))

    def quirk(self, error: ProviderError) -> Quirk | None:
        """A parameter the model refuses; models that do not think have nothing to encrypt."""
        if "encrypted content" in error.detail.lower():
            return Quirk("include", "This model keeps no thoughts; asked again without them.")
        return refused_parameter(error, _DROPPABLE)

    def decoder(self, request: ChatRequest) -> Decoder:
        """Named events, whose names stand inside the JSON too."""
        return Decoder(ServerSentEvents(), ResponseEvents(), Reply(Thinking.PLAIN))


def _items(turn: Turn) -> Iterator[dict[str, Any]]:
    if turn.role is Role.TOOL:
        yield {"type": "function_call_output", "call_id": turn.answers, "output": turn.text}
        return
    for blob in turn.blobs:
        if blob.get("wire") == WIRE:
            yield shapes.mapping(blob.get("item"))
    if turn.text or turn.pictures:
        yield {"role": str(turn.role), "content": _content(turn)}
    for call in turn.calls:
        yield {
            "type": "function_call",
            "call_id": call.id,
            "name": call.name,
            "arguments": call.arguments,
        }


def _content(turn: Turn) -> list[dict[str, Any]]:
    kind = "output_text" if turn.role is Role.ASSISTANT else "input_text"
    content: list[dict[str, Any]] = [{"type": kind, "text": turn.text}] if turn.text else []
    for picture in turn.pictures:
        url = f"data:{picture.media_type};base64,{picture.base64}"
        content.append({"type": "input_image", "image_url": url})
    return content


class ResponseEvents:
    """What the events of a streamed response mean."""

    def take(self, payload: dict[str, Any], reply: Reply) -> None:
        """Tell `reply` what one event says."""
        slot = shapes.count(payload.get("output_index")) or 0
        match payload.get("type"):
            case "response.created":
                response = shapes.mapping(payload.get("response"))
                reply.start(shapes.text(response.get("model")), shapes.text(response.get("id")))
            case "response.output_text.delta":
                reply.text(shapes.text(payload.get("delta")))
            case "response.refusal.delta":
                reply.refusal(shapes.text(payload.get("delta")))
            case "response.reasoning_text.delta" | "response.reasoning_summary_text.delta":
                reply.reasoning(shapes.text(payload.get("delta")))
            case "response.reasoning_summary_part.added" if payload.get("summary_index"):
                reply.reasoning("\n\n")
            case "response.output_item.added":
                _open(slot, shapes.mapping(payload.get("item")), reply)
            case "response.function_call_arguments.delta" if reply.is_calling(slot):
                reply.tool_arguments(slot, shapes.text(payload.get("delta")))
            case "response.output_item.done":
                _close(slot, shapes.mapping(payload.get("item")), reply)
            case "response.completed" | "response.incomplete" | "response.failed":
                _end(shapes.mapping(payload.get("response")), reply)

    def close(self, reply: Reply) -> None:
        """Every item was told when it was done."""


def _open(slot: int, item: dict[str, Any], reply: Reply) -> None:
    if item.get("type") == "function_call":
        reply.tool_begin(slot, shapes.text(item.get("call_id")), shapes.text(item.get("name")))
        reply.tool_arguments(slot, shapes.text(item.get("arguments")))


def _close(slot: int, item: dict[str, Any], reply: Reply) -> None:
    if item.get("type") == "reasoning" and item.get("encrypted_content"):
        reply.opaque({"wire": WIRE, "item": item})
    if item.get("type") == "function_call":
        if not reply.is_calling(slot):
            _open(slot, item, reply)
        reply.tool_end(slot)


def _end(response: dict[str, Any], reply: Reply) -> None:
    usage = shapes.mapping(response.get("usage"))
    read = shapes.mapping(usage.get("input_tokens_details"))
    written = shapes.mapping(usage.get("output_tokens_details"))
    if usage:
        reply.usage(
            Usage(
                prompt_tokens=shapes.count(usage.get("input_tokens")),
                completion_tokens=shapes.count(usage.get("output_tokens")),
                cached_tokens=shapes.count(read.get("cached_tokens")),
                reasoning_tokens=shapes.count(written.get("reasoning_tokens")),
            )
        )
    if error := error_in_payload(response, named_error=response.get("status") == "failed"):
        reply.fail(error)
        return
    raw = shapes.text(shapes.mapping(response.get("incomplete_details")).get("reason"))
    reply.finish(_INCOMPLETE.get(raw, "other") if raw else "stop", raw or "completed")
    reply.terminate()
