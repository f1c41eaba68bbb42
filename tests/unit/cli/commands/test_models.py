from __future__ import annotations

import json

from chatapp.domain.errors import ProviderError, ProviderErrorKind


async def test_default_is_marked(terminal):
    listed = await terminal("models")
    assert listed.out.splitlines() == ["guide/guide", "scripted/scripted  (default)"]
    assert listed.status == 0


async def test_json_tells_provider_length_and_default(terminal):
    models = json.loads((await terminal("models", "--json")).out)
    assert models[1] == {
        "model": "scripted/scripted",
        "provider": "scripted",
        "context_length": None,
        "default": True,
    }


async def test_provider_that_does_not_tell_is_said(terminal, scripted, monkeypatch):
    async def refuse():
        raise ProviderError(ProviderErrorKind.CONNECTION, "It was refused.")

    monkeypatch.setattr(scripted, "models", refuse)
    listed = await terminal("models")
    assert (listed.status, listed.out, listed.err) == (1, "guide/guide\n", "It was refused.\n")
