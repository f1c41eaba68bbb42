"""Keys in a file encrypted with a passphrase, for machines without a keyring.

scrypt (RFC 7914) makes a key of the passphrase; AES-256-GCM keeps the keys secret
and shows whether the file was tampered with. A forgotten passphrase loses the keys,
never a chat: they are only asked for again.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
from typing import TYPE_CHECKING

import orjson

from chatapp.domain.errors import SettingsError
from chatapp.kit.atomic import make_folder, replace_file

if TYPE_CHECKING:
    from pathlib import Path

_VERSION = 1
_COST = 2**15  # 32 MiB and about a tenth of a second
_MEMORY_LIMIT = 64 * 1024 * 1024
_SALT_BYTES = 16
_NONCE_BYTES = 12


class KeyFile:
    """Secrets by name, in one encrypted file; closed until the passphrase is given."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._passphrase: str | None = None
        self._secrets: dict[str, str] = {}

    @property
    def exists(self) -> bool:
        """Whether there is a file to open."""
        return self._path.exists()

    @property
    def is_open(self) -> bool:
        """Whether the passphrase was given."""
        return self._passphrase is not None

    async def open(self, passphrase: str) -> None:
        """Read the file, or begin one with this passphrase.

        Raises:
            SettingsError: The passphrase is wrong, or the file cannot be read.
        """
        self._secrets = await asyncio.to_thread(_read, self._path, passphrase)
        self._passphrase = passphrase

    def get(self, name: str) -> str | None:
        """The secret called `name`; None too while the file is closed."""
        return self._secrets.get(name)

    async def set(self, name: str, secret: str | None) -> None:
        """Keep a secret; None forgets it.

        Raises:
            SettingsError: The file is closed, or cannot be written.
        """
        if self._passphrase is None:
            raise SettingsError("The file of keys is closed.", "Give its passphrase first.")
        kept = {k: v for k, v in self._secrets.items() if k != name}
        if secret is not None:
            kept[name] = secret
        await asyncio.to_thread(_write, self._path, self._passphrase, kept)
        self._secrets = kept


def _read(path: Path, passphrase: str) -> dict[str, str]:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        stored = orjson.loads(path.read_bytes())
        salt, nonce, sealed = (
            base64.b64decode(stored[part]) for part in ("salt", "nonce", "sealed")
        )
        key = _key(passphrase, salt, int(stored["cost"]))
        secrets: dict[str, str] = orjson.loads(AESGCM(key).decrypt(nonce, sealed, None))
    except FileNotFoundError:
        return {}
    except InvalidTag:
        raise SettingsError("That is not the passphrase of the keys.", "Try again.") from None
    except (OSError, ValueError, KeyError, TypeError, MemoryError):
        raise SettingsError(
            "The file of keys cannot be read.", "Enter the keys again; your chats are untouched."
        ) from None
    return secrets


def _write(path: Path, passphrase: str, secrets: dict[str, str]) -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    sealed = AESGCM(_key(passphrase, salt, _COST)).encrypt(nonce, orjson.dumps(secrets), None)
    parts = {"salt": salt, "nonce": nonce, "sealed": sealed}
    stored = {"version": _VERSION, "kdf": "scrypt", "cost": _COST}
    encoded = {name: base64.b64encode(part).decode() for name, part in parts.items()}
    try:
        make_folder(path.parent)
        replace_file(path, [orjson.dumps(stored | encoded, option=orjson.OPT_INDENT_2)])
    except OSError as error:
        raise SettingsError(
            f"The key was not written ({error.strerror}).", "It holds until you quit."
        ) from None


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(
        passphrase.encode(), salt=salt, n=cost, r=8, p=1, maxmem=_MEMORY_LIMIT, dklen=32
    )
