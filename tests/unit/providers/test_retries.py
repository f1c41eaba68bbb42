from __future__ import annotations

import pytest

from chatapp.domain.errors import ProviderError, SettingsError
from chatapp.domain.errors import ProviderErrorKind as Kind
from chatapp.providers.retries import ConnectionLost, Patience, Retries


def failure(kind: Kind, retry_after: float | None = None) -> ProviderError:
    return ProviderError(kind, "No.", retry_after=retry_after)


def test_pause_doubles_and_the_attempts_have_an_end() -> None:
    retries = Retries(Patience(attempts=4))
    pauses = [retries.pause_after(failure(Kind.SERVER)) for _ in range(4)]
    assert [pytest.approx(p, rel=0.15) if p else p for p in (0.44, 0.88, 1.75, None)] == pauses


@pytest.mark.parametrize("kind", [Kind.RATE_LIMIT, Kind.OVERLOADED, Kind.SERVER])
def test_pause_of_the_server_comes_first(kind: Kind) -> None:
    assert Retries(Patience()).pause_after(failure(kind, 7)) == 7


def test_pause_longer_than_patience_is_none() -> None:
    assert Retries(Patience(longest_pause=5)).pause_after(failure(Kind.RATE_LIMIT, 7)) is None


@pytest.mark.parametrize(
    "kind", sorted(set(Kind) - {Kind.RATE_LIMIT, Kind.OVERLOADED, Kind.SERVER, Kind.LOADING})
)
def test_what_does_not_pass_is_not_asked_again(kind: Kind) -> None:
    assert Retries(Patience()).pause_after(failure(kind)) is None


def test_lost_connection_is_tried_again_but_another_error_is_not() -> None:
    assert Retries(Patience()).pause_after(ConnectionLost(Kind.CONNECTION, "Lost.")) is not None
    assert Retries(Patience()).pause_after(SettingsError("No.")) is None


def test_loading_is_waited_for_as_long_as_patience_lasts() -> None:
    retries = Retries(Patience(loading=6, attempts=1))
    pauses = [retries.pause_after(failure(Kind.LOADING)) for _ in range(4)]
    assert pauses == [2.0, 2.0, 2.0, None]
