from __future__ import annotations

from pathlib import Path

import pytest

from chatapp.domain.errors import SettingsError
from chatapp.providers.registry import GUIDE_MODEL, Registry
from chatapp.providers.scripted import ScriptedProvider
from chatapp.settings.config import ProviderConfig
from real.http_server import fake_server, json_response


async def no_key(_config: ProviderConfig) -> str | None:
    return None


def row(name: str, *models: str, url: str = "http://127.0.0.1:1") -> ProviderConfig:
    return ProviderConfig(name, "openai", url, models=models)


def registry(*rows: ProviderConfig, **more: object) -> Registry:
    return Registry(rows, no_key, **more)  # type: ignore[arg-type]


async def test_model_is_found_by_provider_and_name() -> None:
    provider, model = registry(row("local", "tiny")).resolve("local/org/tiny:7b")
    assert (provider.name, provider.kind, model) == ("local", "openai", "org/tiny:7b")


@pytest.mark.parametrize("kind", ["openai", "responses", "anthropic", "gemini", "ollama"])
async def test_provider_speaks_the_wire_its_row_names(kind: str) -> None:
    provider, _ = registry(ProviderConfig("p", kind)).resolve("p/m")
    assert provider.kind == kind


async def test_file_of_a_model_is_offered_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(b"GGUF")
    models = registry(ProviderConfig("mine", "gguf", models=(str(tmp_path / "tiny.gguf"),)))
    assert [offer.names for offer in await models.offers()] == [["guide/guide"], ["mine/tiny"]]
    await models.close()


async def test_guide_is_always_there() -> None:
    for name in (GUIDE_MODEL, "guide"):
        provider, model = registry().resolve(name)
        assert (provider.kind, model) == ("guide", "guide")


async def test_model_without_a_provider_is_found_if_one_offers_it() -> None:
    provider, model = registry(row("a", "x", "org/y"), row("b", "z")).resolve("org/y")
    assert (provider.name, model) == ("a", "org/y")


async def test_model_that_two_offer_asks_which() -> None:
    with pytest.raises(SettingsError, match="a/x"):
        registry(row("a", "x"), row("b", "x")).resolve("x")


@pytest.mark.parametrize("name", ["gone/x", "x", "", "local", "local/"])
async def test_unknown_model_says_what_there_is(name: str) -> None:
    with pytest.raises(SettingsError, match="“guide”, “local”"):
        registry(row("local")).resolve(name)


async def test_offers_come_with_the_error_of_each_that_fails() -> None:
    async with fake_server(json_response({"data": [{"id": "m"}]})) as server:
        models = registry(
            row("good", url=server.url), row("bad"), extra=[ScriptedProvider(name="demo")]
        )
        offers = {offer.provider: offer for offer in await models.offers()}
        await models.close()
    assert offers["good"].names == ["good/m"]
    assert offers["guide"].names == ["guide/guide"]
    assert offers["demo"].names == ["demo/demo"]
    assert offers["bad"].error is not None
    assert "refused" in offers["bad"].error.sentence


async def test_context_length_is_asked_once_and_unknown_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listing = json_response({"data": [{"id": "m", "max_model_len": 4096}, {"id": "n"}]})
    async with fake_server(listing) as server:
        models = registry(row("good", url=server.url), row("bad"))
        assert await models.context_length("good/m") == 4096
        assert await models.context_length("good/n") is None
        assert await models.context_length("good/unlisted") is None
        assert len(server.requests) == 1
        monkeypatch.setattr("chatapp.providers.registry._FRESH_SECONDS", 0)
        await models.context_length("good/m")
        assert len(server.requests) == 2
        assert await models.context_length("bad/m") is None
        assert await models.context_length("guide") is None
        await models.close()


async def test_changed_settings_change_only_what_changed() -> None:
    models = registry(row("a"), row("b", "x"))
    kept, _ = models.resolve("a/m")
    old, _ = models.resolve("b/m")
    models.configure([row("a"), row("b", "y"), row("c")])
    assert models.resolve("a/m")[0] is kept
    assert models.resolve("b/m")[0] is not old
    assert models.resolve("c/m")[0].name == "c"
    models.configure([])
    with pytest.raises(SettingsError):
        models.resolve("a/m")
    await models.close()
