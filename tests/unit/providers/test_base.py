"""Every kind of provider offers what a provider is asked for."""

from __future__ import annotations

import inspect

import pytest

from chatapp.providers.base import ChatRequest, Provider
from chatapp.providers.guide import GuideProvider
from chatapp.providers.local import LocalProvider
from chatapp.providers.remote import RemoteProvider
from chatapp.providers.scripted import ScriptedProvider


@pytest.mark.parametrize(
    "provider", [GuideProvider, LocalProvider, RemoteProvider, ScriptedProvider]
)
@pytest.mark.parametrize("name", ["stream", "models", "close"])
def test_each_provider_is_asked_in_the_same_way(provider: type, name: str) -> None:
    asked, offered = getattr(Provider, name), getattr(provider, name)
    assert list(inspect.signature(offered).parameters) == list(inspect.signature(asked).parameters)
    if name != "stream":
        assert inspect.iscoroutinefunction(offered)


def test_two_requests_share_no_parameters() -> None:
    one, other = ChatRequest("m", ()), ChatRequest("m", ())
    one.parameters["temperature"] = 1
    assert other.parameters == {}
