from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chatapp.domain.errors import SettingsError
from chatapp.settings import key_file
from chatapp.settings.config import ProviderConfig
from chatapp.settings.keyring_store import KeyringUnavailableError
from chatapp.settings.secrets import INDEX_NAME, KeyStatus, Place, Secrets, bound_name

KEY = "sk-canary-0123456789"
VENDOR = ProviderConfig("openai", "openai")
HERE = ProviderConfig("local", "openai", "http://127.0.0.1:8080/v1", "LOCAL_API_KEY")


class Keyring:
    """A keyring that counts what it is asked."""

    def __init__(self, name: str = "Drawer", *, available: bool = True) -> None:
        self.name = name
        self.available = available
        self.held: dict[str, str] = {}
        self.questions = 0

    def _ask(self) -> None:
        self.questions += 1
        if not self.available:
            raise KeyringUnavailableError

    async def get(self, name: str) -> str | None:
        self._ask()
        return self.held.get(name)

    async def set(self, name: str, secret: str) -> None:
        self._ask()
        self.held[name] = secret

    async def delete(self, name: str) -> None:
        self._ask()
        self.held.pop(name, None)

    async def backend(self) -> str:
        return self.name if self.available else ""


@pytest.fixture
def keyring() -> Keyring:
    return Keyring()


@pytest.fixture
def secrets(tmp_path: Path, keyring: Keyring) -> Secrets:
    return Secrets(tmp_path, keyring)  # type: ignore[arg-type]


async def test_key_is_kept_in_the_keyring_and_found_by_the_next_run(
    secrets: Secrets, keyring: Keyring, tmp_path: Path
) -> None:
    assert await secrets.store(VENDOR, f" {KEY}\n") == KeyStatus(Place.KEYRING)
    assert keyring.held == {"openai@openai": KEY}
    again = Secrets(tmp_path, keyring)  # type: ignore[arg-type]
    assert await again.key(VENDOR) == KEY
    assert await again.status(VENDOR) == KeyStatus(Place.KEYRING)
    assert KEY not in (tmp_path / INDEX_NAME).read_text()


