"""Keys of providers, apart from every file of settings.

A key is looked for in the environment variable that the settings name, in memory,
in the system's keyring, and in the file that a passphrase opens. It is bound to
one origin: where the address of a provider changes, its key is asked for anew, so
that no key goes to a server it was not entered for.

Which keyring kept a key is written down beside the settings (never the key), so
that a keyring that was exchanged can be told from a key that was never entered.
"""

from __future__ import annotations

import asyncio
import enum
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson

from chatapp.domain.errors import SettingsError
from chatapp.kit.atomic import make_folder, replace_file
from chatapp.settings.key_file import KeyFile
from chatapp.settings.keyring_store import KeyringStore, KeyringUnavailableError

if TYPE_CHECKING:
    from pathlib import Path

    from chatapp.settings.config import ProviderConfig

log = logging.getLogger(__name__)

INDEX_NAME = "keys.json"
FILE_NAME = "keys.encrypted"
_PORTS = {"http": 80, "https": 443}


class Place(enum.StrEnum):
    """Where a key is kept."""

    NOWHERE = "nowhere"
    ENVIRONMENT = "environment"
    MEMORY = "memory"  # until the program ends
    KEYRING = "keyring"
    FILE = "file"  # encrypted with a passphrase


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """What the settings show of a key; never the key.

    Attributes:
        sentence: What a person should know of it, or empty.
    """

    place: Place
    sentence: str = ""


class Secrets:
    """The keys of this profile's providers."""

    def __init__(self, folder: Path, keyring: KeyringStore | None = None) -> None:
        """Nothing is read yet.

        Args:
            folder: Of the settings; holds the index and, by choice, the encrypted file.
            keyring: The system's, unless a test brings its own.
        """
        self.file = KeyFile(folder / FILE_NAME)
        self._index_path = folder / INDEX_NAME
        self._keyring = keyring or KeyringStore()
        self._index: dict[str, str] | None = None  # name → the keyring that keeps its key
        self._memory: dict[str, str] = {}
        self._looked_up: dict[str, str | None] = {}  # what the keyring said, this run

    async def key(self, provider: ProviderConfig) -> str | None:
        """The key to send to this provider, or None."""
        name = bound_name(provider)
        return (
            _from_environment(provider)
            or self._memory.get(name)
            or await self._from_keyring(provider)
            or self.file.get(name)
        )

    async def status(self, provider: ProviderConfig) -> KeyStatus:
        """Where the key of a provider is kept."""
        name = bound_name(provider)
        if _from_environment(provider):
            return KeyStatus(Place.ENVIRONMENT)
        if name in self._memory:
            return KeyStatus(Place.MEMORY, "This key is forgotten when you quit.")
        if await self._from_keyring(provider):
            return KeyStatus(Place.KEYRING)
        if self.file.get(name):
            return KeyStatus(Place.FILE)
        return KeyStatus(Place.NOWHERE, await self._why_missing(name))

    async def store(
        self, provider: ProviderConfig, key: str, place: Place = Place.KEYRING
    ) -> KeyStatus:
        """Keep a key for a provider at its present address, in place of any other.

        A keyring that is not available is no failure: the key is then kept in memory, and
        the answer says so.

        Raises:
            SettingsError: The key is empty, a variable of the environment comes before it, or
                the file cannot be written.
        """
        key = key.strip()
        if not key:
            raise SettingsError("The key is empty.", "Paste the whole key.")
        if _from_environment(provider):
            raise SettingsError(
                f"The key of “{provider.name}” comes from {provider.api_key_env}.",
                "Change it there, or take the variable out of the settings.",
            )
        await self.forget(provider)
        name = bound_name(provider)
        if place is Place.KEYRING:
            try:
                await self._keyring.set(name, key)
            except KeyringUnavailableError:
                self._memory[name] = key
                return KeyStatus(
                    Place.MEMORY,
                    "This system has no keyring that answers: the key is forgotten when you quit.",
                )
            self._looked_up[name] = key
            await self._note(name, await self._keyring.backend())
        elif place is Place.FILE:
            await self.file.set(name, key)
        else:
            self._memory[name] = key
        return await self.status(provider)

    async def forget(self, provider: ProviderConfig) -> None:
        """Take the key of a provider out of every place but the environment."""
        name = bound_name(provider)
        self._memory.pop(name, None)
        self._looked_up.pop(name, None)
        if await self._may_be_in_keyring(provider):
            try:
                await self._keyring.delete(name)
            except KeyringUnavailableError:
                log.info("The keyring did not answer, so nothing was taken out of it")
            await self._note(name, None)
        if self.file.get(name):
            await self.file.set(name, None)

    # ---- the keyring

    async def _from_keyring(self, provider: ProviderConfig) -> str | None:
        name = bound_name(provider)
        if name in self._looked_up:
            return self._looked_up[name]
        if not await self._may_be_in_keyring(provider):
            return None
        try:
            found = await self._keyring.get(name)
        except KeyringUnavailableError:
            found = None
        self._looked_up[name] = found  # a keyring that hangs is asked once a run
        return found

    async def _may_be_in_keyring(self, provider: ProviderConfig) -> bool:
        """Whether the keyring is worth a question.

        A server on this machine seldom has a key, and should not make a keyring ask for its
        password.
        """
        return bound_name(provider) in await self._known() or not _is_here(provider.base_url)

    async def _why_missing(self, name: str) -> str:
        kept_by = (await self._known()).get(name)
        if kept_by is None:
            return ""
        now = await self._keyring.backend()
        if now and now != kept_by:
            return f"The key was kept by {kept_by}, but this system now uses {now}: enter it again."
        return (
            f"The key was kept by {kept_by}, which does not give it: unlock it, or enter it again."
        )

    async def _known(self) -> dict[str, str]:
        if self._index is None:
            self._index = await asyncio.to_thread(_read_index, self._index_path)
        return self._index

    async def _note(self, name: str, backend: str | None) -> None:
        index = {k: v for k, v in (await self._known()).items() if k != name}
        if backend is not None:
            index[name] = backend
        if index != self._index:
            self._index = index
            await asyncio.to_thread(_write_index, self._index_path, index)


def bound_name(provider: ProviderConfig) -> str:
    """The name a key is kept under: the provider's, bound to scheme, host and port."""
    parts = urlsplit(provider.base_url if "://" in provider.base_url else f"//{provider.base_url}")
    if not parts.hostname:
        return f"{provider.name}@{provider.kind}"  # the vendor's own server
    scheme = parts.scheme or "any"
    try:
        port = parts.port or _PORTS.get(scheme, 0)
    except ValueError:
        port = 0
    return f"{provider.name}@{scheme}://{parts.hostname}:{port}"


def _from_environment(provider: ProviderConfig) -> str | None:
    return os.environ.get(provider.api_key_env) if provider.api_key_env else None


def _is_here(base_url: str) -> bool:
    host = urlsplit(base_url if "://" in base_url else f"//{base_url}").hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def _read_index(path: Path) -> dict[str, str]:
    try:
        stored = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in stored.items()} if isinstance(stored, dict) else {}


def _write_index(path: Path, index: dict[str, str]) -> None:
    try:
        make_folder(path.parent)
        replace_file(path, [orjson.dumps(index, option=orjson.OPT_INDENT_2) + b"\n"])
    except OSError as error:
        log.warning("Which keyring holds a key was not written down: %s", error.strerror)
