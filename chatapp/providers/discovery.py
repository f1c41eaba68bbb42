"""Finding the model servers that run on this machine.

Only when the user asks for it, only on loopback, all ports at once, and never with
a key. What answers is believed only if it answers as a model server does.
"""

from __future__ import annotations

import asyncio
import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chatapp.domain.errors import ProviderError, ProviderErrorKind
from chatapp.providers import shapes
from chatapp.providers.http import Call, Transport
from chatapp.providers.ollama import OllamaWire
from chatapp.providers.openai import OpenAIWire
from chatapp.providers.retries import Patience

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatapp.providers.remote import Wire

HOST = "127.0.0.1"
_PATIENCE = Patience(connect=0.4, byte=2.0, word=2.0)
_MAKERS = {"llamacpp": "llama.cpp", "vllm": "vLLM", "koboldcpp": "KoboldCpp", "sglang": "SGLang"}


class State(enum.StrEnum):
    """What a server that was found needs before it can be used."""

    READY = "ready"
    LOADING = "loading"
    NEEDS_KEY = "needs_key"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server listens unless it was told otherwise.

    Attributes:
        path: Of its base address.
    """

    name: str
    port: int
    kind: str = "openai"
    path: str = "/v1"

    @property
    def base_url(self) -> str:
        """What goes into the settings."""
        return f"http://{HOST}:{self.port}{self.path}"


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A model server on this machine.

    Attributes:
        name: Of the program, as far as it can be told.
        kind: The wire it speaks.
        models: What it offers; empty unless it is ready.
    """

    name: str
    kind: str
    base_url: str
    state: State
    models: tuple[str, ...] = ()


PLACES = (
    Place("Ollama", 11434, "ollama", ""),
    Place("LM Studio", 1234),
    Place("llama.cpp or LocalAI", 8080),
    Place("vLLM", 8000),
    Place("Jan", 1337),
    Place("KoboldCpp", 5001),
    Place("GPT4All", 4891),
    Place("text-generation-webui or TabbyAPI", 5000),
    Place("LiteLLM", 4000),
    Place("SGLang", 30000),
    Place("Docker Model Runner", 12434, path="/engines/v1"),
)


async def find_servers(places: Iterable[Place] = PLACES) -> list[FoundServer]:
    """The model servers that answer, in the order of `places`."""
    answers = await asyncio.gather(*map(_ask, places))
    return [found for found in answers if found is not None]


async def _ask(place: Place) -> FoundServer | None:
    wire: Wire = OllamaWire() if place.kind == "ollama" else OpenAIWire()
    transport = Transport(place.base_url, _PATIENCE)
    found = FoundServer(place.name, place.kind, place.base_url, State.READY)
    try:
        answer = await transport.fetch(Call(wire.models_path("")))
        models, _ = wire.models(answer)
    except ProviderError as error:
        return _not_ready(found, error)
    finally:
        await transport.close()
    rows = shapes.objects(shapes.mapping(answer).get("data"))
    maker = shapes.text(rows[0].get("owned_by")) if rows else ""
    return replace(
        found,
        name=_MAKERS.get(maker.lower(), place.name),
        models=tuple(model.id for model in models),
    )


def _not_ready(found: FoundServer, error: ProviderError) -> FoundServer | None:
    if error.kind is ProviderErrorKind.LOADING:
        return replace(found, state=State.LOADING)
    if error.kind is ProviderErrorKind.AUTHENTICATION:
        return replace(found, state=State.NEEDS_KEY)
    return None