async def test_variable_that_the_settings_name_comes_first_and_asks_no_keyring(
    secrets: Secrets, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCAL_API_KEY", KEY)
    named = replace(VENDOR, api_key_env="LOCAL_API_KEY")
    assert await secrets.key(named) == KEY
    assert (await secrets.status(named)).place is Place.ENVIRONMENT
    assert keyring.questions == 0
    with pytest.raises(SettingsError, match="LOCAL_API_KEY"):
        await secrets.store(named, "other")


async def test_server_on_this_machine_without_a_key_asks_no_keyring(
    secrets: Secrets, keyring: Keyring
) -> None:
    assert await secrets.key(HERE) is None
    assert await secrets.status(HERE) == KeyStatus(Place.NOWHERE)
    assert keyring.questions == 0
    await secrets.store(HERE, KEY)
    assert await secrets.key(HERE) == KEY


async def test_keyring_is_asked_once_a_run(secrets: Secrets, keyring: Keyring) -> None:
    for _ in range(3):
        assert await secrets.key(VENDOR) is None
    assert keyring.questions == 1


@pytest.mark.row("T12")
async def test_key_goes_to_no_other_origin(secrets: Secrets) -> None:
    there = replace(VENDOR, base_url="https://api.example/v1")
    await secrets.store(there, KEY)
    assert await secrets.key(replace(there, base_url="https://api.example/v2")) == KEY
    for moved in (
        "https://api.example:8443/v1", "http://api.example/v1", "https://evil.example/v1", "",
    ):  # fmt: skip
        assert await secrets.key(replace(there, base_url=moved)) is None
    assert await secrets.key(replace(VENDOR, kind="anthropic")) is None


@pytest.mark.parametrize(
    ("base_url", "name"),
    [
        ("", "p@openai"),
        ("https://API.example/v1", "p@https://api.example:443"),
        ("http://h", "p@http://h:80"),
        ("localhost:1234", "p@any://localhost:1234"),
        ("http://h:port", "p@http://h:0"),
    ],
)
def test_name_of_a_key_holds_its_origin(base_url: str, name: str) -> None:
    assert bound_name(ProviderConfig("p", "openai", base_url)) == name


async def test_without_a_keyring_the_key_is_kept_in_memory_and_that_is_said(
    tmp_path: Path,
) -> None:
    keyring = Keyring(available=False)
    secrets = Secrets(tmp_path, keyring)  # type: ignore[arg-type]
    status = await secrets.store(VENDOR, KEY)
    assert status.place is Place.MEMORY
    assert "no keyring" in status.sentence
    assert await secrets.key(VENDOR) == KEY
    assert list(tmp_path.iterdir()) == []
    assert (await secrets.status(VENDOR)).place is Place.MEMORY
    assert await Secrets(tmp_path, keyring).key(VENDOR) is None  # type: ignore[arg-type]


async def test_keyring_that_was_exchanged_or_locked_is_told_from_a_key_never_entered(
    secrets: Secrets, tmp_path: Path, keyring: Keyring
) -> None:
    await secrets.store(VENDOR, KEY)
    other = Secrets(tmp_path, Keyring("Wallet"))  # type: ignore[arg-type]
    assert "now uses Wallet" in (await other.status(VENDOR)).sentence
    keyring.available = False
    locked = Secrets(tmp_path, keyring)  # type: ignore[arg-type]
    assert "unlock" in (await locked.status(VENDOR)).sentence
    assert await locked.key(VENDOR) is None


async def test_new_key_replaces_the_old_one_everywhere(secrets: Secrets, keyring: Keyring) -> None:
    await secrets.store(VENDOR, "old")
    assert (await secrets.store(VENDOR, KEY, Place.MEMORY)).place is Place.MEMORY
    assert keyring.held == {}
    assert await secrets.key(VENDOR) == KEY
    await secrets.forget(VENDOR)
    assert await secrets.key(VENDOR) is None


async def test_key_in_the_file_is_found_once_the_passphrase_is_given(
    secrets: Secrets, tmp_path: Path, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_file, "_COST", 2**4)
    await secrets.file.open("open sesame")
    assert (await secrets.store(VENDOR, KEY, Place.FILE)).place is Place.FILE
    again = Secrets(tmp_path, keyring)  # type: ignore[arg-type]
    assert await again.key(VENDOR) is None
    await again.file.open("open sesame")
    assert await again.key(VENDOR) == KEY
    await again.forget(VENDOR)
    assert await again.key(VENDOR) is None
    assert all(KEY.encode() not in path.read_bytes() for path in tmp_path.iterdir())


async def test_forgetting_goes_on_without_the_keyring(secrets: Secrets, keyring: Keyring) -> None:
    await secrets.store(VENDOR, KEY)
    keyring.available = False
    await secrets.forget(VENDOR)
    assert await secrets.key(VENDOR) is None


async def test_empty_key_is_refused(secrets: Secrets) -> None:
    with pytest.raises(SettingsError):
        await secrets.store(VENDOR, "  ")


@pytest.mark.parametrize("damage", [b"no json", b"[]"])
async def test_damaged_index_is_no_index(tmp_path: Path, keyring: Keyring, damage: bytes) -> None:
    (tmp_path / INDEX_NAME).write_bytes(damage)
    secrets = Secrets(tmp_path, keyring)  # type: ignore[arg-type]
    assert (await secrets.store(VENDOR, KEY)).place is Place.KEYRING


@pytest.mark.expected_log("not written down")
async def test_index_that_cannot_be_written_loses_no_key(tmp_path: Path, keyring: Keyring) -> None:
    (tmp_path / "f").write_text("a file in the way")
    secrets = Secrets(tmp_path / "f", keyring)  # type: ignore[arg-type]
    assert (await secrets.store(VENDOR, KEY)).place is Place.KEYRING
    assert await secrets.key(VENDOR) == KEY
