"""`config/config.toml`: the settings and the providers, in a file the user may edit.

A file that cannot be read is never written over: the program runs with the
defaults and says which line and key to mend. Writing keeps the user's comments.
"""

from __future__ import annotations

import errno
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chatapp.domain.errors import SettingsError
from chatapp.kit.atomic import make_folder, replace_file
from chatapp.kit.signal import Signal
from chatapp.settings.schema import BY_NAME, SETTINGS, Value

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

FILE_NAME = "config.toml"
PROVIDER_KINDS = ("openai", "responses", "anthropic", "gemini", "ollama", "gguf", "guide")
_PROVIDER_KEYS = {"name": str, "kind": str, "base_url": str, "api_key_env": str, "models": list}
_ENCODING = "utf-8-sig"  # Windows editors put a byte order mark before the first line
_PROVIDERS_HEADER = re.compile(r"""\s*\[\[\s*["']?providers["']?\s*\]\]""")
_PROVIDER_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """One `[[providers]]` table.

    Attributes:
        name: What the user calls it; the part of a model's name before the `/`.
        kind: The wire it speaks, one of `PROVIDER_KINDS`.
        base_url: Where it listens; empty for the public server of its kind.
        api_key_env: The environment variable that holds its key.
        models: Models to offer; empty asks the server.
    """

    name: str
    kind: str
    base_url: str = ""
    api_key_env: str = ""
    models: tuple[str, ...] = ()


class Settings:
    """The values in force.

    Attributes:
        error: Why the file could not be read, or None.
        changed: Emitted with the name of a setting that got another value.
    """

    def __init__(self, path: Path) -> None:
        self.changed: Signal[str] = Signal()
        self.error: SettingsError | None = None
        self.providers: tuple[ProviderConfig, ...] = ()
        self._path = path
        self._values: dict[str, Value] = {}
        self._unwritten: set[str] = set()
        self._writing: asyncio.Lock | None = None
        try:
            self._values, self.providers = read(path)
        except SettingsError as error:
            self.error = error

    def get(self, name: str) -> Any:  # noqa: ANN401 - the type its row declares
        """The value of a declared setting."""
        return self._values.get(name, BY_NAME[name].default)

    async def set(self, name: str, value: Value) -> None:
        """Use `value` from now on and write it to the file.

        Raises:
            SettingsError: The value is not allowed, or the file cannot be written or read.
        """
        if reason := BY_NAME[name].check(value):
            raise SettingsError(f"“{BY_NAME[name].title}” {reason}.")
        if self.error is not None:
            raise self.error
        if self.get(name) == value and name not in self._unwritten:
            return
        self._values[name] = value
        self._unwritten.add(name)
        self.changed.emit(name)
        await self._write(name, value)

    async def _write(self, name: str, value: Value) -> None:
        import asyncio

        if self._writing is None:
            self._writing = asyncio.Lock()
        async with self._writing:  # two at once would each write a file without the other's value
            await asyncio.to_thread(_write_value, self._path, name, value)
        self._unwritten.discard(name)


