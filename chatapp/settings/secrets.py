"""Keys of providers, apart from every file of settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatapp.settings.config import ProviderConfig


async def environment_key(provider: ProviderConfig) -> str | None:
    """The key in the environment variable that the provider's settings name."""
    name = provider.api_key_env
    return os.environ.get(name) if name else None
