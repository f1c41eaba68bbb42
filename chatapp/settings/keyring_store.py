"""The system's own safe for secrets, kept at arm's length.

A keyring may be missing, locked, or hang on a question that nobody sees. So each
call runs in a thread of its own that the program does not wait for when it ends,
and every failure of the keyring is one answer: it is not available.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE = "chatapp"
PATIENCE_SECONDS = 60.0  # someone may have to type the keyring's password


class KeyringUnavailableError(Exception):
    """There is no keyring, it is locked, or it does not answer."""


class KeyringStore:
    """Secrets by name in the system's keyring."""

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._patience_seconds = patience_seconds

    async def get(self, name: str) -> str | None:
        """The secret called `name`, or None.

        Raises:
            KeyringUnavailableError: The keyring did not answer.
        """
        return await self._ask(lambda keyring: keyring.get_password(SERVICE, name))

    async def set(self, name: str, secret: str) -> None:
        """Keep a secret, in place of any other of that name.

        Raises:
            KeyringUnavailableError: It was not kept.
        """
        await self._ask(lambda keyring: keyring.set_password(SERVICE, name, secret))

    async def delete(self, name: str) -> None:
        """Forget a secret; one that is not there is forgotten already.

        Raises:
            KeyringUnavailableError: The keyring did not answer.
        """

        def delete(keyring: KeyringBackend) -> None:
            if keyring.get_password(SERVICE, name) is not None:
                keyring.delete_password(SERVICE, name)

        await self._ask(delete)

    async def backend(self) -> str:
        """What keeps the secrets, as its makers call it; empty if nothing does."""
        try:
            return await self._ask(lambda keyring: str(keyring.name))
        except KeyringUnavailableError:
            return ""

    async def _ask(self, question: Callable[[KeyringBackend], T]) -> T:
        answer: Future[T] = Future()
        answer.set_running_or_notify_cancel()

        def run() -> None:
            try:
                answer.set_result(_answer(question))
            except KeyringUnavailableError as error:
                answer.set_exception(error)

        threading.Thread(target=run, name="keyring", daemon=True).start()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(answer), self._patience_seconds)
        except TimeoutError:
            raise KeyringUnavailableError("it does not answer") from None


def _answer(question: Callable[[KeyringBackend], T]) -> T:
    """Put `question` to the keyring of this system."""
    import keyring
    from keyring.backends import fail, null

    try:
        backend = keyring.get_keyring()
        if not isinstance(backend, fail.Keyring | null.Keyring):
            return question(backend)
    except Exception as error:  # noqa: BLE001 - D-Bus, COM and plug-ins raise what they like
        raise KeyringUnavailableError(type(error).__name__) from None
    raise KeyringUnavailableError("there is none")
