"""All providers of this run, by the names the user gave them."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatapp.domain.errors import ProviderError, SettingsError
from chatapp.providers.base import ModelInfo, Provider
from chatapp.providers.guide import GuideProvider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chatapp.providers.guide import Library
    from chatapp.providers.http import Transport
    from chatapp.providers.remote import KeyLookup, Wire
    from chatapp.settings.config import ProviderConfig

GUIDE = "guide"
_FRESH_SECONDS = 60.0
GUIDE_MODEL = f"{GUIDE}/{GUIDE}"


@dataclass(frozen=True, slots=True)
class Offer:
    """What one provider has to offer.

    Attributes:
        error: Why it did not tell, or None.
    """

    provider: str
    models: tuple[ModelInfo, ...] = ()
    error: ProviderError | None = None

    @property
    def names(self) -> list[str]:
        """The models as they are written everywhere: `provider/model`."""
        return [f"{self.provider}/{model.id}" for model in self.models]


class Registry:
    """Finds the provider of a model.

    The guide is always there. Providers are made from the settings, and made anew
    when those change; connections of unchanged ones stay.
    """

    def __init__(
        self,
        configs: Iterable[ProviderConfig],
        key_lookup: KeyLookup,
        library: Library | None = None,
        new_transport: Callable[[str], Transport] | None = None,
        extra: Iterable[Provider] = (),
    ) -> None:
        """Make the providers.

        Args:
            configs: The rows of the settings.
            key_lookup: Finds a provider's key.
            library: The user's chats, for the guide.
            new_transport: Connects to the server at a base address, if not in the usual way.
            extra: Providers made elsewhere: scripted ones, models in this process.
        """
        self._key_lookup = key_lookup
        self._new_transport = new_transport
        self._configs: dict[str, ProviderConfig] = {}
        self._providers: dict[str, Provider] = {GUIDE: GuideProvider(library)}
        self._providers |= {provider.name: provider for provider in extra}
        self._retired: list[Provider] = []
        self._known: dict[str, tuple[float, Offer]] = {}  # when it was asked, what it said
        self.configure(configs)

    def configure(self, configs: Iterable[ProviderConfig]) -> None:
        """Offer what `configs` names, and no longer what they do not; the guide stays."""
        wanted = {config.name: config for config in configs if config.kind != GUIDE}
        for name in [name for name, had in self._configs.items() if wanted.get(name) != had]:
            self._retired.append(self._providers.pop(name))
            del self._configs[name]
            self._known.pop(name, None)
        for name, config in wanted.items():
            if name not in self._configs:
                self._providers[name] = self._made(config)
                self._configs[name] = config

    def resolve(self, name: str) -> tuple[Provider, str]:
        """The provider and the model's own name for `provider/model`.

        A model's name may hold slashes itself. A name without a provider is found if only
        one provider names it in the settings.

        Raises:
            SettingsError: No provider, or more than one, offers it.
        """
        provider_name, slash, model = name.partition("/")
        provider = self._providers.get(provider_name)
        if provider is not None and (model or provider_name == GUIDE):
            return provider, model or GUIDE
        owners = [config.name for config in self._configs.values() if name in config.models]
        if len(owners) == 1:
            return self._providers[owners[0]], name
        if owners:
            raise SettingsError(
                f"Several providers offer “{name}”.",
                f"Write it with the provider's name, such as “{owners[0]}/{name}”.",
            )
        there = ", ".join(f"“{known}”" for known in self._providers)
        missing = f"There is no provider “{provider_name}”" if slash else f"No model is “{name}”"
        raise SettingsError(f"{missing}.", f"There is {there}; write a model as provider/model.")

    async def offers(self) -> list[Offer]:
        """What every provider has to offer, asked all at once; one that fails says why."""
        return list(await asyncio.gather(*map(_offer, self._providers.values())))

    async def context_length(self, name: str) -> int | None:
        """How many tokens the model `provider/model` reads; None if its server does not tell.

        Servers are asked at most once a minute.

        Raises:
            SettingsError: No provider offers it.
        """
        provider, model = self.resolve(name)
        asked, offer = self._known.get(provider.name, (-math.inf, None))
        if offer is None or time.monotonic() - asked > _FRESH_SECONDS:
            offer = await _offer(provider)
            self._known[provider.name] = (time.monotonic(), offer)
        return next((info.context_length for info in offer.models if info.id == model), None)

    async def close(self) -> None:
        """Let go of all connections."""
        providers = (*self._retired, *self._providers.values())
        await asyncio.gather(*(provider.close() for provider in providers))

    def _made(self, config: ProviderConfig) -> Provider:
        """A provider of the kind the row names; only its own wire is loaded."""
        if config.kind == "gguf":
            from chatapp.providers.local import LocalProvider

            return LocalProvider(config)
        from chatapp.providers.remote import RemoteProvider

        wire = _wire(config.kind)
        return RemoteProvider(config, wire, self._key_lookup, self._new_transport)


def _wire(kind: str) -> Wire:
    match kind:
        case "anthropic":
            from chatapp.providers.anthropic import AnthropicWire

            return AnthropicWire()
        case "gemini":
            from chatapp.providers.gemini import GeminiWire

            return GeminiWire()
        case "ollama":
            from chatapp.providers.ollama import OllamaWire

            return OllamaWire()
        case "responses":
            from chatapp.providers.responses import ResponsesWire

            return ResponsesWire()
        case _:
            from chatapp.providers.openai import OpenAIWire

            return OpenAIWire()


async def _offer(provider: Provider) -> Offer:
    try:
        return Offer(provider.name, tuple(await provider.models()))
    except ProviderError as error:
        return Offer(provider.name, error=error)
