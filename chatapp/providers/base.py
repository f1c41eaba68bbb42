"""What every provider offers, and what it is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from chatapp.domain.message import Message
    from chatapp.domain.stream import StreamEvent


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model of a provider.

    Attributes:
        id: The name the server knows it by.
        context_length: Tokens it reads at most; None if the server does not tell.
    """

    id: str
    context_length: int | None = None
    capabilities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool the model may call.

    Attributes:
        schema: The JSON Schema of its arguments.
    """

    name: str
    description: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One question to a model.

    Attributes:
        model: The model's name, without the provider's.
        messages: The conversation so far, oldest first; the last one is to be answered.
        system: The system prompt, or an empty text.
        parameters: Under their OpenAI names: `temperature`, `top_p`, `max_tokens`, `stop`, `seed`,
            `reasoning_effort`; `num_ctx` for Ollama; `thinking_tags`, how thoughts stand inside the
            text (`tagged`, `open`, `plain`); `extra`, an object added to the body as it is.
        tools: What the model may call.
        pictures: The bytes of attached images, by the content hash their messages name.
    """

    model: str
    messages: tuple[Message, ...]
    system: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    tools: tuple[Tool, ...] = ()
    pictures: dict[str, bytes] = field(default_factory=dict)


class Provider(Protocol):
    """A source of models.

    Attributes:
        name: The name the user gave it; `name/model` is how a model is written everywhere.
        kind: The wire it speaks: `openai`, `anthropic`, `gemini`, `ollama`, `gguf`, `guide`.
    """

    @property
    def name(self) -> str:
        """The name the user gave it."""
        ...

    @property
    def kind(self) -> str:
        """The wire it speaks."""
        ...

    def stream(self, request: ChatRequest) -> AsyncIterator[StreamEvent]:
        """Ask, and yield what comes; the last event is always an `End`.

        A failure is an `End` with its error, never an exception; only cancellation passes through.
        Who stops reading closes the iterator (`contextlib.aclosing`), so that the server hears of
        it at once.
        """
        ...

    async def models(self) -> list[ModelInfo]:
        """The models on offer.

        Raises:
            ProviderError: The server did not tell.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
