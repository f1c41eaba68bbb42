"""Ollama's own API, which tells and sets more than its compatible one.

Source of the form: github.com/ollama/ollama, docs/api.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatapp.domain.message import Role
from chatapp.domain.stream import Usage
from chatapp.providers import shapes
from chatapp.providers.base import ModelInfo
from chatapp.providers.chat_completions import function_tool
from chatapp.providers.decoder import Decoder
from chatapp.providers.ndjson import JsonLines
from chatapp.providers.openai import no_list_of_models
from chatapp.providers.quirks import Quirk
from chatapp.providers.reply import Reply
from chatapp.providers.think import Thinking
from chatapp.providers.turns import Turn, turns

if TYPE_CHECKING:
    from chatapp.domain.errors import ProviderError
    from chatapp.providers.base import ChatRequest

_OPTIONS = {
    "temperature": "temperature",
    "top_p": "top_p",
    "max_tokens": "num_predict",
    "stop": "stop",
    "seed": "seed",
    "num_ctx": "num_ctx",
}
_REASONS = {"stop": "stop", "length": "length"}
_CHARACTERS_PER_TOKEN = 4  # of English; other languages have fewer
_WORTH_WARNING_TOKENS = 1000


class OllamaWire:
    """One JSON object a line."""

    kind = "ollama"
    home = "http://127.0.0.1:11434"
    version = ""

    def headers(self, key: str | None) -> dict[str, str]:
        """A local server wants no key; a hosted one does."""
        headers = {"content-type": "application/json"}
        return headers | ({"authorization": f"Bearer {key}"} if key else {})

    def path(self, request: ChatRequest) -> str:
        """The same for every model."""
        return "/api/chat"

    def body(self, request: ChatRequest, quirks: frozenset[str]) -> dict[str, Any]:
        """The question; sampling parameters stand among the options."""
        asked = request.parameters
        messages = [{"role": "system", "content": request.system}] if request.system else []
        body: dict[str, Any] = {
            "model": request.model,
            "messages": [*messages, *map(_message, turns(request))],
            "stream": True,
        }
        options = {
            theirs: asked[ours] for ours, theirs in _OPTIONS.items() if asked.get(ours) is not None
        }
        if options:
            body["options"] = options
        if effort := asked.get("reasoning_effort"):
            levels = "gpt-oss" in request.model and effort != "none"
            body["think"] = effort if levels else effort != "none"
        if request.tools:
            body["tools"] = [function_tool(tool) for tool in request.tools]
        for quirk in quirks:
            body.pop(quirk, None)
        return body | shapes.mapping(asked.get("extra"))

    def quirk(self, error: ProviderError) -> Quirk | None:
        """Models that cannot think, or use no tools, say so."""
        said = error.detail.lower()
        if "does not support thinking" in said:
            return Quirk("think", "This model does not think; asked again without it.")
        if "does not support tools" in said:
            return Quirk("tools", "This model uses no tools; asked again without them.")
        return None

    def decoder(self, request: ChatRequest) -> Decoder:
        """Lines, read with an eye on how much of the prompt was read."""
        written = sum(len(m.content) for m in request.messages) + len(request.system)
        reply = Reply(Thinking.chosen(request.parameters))
        return Decoder(JsonLines(), OllamaLines(written // _CHARACTERS_PER_TOKEN), reply)

    def models_path(self, after: str) -> str:
        """The models that were pulled, then those that are loaded, whose context is known."""
        return "/api/ps" if after else "/api/tags"

    def models(self, answer: object) -> tuple[list[ModelInfo], str]:
        """The `models` list of either."""
        listed = shapes.mapping(answer).get("models")
        if not isinstance(listed, list):
            raise no_list_of_models()
        rows = shapes.objects(listed)
        found = [
            ModelInfo(
                shapes.text(row.get("model") or row.get("name")),
                shapes.count(row.get("context_length")),
            )
            for row in rows
        ]
        are_pulled = all("expires_at" not in row for row in rows)
        return found, "loaded" if are_pulled and rows else ""


def _message(turn: Turn) -> dict[str, Any]:
    message: dict[str, Any] = {"role": str(turn.role), "content": turn.text}
    if turn.pictures:
        message["images"] = [picture.base64 for picture in turn.pictures]
    if turn.role is Role.TOOL:
        message["tool_name"] = turn.tool
    if turn.calls:
        message["tool_calls"] = [
            {
                "function": {
                    "name": call.name,
                    "arguments": shapes.mapping(shapes.load_or_none(call.arguments)),
                }
            }
            for call in turn.calls
        ]
    if turn.calls and turn.reasoning:
        message["thinking"] = turn.reasoning
    return message


class OllamaLines:
    """What the lines of a reply mean.

    Ollama cuts the front of a prompt that is too long, and does not say so: the only
    sign is that it read fewer tokens than were sent.
    """

    def __init__(self, expected_tokens: int = 0) -> None:
        self._expected_tokens = expected_tokens
        self._calls = 0

    def take(self, payload: dict[str, Any], reply: Reply) -> None:
        """Tell `reply` what one line says."""
        reply.start(shapes.text(payload.get("model")), "")
        message = shapes.mapping(payload.get("message"))
        reply.reasoning(shapes.text(message.get("thinking")))
        reply.text(shapes.text(message.get("content")))
        for call in shapes.objects(message.get("tool_calls")):
            self._take_call(call, reply)
        if payload.get("done"):
            self._take_usage(payload, reply)
            raw = shapes.text(payload.get("done_reason")) or "stop"
            reply.finish(_REASONS.get(raw, "other"), raw)
            reply.terminate()

    def close(self, reply: Reply) -> None:
        """Every line was whole."""

    def _take_call(self, call: dict[str, Any], reply: Reply) -> None:
        function = shapes.mapping(call.get("function"))
        slot = self._calls
        self._calls += 1
        reply.tool_begin(slot, shapes.text(call.get("id")), shapes.text(function.get("name")))
        reply.tool_arguments(slot, shapes.json_text(function.get("arguments")))
        reply.tool_end(slot)

    def _take_usage(self, payload: dict[str, Any], reply: Reply) -> None:
        read = shapes.count(payload.get("prompt_eval_count"))
        written = shapes.count(payload.get("eval_count"))
        nanoseconds = shapes.count(payload.get("eval_duration"))
        speed = written / nanoseconds * 1e9 if written and nanoseconds else None
        if read is not None or written is not None:
            reply.usage(Usage(read, written, tokens_per_second=speed))
        expected = self._expected_tokens
        if read is not None and expected > _WORTH_WARNING_TOKENS and read * 2 < expected:
            reply.notice(
                f"The server read {read} tokens of about {expected}: it seems to have left out "
                "the beginning of the chat. A larger context size would let it read more."
            )
