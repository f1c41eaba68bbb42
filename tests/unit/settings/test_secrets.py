from __future__ import annotations

import pytest

from chatapp.settings.config import ProviderConfig
from chatapp.settings.secrets import environment_key


async def test_key_is_read_from_the_variable_the_settings_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOCAL_API_KEY", "sk-1")
    assert await environment_key(ProviderConfig("a", "openai", "", "LOCAL_API_KEY")) == "sk-1"
    assert await environment_key(ProviderConfig("a", "openai", "", "NOT_SET")) is None
    assert await environment_key(ProviderConfig("a", "openai")) is None
