"""The address of a server: what the user wrote, put in order, and what to call it."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit, urlunsplit

from chatapp.domain.errors import ProviderError, ProviderErrorKind

# What people paste from the page of an API, after the base address.
_ENDPOINTS = re.compile(
    r"/(chat/completions|completions|embeddings|models|responses|messages|api/chat|api/tags)/?$"
)


def base_address(written: str, *, version: str) -> str:
    """The base address that `written` means.

    A missing scheme is `http` for this machine and its neighbours, `https` elsewhere; the
    path of an endpoint, pasted with the address, is taken off; an empty path becomes `version`.

    Args:
        written: What the user wrote.
        version: The path the wire usually lives under, such as `/v1`, or an empty text.

    Raises:
        ProviderError: It is no address.
    """
    text = written.strip()
    if "://" not in text:
        text = f"{'http' if _is_near(_host(f'//{text}')) else 'https'}://{text}"
    try:
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(text)  # noqa: TRY301 - as `urlsplit` and `port` do
        _ = parts.port
    except ValueError:
        raise ProviderError(
            ProviderErrorKind.REQUEST,
            f"“{written.strip()}” is not the address of a server.",
            "Write it like http://127.0.0.1:8080/v1 in the settings.",
        ) from None
    path = _ENDPOINTS.sub("", parts.path).rstrip("/") or version
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, parts.query, ""))


def endpoint(base: str, path: str) -> str:
    """The address of `path`, which may bear a query, below a base address with its own."""
    parts = urlsplit(base)
    path, _, query = path.partition("?")
    both = "&".join(filter(None, (parts.query, query)))
    return urlunsplit(parts._replace(path=parts.path + path, query=both))


def origin(address: str) -> str:
    """Scheme, host and port: what a key is bound to."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{parts.hostname}:{port}"


def server_name(address: str) -> str:
    """How a sentence calls the server: a name by itself, an address with its port."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if _is_number(host) or host == "localhost" or parts.port:
        return f"The server at {parts.netloc.rpartition('@')[2]}"
    return host


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine, whose traffic belongs to no proxy."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return _is_number(host) and ipaddress.ip_address(host).is_loopback


def _is_near(host: str) -> bool:
    """Whether `host` is in the house, where servers seldom have certificates."""
    if _is_number(host):
        return ipaddress.ip_address(host).is_private
    return is_loopback(host) or "." not in host or host.endswith((".local", ".lan"))


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