def read(path: Path) -> tuple[dict[str, Value], tuple[ProviderConfig, ...]]:
    """The values and providers in the file at `path`; a missing file has none.

    Raises:
        SettingsError: The file is malformed; the sentence names line and key.
    """
    try:
        text = path.read_text(encoding=_ENCODING)
    except FileNotFoundError:
        return {}, ()
    except UnicodeDecodeError as error:
        raise SettingsError(f"{FILE_NAME} is not UTF-8.", "Save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(f"{FILE_NAME} cannot be read ({error.strerror}).") from error
    document = _parsed(text)
    reader = _Reader(text)
    return reader.values(document), reader.providers(document)


def _parsed(text: str) -> dict[str, Any]:
    import tomllib  # 4 ms that a start without a file need not pay

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number too long, tables too deep
        raise _syntax_error(text, error) from error


@dataclass(frozen=True)
class _Reader:
    """Checks a parsed document; knows its text only to name the line of a fault."""

    text: str

    def values(self, document: dict[str, Any]) -> dict[str, Value]:
        values = {}
        for setting in SETTINGS:
            if setting.name not in document:
                continue
            value = document[setting.name]
            if reason := setting.check(value):
                raise self._error(setting.name, reason)
            values[setting.name] = value
        return values

    def providers(self, document: dict[str, Any]) -> tuple[ProviderConfig, ...]:
        tables = document.get("providers", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise self._error("providers", "must be written as [[providers]] tables")
        providers = tuple(self._provider(table, place) for place, table in enumerate(tables))
        names = [provider.name for provider in providers]
        for place, name in enumerate(names):
            if name in names[:place]:
                raise self._error("name", f"“{name}” is used twice", place)
        return providers

    def _provider(self, table: dict[str, Any], place: int) -> ProviderConfig:
        for key in ("name", "kind"):
            if key not in table:
                raise self._error("[[providers]]", f"needs “{key}”", place)
        for key, value in table.items():
            expected = _PROVIDER_KEYS.get(key)
            fits = isinstance(value, expected or object)
            if expected is list and fits:
                fits = all(isinstance(entry, str) for entry in value)
            if not fits:
                word = "a list of texts" if expected is list else "a text in quotes"
                raise self._error(key, f"must be {word}", place)
        if table["kind"] not in PROVIDER_KINDS:
            choices = ", ".join(PROVIDER_KINDS)
            raise self._error("kind", f"must be one of {choices}", place)
        if not _PROVIDER_NAME.fullmatch(table["name"]):
            raise self._error("name", "may hold letters, digits, “.”, “_” and “-”", place)
        known = {key: table[key] for key in _PROVIDER_KEYS if key in table}
        return ProviderConfig(**{**known, "models": tuple(table.get("models", ()))})

    def _error(self, key: str, reason: str, place: int | None = None) -> SettingsError:
        line = self._line(key, place)
        where = f"{FILE_NAME}, line {line}" if line else FILE_NAME
        return SettingsError(f"{where}: {key} {reason}.", "Mend it and start again.")

    def _line(self, key: str, place: int | None) -> int | None:
        """The line on which `key` stands; `place` counts `[[providers]]` tables from 0."""
        begins = re.compile(rf"""\s*\[*\s*["']?{re.escape(key.strip("[]"))}["']?\s*[\].=]""")
        tables, header = -1, None
        for number, line in enumerate(self.text.split("\n"), start=1):
            if _PROVIDERS_HEADER.match(line):
                tables += 1
                header = number if tables == place else header
            if begins.match(line) and place in (None, tables):
                return number
        return None if place is None else header or self._line("providers", None)


def _syntax_error(text: str, error: Exception) -> SettingsError:
    lines = text.split("\n")
    found = re.search(r"line (\d+)", str(error))
    number = min(int(found[1]), len(lines)) if found else len(lines)
    key = lines[number - 1].split("=")[0].strip()
    reason = str(error).split(" (at")[0]
    about = f" at “{key}”" if key else ""
    return SettingsError(
        f"{FILE_NAME}, line {number}{about}: {reason}.", "Mend it and start again."
    )


def _write_value(path: Path, name: str, value: Value) -> None:
    path = path.resolve()  # the file may be a link into a folder of such files
    try:
        text = path.read_text(encoding=_ENCODING) if path.exists() else ""
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        make_folder(path.parent)
        replace_file(path, [_with_value(text, name, value).encode()])
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise SettingsError(
            f"The setting was not written ({reason}).", "It holds until you quit."
        ) from error


def _with_value(text: str, name: str, value: Value) -> str:
    """`text` with one value set and everything else, comments too, as it was."""
    import tomlkit

    wanted = _parsed(text) | {name: value}
    document = tomlkit.parse(text)
    document[name] = value
    fresh = tomlkit.dumps(document)
    if _parsed(fresh) != wanted:
        raise SettingsError(
            f"The setting was not written: {FILE_NAME} is laid out in an uncommon way.",
            f"Write {name} into it by hand.",
        )
    return fresh
