"""OpenAI Chat Completions, as OpenAI and the many compatible servers speak it.

Source of the form: platform.openai.com/docs/api-reference/chat; what compatible
servers do differently is read as meant wherever it can be understood.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chatapp.domain.message import Role
from chatapp.domain.stream import Usage
from chatapp.providers import shapes
from chatapp.providers.failures import error_in_payload
from chatapp.providers.turns import Turn, turns

if TYPE_CHECKING:
    from chatapp.providers.base import ChatRequest, Tool
    from chatapp.providers.reply import Reply

WIRE = "chat_completions"
_REASONS = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tools",
    "function_call": "tools",
    "content_filter": "filter",
}
_PARAMETERS = (
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "stop",
    "seed",
    "reasoning_effort",
    "presence_penalty",
    "frequency_penalty",
    "response_format",
)


# ---- the request


def request_body(request: ChatRequest, *, replay_reasoning: bool = False) -> dict[str, Any]:
    """The body of `POST {base}/chat/completions`.

    Args:
        request: What is asked.
        replay_reasoning: Send the thoughts of earlier replies back, which a few servers demand
            and most refuse.
    """
    messages = [{"role": "system", "content": request.system}] if request.system else []
    messages += [_message(turn, replay_reasoning=replay_reasoning) for turn in turns(request)]
    body: dict[str, Any] = {
        "model": request.model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.tools:
        body["tools"] = [function_tool(tool) for tool in request.tools]
    asked = request.parameters
    body |= {name: asked[name] for name in _PARAMETERS if asked.get(name) is not None}
    return body | shapes.mapping(asked.get("extra"))


def _message(turn: Turn, *, replay_reasoning: bool) -> dict[str, Any]:
    message: dict[str, Any] = {"role": str(turn.role), "content": turn.text}
    if turn.pictures:
        message["content"] = _parts(turn)
    if turn.role is Role.TOOL:
        message["tool_call_id"] = turn.answers
    if turn.calls:
        message["content"] = turn.text or None
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in turn.calls
        ]
    for blob in turn.blobs:
        if blob.get("wire") == WIRE:
            message["reasoning_details"] = blob.get("reasoning_details")
    if replay_reasoning and turn.reasoning:
        message["reasoning_content"] = turn.reasoning
    return message


def _parts(turn: Turn) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [{"type": "text", "text": turn.text}] if turn.text else []
    for picture in turn.pictures:
        url = f"data:{picture.media_type};base64,{picture.base64}"
        parts.append({"type": "image_url", "image_url": {"url": url}})
    return parts


def function_tool(tool: Tool) -> dict[str, Any]:
    """A tool in the form that Ollama took over too."""
    function = {"name": tool.name, "description": tool.description, "parameters": tool.schema}
    return {"type": "function", "function": function}


# ---- the reply


@dataclass(slots=True)
class _Call:
    """A tool call that is being gathered from its fragments."""

    slot: int
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    begun: bool = False  # whether it has been told


class ChatCompletions:
    """What the chunks of a streamed completion mean."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._by_index: dict[Any, _Call] = {}
        self._details: dict[Any, dict[str, Any]] = {}

    def take(self, payload: dict[str, Any], reply: Reply) -> None:
        """Tell `reply` what one chunk says."""
        reply.start(shapes.text(payload.get("model")), shapes.text(payload.get("id")))
        choices = payload.get("choices")
        if isinstance(choices, list):
            for choice in choices:
                if isinstance(choice, dict) and not choice.get(
                    "index"
                ):  # other answers are unasked
                    self._take_choice(choice, reply)
        if usage := payload.get("usage"):
            self._take_usage(shapes.mapping(usage), reply)
        if timings := payload.get("timings"):  # llama.cpp
            speed = shapes.mapping(timings).get("predicted_per_second")
            if isinstance(speed, int | float):
                reply.usage(Usage(tokens_per_second=speed))

    def close(self, reply: Reply) -> None:
        """Tell what was gathered over several chunks."""
        for call in self._calls:
            self._begin(call, reply)
            written = "".join(call.arguments) or "{}"
            if reply.terminated and shapes.load_or_none(written) is not None:
                reply.tool_end(call.slot)
        if self._details:
            details = list(self._details.values())
            reply.opaque({"wire": WIRE, "reasoning_details": details})

    def _take_choice(self, choice: dict[str, Any], reply: Reply) -> None:
        if error := error_in_payload(choice):  # OpenRouter puts it here
            reply.fail(error)
            return
        delta = choice.get("delta") or choice.get("message")  # the latter if it did not stream
        if isinstance(delta, dict):
            self._take_delta(delta, reply)
        if raw := choice.get("finish_reason"):
            reply.finish(_REASONS.get(str(raw), "other"), str(raw))

    def _take_delta(self, delta: dict[str, Any], reply: Reply) -> None:
        if thought := delta.get("reasoning_content") or delta.get("reasoning"):
            reply.reasoning(shapes.text(thought))
        if details := delta.get("reasoning_details"):
            self._take_details(shapes.objects(details), reply, spoken=bool(thought))
        if content := delta.get("content"):
            if isinstance(content, str):
                reply.text(content)
            else:
                _take_parts(shapes.objects(content), reply)
        if refusal := delta.get("refusal"):
            reply.refusal(shapes.text(refusal))
        if calls := delta.get("tool_calls"):
            for fragment in shapes.objects(calls):
                self._take_call(fragment, reply)
        if call := delta.get("function_call"):  # the form before tools
            self._take_call({"index": 0, "function": call}, reply)

    def _take_details(self, details: list[dict[str, Any]], reply: Reply, *, spoken: bool) -> None:
        """OpenRouter's structured thoughts: told as text, and kept whole to go back."""
        for detail in details:
            if not spoken:
                reply.reasoning(shapes.text(detail.get("text") or detail.get("summary")))
            kept = self._details.setdefault(str(detail.get("index", detail.get("id"))), {})
            for key, value in detail.items():
                grows = key in ("text", "summary", "data") and isinstance(kept.get(key), str)
                kept[key] = kept[key] + shapes.text(value) if grows else value

    def _take_call(self, fragment: dict[str, Any], reply: Reply) -> None:
        function = shapes.mapping(fragment.get("function"))
        name = shapes.text(function.get("name"))
        call = self._call_of(fragment.get("index"), shapes.text(fragment.get("id")), name, reply)
        if name and not call.begun and name != call.name:
            call.name += name
        if arguments := shapes.json_text(function.get("arguments")):
            self._begin(call, reply)
            call.arguments.append(arguments)
            reply.tool_arguments(call.slot, arguments)

    def _call_of(self, index: object, call_id: str, name: str, reply: Reply) -> _Call:
        """The call a fragment belongs to.

        Some servers give every call the index 0, or none: then a new id opens a new call,
        and so does another name once arguments have come.
        """
        key = index if isinstance(index, int) else None
        call = self._by_index.get(key)
        if (
            call is None
            or (call_id and call.id and call_id != call.id)
            or (not call_id and name and call.arguments and name != call.name)
        ):
            call = self._by_index[key] = _Call(slot=len(self._calls))
            self._calls.append(call)
        call.id = call.id or call_id
        return call

    def _begin(self, call: _Call, reply: Reply) -> None:
        if not call.begun:
            call.begun = True
            reply.tool_begin(call.slot, call.id, call.name)

    def _take_usage(self, usage: dict[str, Any], reply: Reply) -> None:
        read = shapes.mapping(usage.get("prompt_tokens_details"))
        written = shapes.mapping(usage.get("completion_tokens_details"))
        reply.usage(
            Usage(
                prompt_tokens=shapes.count(usage.get("prompt_tokens")),
                completion_tokens=shapes.count(usage.get("completion_tokens")),
                cached_tokens=shapes.count(read.get("cached_tokens")),
                reasoning_tokens=shapes.count(written.get("reasoning_tokens")),
            )
        )


def _take_parts(parts: list[dict[str, Any]], reply: Reply) -> None:
    """Content as a list, as Mistral's thinking models send it."""
    for part in parts:
        if part.get("type") == "thinking":
            thinking = part.get("thinking")
            reply.reasoning(shapes.text(thinking))
            for piece in shapes.objects(thinking):
                reply.reasoning(shapes.text(piece.get("text")))
        else:
            reply.text(shapes.text(part.get("text")))
