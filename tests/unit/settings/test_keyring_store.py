from __future__ import annotations

import threading
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail

from chatapp.settings.keyring_store import KeyringStore, KeyringUnavailableError


class Drawer(KeyringBackend):
    """A keyring in memory."""

    name = "Drawer"
    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


class Locked(Drawer):
    def get_password(self, service: str, username: str) -> str | None:
        raise OSError("the prompt was dismissed")


class Hanging(Drawer):
    gate = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.gate.wait(10)
        return "late"


@pytest.fixture
def use() -> Iterator[type]:
    before = keyring.get_keyring()

    class Use:
        def __init__(self, backend: KeyringBackend) -> None:
            keyring.set_keyring(backend)

    yield Use
    keyring.set_keyring(before)


async def test_secret_is_kept_and_forgotten(use: type) -> None:
    drawer = Drawer()
    use(drawer)
    store = KeyringStore()
    assert await store.get("a") is None
    await store.set("a", "secret")
    assert await store.get("a") == "secret"
    assert drawer.held == {("chatapp", "a"): "secret"}
    await store.delete("a")
    await store.delete("a")
    assert await store.get("a") is None
    assert await store.backend() == "Drawer"


async def test_missing_keyring_is_not_available(use: type) -> None:
    use(fail.Keyring())
    with pytest.raises(KeyringUnavailableError):
        await KeyringStore().get("a")
    assert await KeyringStore().backend() == ""


async def test_locked_keyring_is_not_available(use: type) -> None:
    use(Locked())
    with pytest.raises(KeyringUnavailableError):
        await KeyringStore().get("a")


async def test_hanging_keyring_is_left_alone_and_its_late_answer_is_no_harm(use: type) -> None:
    use(Hanging())
    with pytest.raises(KeyringUnavailableError):
        await KeyringStore(patience_seconds=0.05).get("a")
    Hanging.gate.set()
    (thread,) = [t for t in threading.enumerate() if t.name == "keyring"] or [None]
    if thread is not None:
        assert thread.daemon
        thread.join(5)
        assert not thread.is_alive()
