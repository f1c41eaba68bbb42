"""`config/config.toml`: the settings and the providers, in a file the user may edit.

A file that cannot be read is never written over: the program runs with the
defaults and says which line and key to mend. Writing keeps the user's comments.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chatapp.domain.errors import SettingsError
from chatapp.kit.atomic import make_folder, replace_file
from chatapp.kit.signal import Signal
from chatapp.settings.schema import BY_NAME, SETTINGS, Value

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "config.toml"
PROVIDER_KINDS = ("openai", "responses", "anthropic", "gemini", "ollama", "gguf", "guide")
_PROVIDER_KEYS = {"name": str, "kind": str, "base_url": str, "api_key_env": str, "models": list}
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
        if self.get(name) == value:
            return
        import asyncio

        self._values[name] = value
        self.changed.emit(name)
        await asyncio.to_thread(_write_value, self._path, name, value)


def read(path: Path) -> tuple[dict[str, Value], tuple[ProviderConfig, ...]]:
    """The values and providers in the file at `path`; a missing file has none.

    Raises:
        SettingsError: The file is malformed; the sentence names line and key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}, ()
    except UnicodeDecodeError as error:
        raise SettingsError(f"{FILE_NAME} is not UTF-8.", "Save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(f"{FILE_NAME} cannot be read ({error.strerror}).") from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(text, error) from error
    reader = _Reader(text)
    return reader.values(document), reader.providers(document)


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
            if expected is not None and not isinstance(value, expected):
                word = "a list of texts" if expected is list else "a text in quotes"
                raise self._error(key, f"must be {word}", place)
        if table["kind"] not in PROVIDER_KINDS:
            choices = ", ".join(PROVIDER_KINDS)
            raise self._error("kind", f"must be one of {choices}", place)
        if not _PROVIDER_NAME.fullmatch(table["name"]):
            raise self._error("name", "may hold letters, digits, “.”, “_” and “-”", place)
        known = {key: table[key] for key in _PROVIDER_KEYS if key in table}
        return ProviderConfig(**{**known, "models": tuple(map(str, table.get("models", ())))})

    def _error(self, key: str, reason: str, place: int | None = None) -> SettingsError:
        line = self._line(key, place)
        where = f"{FILE_NAME}, line {line}" if line else FILE_NAME
        return SettingsError(f"{where}: {key} {reason}.", "Mend it and start again.")

    def _line(self, key: str, place: int | None) -> int | None:
        """The line on which `key` stands; `place` counts `[[providers]]` tables from 0."""
        tables = -1
        for number, line in enumerate(self.text.splitlines(), start=1):
            tables += line.strip().startswith("[[providers]]")
            at_place = place is None or tables == place
            if at_place and line.strip().lstrip("[").startswith(key.strip("[]")):
                return number
        return None


def _syntax_error(text: str, error: tomllib.TOMLDecodeError) -> SettingsError:
    found = re.search(r"line (\d+)", str(error))
    number = int(found[1]) if found else max(1, len(text.splitlines()))
    lines = text.splitlines()
    key = lines[number - 1].split("=")[0].strip() if number <= len(lines) else ""
    reason = str(error).split(" (at")[0]
    about = f" at “{key}”" if key else ""
    return SettingsError(
        f"{FILE_NAME}, line {number}{about}: {reason}.", "Mend it and start again."
    )


def _write_value(path: Path, name: str, value: Value) -> None:
    import tomlkit

    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        document = tomlkit.parse(text)
        document[name] = value
        make_folder(path.parent)
        replace_file(path, [tomlkit.dumps(document).encode()])
    except OSError as error:
        raise SettingsError(
            f"The setting was not written ({error.strerror}).", "It holds until you quit."
        ) from error
