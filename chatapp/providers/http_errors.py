"""What httpx raises, as sentences: the one place that translates it."""

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
from typing import TYPE_CHECKING

from chatapp.domain.errors import ProviderError, ProviderErrorKind
from chatapp.providers.retries import ConnectionLost

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = ProviderErrorKind

_NO_ROUTE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)


@contextlib.contextmanager
def translated(server: str) -> Iterator[None]:
    """Turn what the block raises on its way to `server` into a `ProviderError`.

    Raises:
        ProviderError: Whatever went wrong on the way.
    """
    import httpx

    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
        raise _translation(error, server) from error


def _translation(error: Exception, server: str) -> ProviderError:
    import httpx

    match error:
        case httpx.ConnectTimeout():
            return ProviderError(
                Kind.TIMEOUT, f"{server} did not answer.", "Check the address and the network."
            )
        case httpx.ProxyError():
            return ProviderError(
                Kind.CONNECTION, "The proxy refused the connection.", "Check the proxy settings."
            )
        case httpx.ConnectError():
            return _not_connected(error, server)
        case httpx.InvalidURL() | httpx.UnsupportedProtocol() | httpx.LocalProtocolError():
            return ProviderError(
                Kind.REQUEST,
                f"The request to {server} could not be written.",
                "Check the address and the key in the settings for stray characters.",
            )
        case httpx.DecodingError():
            return ProviderError(
                Kind.PROTOCOL, f"{server} sent bytes that cannot be unpacked.", "Try again."
            )
        case _:
            return ConnectionLost(
                Kind.CONNECTION, f"The connection to {server} was lost.", "Try again."
            )


def _not_connected(error: Exception, server: str) -> ProviderError:
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ConnectionRefusedError):
            return ProviderError(
                Kind.CONNECTION, f"{server} refused the connection.", "Is it running?"
            )
        if isinstance(cause, socket.gaierror):
            return ProviderError(
                Kind.CONNECTION,
                f"The name of {server} could not be found.",
                "Check the address and the network.",
            )
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ProviderError(
                Kind.CERTIFICATE,
                f"The certificate of {server} is not trusted.",
                "If it is your own or your company's, name its file in the settings.",
                detail=cause.verify_message,
            )
        if isinstance(cause, ssl.SSLError):
            return ProviderError(
                Kind.CERTIFICATE,
                f"No secure connection to {server} could be made.",
                "If it speaks plain HTTP, write http:// in its address.",
            )
        if isinstance(cause, OSError) and cause.errno in _NO_ROUTE:
            return ProviderError(
                Kind.CONNECTION, f"There is no way to {server}.", "Check the network."
            )
    return ProviderError(
        Kind.CONNECTION, f"{server} could not be reached.", "Check the address and the network."
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            yield from error.exceptions
        error = error.__cause__ or error.__context__
