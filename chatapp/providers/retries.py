"""When to ask again, and how long to wait before."""

from __future__ import annotations

import random
from dataclasses import dataclass

from chatapp.domain.errors import ChatAppError, ProviderError, ProviderErrorKind


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds.

    Attributes:
        connect: For the connection.
        byte: For the next byte; a long prompt on a slow machine takes minutes.
        word: For the next word, while only keep-alives come.
        linger: After the answer is whole, for the numbers that may follow it.
        attempts: How often a question is sent before its failure is told.
        loading: For a server that is loading its model.
        longest_pause: A server that asks for more than this is told of at once.
    """

    connect: float = 10.0
    byte: float = 600.0
    word: float = 1800.0
    linger: float = 5.0
    attempts: int = 3
    loading: float = 120.0
    longest_pause: float = 120.0


class ConnectionLost(ProviderError):  # noqa: N818 - what happened, not a class of errors
    """The server was there and went away without a word, so asking again may help."""


_FIRST_PAUSE_SECONDS = 0.5  # doubled each time, as the vendors' own clients do
_LOADING_PAUSE_SECONDS = 2.0
_PASSING = frozenset(
    {ProviderErrorKind.RATE_LIMIT, ProviderErrorKind.OVERLOADED, ProviderErrorKind.SERVER}
)


class Retries:
    """The attempts at one question."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._failed = 0
        self._loading = 0.0

    def pause_after(self, error: ChatAppError) -> float | None:
        """Seconds until the next attempt; None if asking again would not help.

        What the server itself asks for comes first. Else the pause doubles, with up to a
        quarter taken off by chance, so that many clients do not come back together.
        """
        if not isinstance(error, ProviderError):
            return None
        if error.kind is ProviderErrorKind.LOADING:
            self._loading += _LOADING_PAUSE_SECONDS
            return _LOADING_PAUSE_SECONDS if self._loading <= self._patience.loading else None
        self._failed += 1
        passing = error.kind in _PASSING or isinstance(error, ConnectionLost)
        if not passing or self._failed >= self._patience.attempts:
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self._patience.longest_pause else None
        jitter = random.uniform(0.75, 1.0)
        return float(_FIRST_PAUSE_SECONDS * 2 ** (self._failed - 1) * jitter)
