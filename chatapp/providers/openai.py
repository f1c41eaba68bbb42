"""OpenAI and every server that speaks its chat completions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from chatapp.domain.errors import ProviderError, ProviderErrorKind
from chatapp.providers import shapes
from chatapp.providers.base import ModelInfo
from chatapp.providers.chat_completions import ChatCompletions, request_body
from chatapp.providers.decoder import Decoder
from chatapp.providers.sse import ServerSentEvents

if TYPE_CHECKING:
    from chatapp.providers.base import ChatRequest

_REFUSED = re.compile(
    r"unsupported|not supported|does not support|unrecognized|unknown|unexpected|not permitted"
    r"|extra (?:fields|inputs)|invalid|only the default"
)
_DROPPABLE = (
    "stream_options",
    "temperature",
    "top_p",
    "seed",
    "stop",
    "reasoning_effort",
    "presence_penalty",
    "frequency_penalty",
)
_LONGER_NAME = "max_completion_tokens"
_DEVELOPER = "developer"
_REPLAY = "reasoning_content"


class OpenAIWire:
    """Chat completions over server-sent events."""

    kind = "openai"
    home = "https://api.openai.com/v1"
    version = "/v1"

    def headers(self, key: str | None) -> dict[str, str]:
        """The key as a bearer token, if there is one."""
        headers = {"content-type": "application/json", "accept": "text/event-stream"}
        return headers | ({"authorization": f"Bearer {key}"} if key else {})

    def path(self, request: ChatRequest) -> str:
        """The same for every model."""
        return "/chat/completions"

    def body(self, request: ChatRequest, quirks: frozenset[str]) -> dict[str, Any]:
        """The question, without what the model is known to refuse."""
        body = request_body(request, replay_reasoning=_REPLAY in quirks)
        for name in quirks & set(_DROPPABLE):
            body.pop(name, None)
        if _LONGER_NAME in quirks and "max_tokens" in body:
            body[_LONGER_NAME] = body.pop("max_tokens")
        if _DEVELOPER in quirks:
            for message in body["messages"]:
                if message["role"] == "system":
                    message["role"] = _DEVELOPER
        return body

    def quirk(self, error: ProviderError) -> tuple[str, str] | None:
        """A parameter the model refuses, as the server's words name it."""
        said = error.detail.lower()
        if _REPLAY in said and "pass" in said:
            return _REPLAY, "This model wants its earlier thoughts back; asked again with them."
        if not _REFUSED.search(said):
            return None
        if _LONGER_NAME in said:
            return _LONGER_NAME, "This model counts its tokens in another way; asked again so."
        if "system" in said and "role" in said:
            return _DEVELOPER, "This model takes its instructions under another name."
        for name in _DROPPABLE:
            if re.search(rf"\b{name}\b", said):
                return name, f"This model does not take “{name}”; asked again without it."
        return None

    def decoder(self) -> Decoder:
        """Chunks in server-sent events."""
        return Decoder(ServerSentEvents(), ChatCompletions())

    def models_path(self, after: str) -> str:
        """One page holds all."""
        return "/models"

    def models(self, answer: object) -> tuple[list[ModelInfo], str]:
        """The `data` list; Ollama, llama.cpp, vLLM and OpenRouter add the context length."""
        rows = shapes.objects(shapes.mapping(answer).get("data"))
        found = [_model(row) for row in rows if shapes.text(row.get("id"))]
        if not isinstance(shapes.mapping(answer).get("data"), list):
            raise ProviderError(
                ProviderErrorKind.PROTOCOL,
                "The server did not send a list of models.",
                "Check the address in the settings.",
            )
        return found, ""


def _model(row: dict[str, Any]) -> ModelInfo:
    meta = shapes.mapping(row.get("meta"))
    lengths = (row.get("max_model_len"), row.get("context_length"), meta.get("n_ctx_train"))
    known = (length for length in map(shapes.count, lengths) if length)
    return ModelInfo(shapes.text(row.get("id")), next(known, None))
