"""OpenAI and every server that speaks its chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatapp.domain.errors import ProviderError, ProviderErrorKind
from chatapp.providers import shapes
from chatapp.providers.base import ModelInfo
from chatapp.providers.chat_completions import ChatCompletions, request_body
from chatapp.providers.decoder import Decoder
from chatapp.providers.quirks import Quirk, is_refusal, refused_parameter
from chatapp.providers.reply import Reply
from chatapp.providers.sse import ServerSentEvents
from chatapp.providers.think import Thinking

if TYPE_CHECKING:
    from chatapp.providers.base import ChatRequest

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

    def quirk(self, error: ProviderError) -> Quirk | None:
        """A parameter the model refuses, or one it wants by another name."""
        said = error.detail.lower()
        if _REPLAY in said and "pass" in said:
            return Quirk(_REPLAY, "This model wants its thoughts back; asked again with them.")
        if is_refusal(said) and _LONGER_NAME in said:
            return Quirk(_LONGER_NAME, "This model counts tokens in another way; asked again so.")
        if is_refusal(said) and "system" in said and "role" in said:
            return Quirk(_DEVELOPER, "This model takes instructions otherwise; asked again so.")
        return refused_parameter(error, _DROPPABLE)

    def decoder(self, request: ChatRequest) -> Decoder:
        """Chunks in server-sent events."""
        reply = Reply(Thinking.chosen(request.parameters))
        return Decoder(ServerSentEvents(), ChatCompletions(), reply)

    def models_path(self, after: str) -> str:
        """One page holds all."""
        return "/models"

    def models(self, answer: object) -> tuple[list[ModelInfo], str]:
        """The `data` list; Ollama, llama.cpp, vLLM and OpenRouter add the context length."""
        listed = shapes.mapping(answer).get("data")
        if not isinstance(listed, list):
            raise no_list_of_models()
        return [_model(row) for row in shapes.objects(listed) if shapes.text(row.get("id"))], ""


def no_list_of_models() -> ProviderError:
    """What is said of an answer that lists nothing."""
    return ProviderError(
        ProviderErrorKind.PROTOCOL,
        "The server did not send a list of models.",
        "Check the address in the settings.",
    )


def _model(row: dict[str, Any]) -> ModelInfo:
    """vLLM, OpenRouter and llama.cpp tell the context; the last also what it was trained for."""
    meta = shapes.mapping(row.get("meta"))
    lengths = (
        row.get("max_model_len"),
        row.get("context_length"),
        meta.get("n_ctx"),
        meta.get("n_ctx_train"),
    )
    known = (length for length in map(shapes.count, lengths) if length)
    inputs = shapes.mapping(row.get("architecture")).get("input_modalities")
    sees = isinstance(inputs, list) and "image" in inputs
    return ModelInfo(
        shapes.text(row.get("id")), next(known, None), frozenset({"vision"} if sees else ())
    )
