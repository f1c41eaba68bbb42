"""The settings as they may be copied elsewhere: without anything that opens a door.

No key belongs in `config.toml`, but people put them there; a backup may end up in a
place where it must not be.
"""

from __future__ import annotations

import re
from typing import Any

_SECRETS = frozenset(
    ["apikey", "key", "token", "accesstoken", "secret", "password", "authorization", "bearer"]
)
_PASSWORD_IN_ADDRESS = re.compile(r"//[^/@\s\"']*@")


def without_keys(text: str) -> str | None:
    """`text` of a `config.toml` without keys; None if it cannot be read, and so not be judged."""
    import tomllib

    import tomlkit

    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    _drop_secrets(document)
    # Written anew from the values, since a comment may hold a key as well.
    return _PASSWORD_IN_ADDRESS.sub("//", tomlkit.dumps(document))


def _drop_secrets(table: Any) -> None:  # noqa: ANN401 - whatever stands in a document
    if isinstance(table, list):
        for entry in table:
            _drop_secrets(entry)
    if isinstance(table, dict):
        for name in list(table):
            if re.sub("[^a-z]", "", name.lower()) in _SECRETS:
                del table[name]
            else:
                _drop_secrets(table[name])
