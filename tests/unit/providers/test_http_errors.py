"""What httpx raises, as sentences. Most is proved against real servers in test_http.py."""

from __future__ import annotations

import errno

import httpx
import pytest

from chatapp.domain.errors import ProviderError
from chatapp.domain.errors import ProviderErrorKind as Kind
from chatapp.providers.http_errors import translated
from chatapp.providers.retries import ConnectionLost


def caused_by(error: Exception, *causes: BaseException) -> Exception:
    inner: BaseException = error
    for cause in causes:
        inner.__cause__ = cause
        inner = cause
    return error


NO_ROUTE = OSError(errno.ENETUNREACH, "Network is unreachable")


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (httpx.ConnectTimeout("slow"), Kind.TIMEOUT, "did not answer"),
        (httpx.ProxyError("403"), Kind.CONNECTION, "proxy refused"),
        (caused_by(httpx.ConnectError("x"), NO_ROUTE), Kind.CONNECTION, "no way to a.example"),
        (
            caused_by(httpx.ConnectError("x"), ExceptionGroup("both", [NO_ROUTE])),
            Kind.CONNECTION,
            "no way to a.example",
        ),
        (httpx.ConnectError("x"), Kind.CONNECTION, "could not be reached"),
        (httpx.UnsupportedProtocol("x"), Kind.REQUEST, "could not be written"),
        (httpx.InvalidURL("x"), Kind.REQUEST, "could not be written"),
        (httpx.ReadError("x"), Kind.CONNECTION, "was lost"),
        (OSError(errno.EMFILE, "Too many open files"), Kind.CONNECTION, "was lost"),
    ],
    ids=repr,
)
def test_failure_on_the_way_is_a_sentence_with_a_remedy(
    error: Exception, kind: Kind, words: str
) -> None:
    with pytest.raises(ProviderError, match=words) as raised, translated("a.example"):
        raise error
    assert raised.value.kind is kind
    assert raised.value.remedy
    assert raised.value.__cause__ is error


def test_only_a_connection_that_stood_may_be_lost() -> None:
    with pytest.raises(ProviderError) as raised, translated("a.example"):
        raise httpx.ConnectError("x")
    assert not isinstance(raised.value, ConnectionLost)


def test_a_bug_is_not_translated() -> None:
    with pytest.raises(ZeroDivisionError), translated("a.example"):
        raise ZeroDivisionError
