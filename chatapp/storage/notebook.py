"""A small dictionary kept in a JSON file: drafts, the place of the window.

It is read once and written whole, off the event loop, when something changed; what a
second window wrote under other keys stays. A file that cannot be read is put aside,
never written over. The window reads one
before its first paint, so only what is quick to import is imported here.
"""

from __future__ import annotations

import contextlib
import json
import logging
from typing import TYPE_CHECKING, Any

from chatapp.kit.atomic import make_folder, replace_file

if TYPE_CHECKING:
    import asyncio
    from collections.abc import MutableSet
    from collections.abc import Set as AbstractSet
    from pathlib import Path

log = logging.getLogger(__name__)


class Notebook:
    """Keys and JSON values; reading and setting touch only memory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values = self._load()
        self._changed: MutableSet[str] = set()
        self._saving: asyncio.Lock | None = None

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - any JSON value
        """The value of `key`, or `default`."""
        return self._values.get(key, default)

    @property
    def keys(self) -> list[str]:
        """The keys that have a value."""
        return list(self._values)

    def set(self, key: str, value: Any) -> None:  # noqa: ANN401 - any JSON value
        """Remember `value`; None forgets the key."""
        if self._values.get(key) == value:
            return
        if value is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value
        self._changed.add(key)

    async def save(self) -> None:
        """Write what changed; a refused write is tried again at the next call."""
        import asyncio

        if self._saving is None:
            self._saving = asyncio.Lock()
        async with self._saving:  # whoever waits may quit afterwards
            if not self._changed:
                return
            values, changed = dict(self._values), self._changed
            self._changed = set()
            try:
                await asyncio.to_thread(self._write, values, changed)
            except OSError as error:
                self._changed |= changed
                log.info("%s was not saved: %s", self._path.name, error.strerror)

    def _write(self, values: dict[str, Any], changed: AbstractSet[str]) -> None:
        """Write what changed here over what stands in the file: another window may write too."""
        kept = {key: value for key, value in self._load().items() if key not in changed}
        own = {key: value for key, value in values.items() if key in changed}
        merged = {**kept, **own} if kept else values  # without it the file is gone or was damaged
        text = json.dumps(merged, ensure_ascii=False, indent=2)
        make_folder(self._path.parent)
        replace_file(self._path, [f"{text}\n".encode("utf-8", "replace")])

    def _load(self) -> dict[str, Any]:
        try:
            raw = self._path.read_bytes()
        except OSError:
            return {}
        try:
            values = json.loads(raw)
        except (ValueError, RecursionError):
            values = None
        if isinstance(values, dict):
            return values
        with contextlib.suppress(OSError):  # where nothing can be written, nothing is lost
            self._path.replace(self._path.with_suffix(".damaged.json"))
        return {}
