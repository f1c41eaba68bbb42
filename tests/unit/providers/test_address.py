from __future__ import annotations

import pytest

from chatapp.domain.errors import ProviderError
from chatapp.providers.address import base_address, endpoint, is_loopback, origin, server_name


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/v1"),
        ("http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1"),
        ("http://127.0.0.1:8080/v1/chat/completions", "http://127.0.0.1:8080/v1"),
        ("https://api.openai.com/v1/models", "https://api.openai.com/v1"),
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
        ("  localhost:1234 ", "http://localhost:1234/v1"),
        ("[::1]:8080", "http://[::1]:8080/v1"),
        ("192.168.1.5:8080", "http://192.168.1.5:8080/v1"),
        ("workstation:8080", "http://workstation:8080/v1"),
        ("nas.local:8080", "http://nas.local:8080/v1"),
        ("8.8.8.8", "https://8.8.8.8/v1"),
        ("api.example.com/v1", "https://api.example.com/v1"),
        ("https://user:secret@api.example.com/v1", "https://api.example.com/v1"),
        ("https://a.example/openai?api-version=1", "https://a.example/openai?api-version=1"),
    ],
)
def test_what_people_write_becomes_the_base_address(written: str, base: str) -> None:
    assert base_address(written, version="/v1") == base


@pytest.mark.parametrize(
    "written", ["", "http://", "ftp://host", "http://h:port", "http://[::1", "[::1"]
)
def test_what_is_no_address_is_said(written: str) -> None:
    with pytest.raises(ProviderError, match="not the address"):
        base_address(written, version="/v1")


def test_query_stays_behind_the_path() -> None:
    assert endpoint("https://a.example/v1?x=1", "/models") == "https://a.example/v1/models?x=1"
    assert endpoint("https://a.example", "/m?y=2") == "https://a.example/m?y=2"
    assert endpoint("https://a.example?x=1", "/m?y=2") == "https://a.example/m?x=1&y=2"


def test_origin_names_scheme_host_and_port() -> None:
    assert origin("https://API.example/v1") == "https://api.example:443"
    assert origin("http://127.0.0.1:8080/v1") == "http://127.0.0.1:8080"
    assert origin("http://h/") == "http://h:80"


def test_a_name_stands_by_itself_and_a_number_with_its_port() -> None:
    assert server_name("https://api.example/v1") == "api.example"
    assert server_name("http://127.0.0.1:8080") == "The server at 127.0.0.1:8080"
    assert server_name("http://localhost") == "The server at localhost"


@pytest.mark.parametrize(
    ("host", "here"),
    [("localhost", True), ("a.localhost", True), ("127.8.0.1", True), ("::1", True),
     ("10.0.0.1", False), ("localhost.example", False), ("", False)],
)  # fmt: skip
def test_loopback_is_this_machine(host: str, here: bool) -> None:
    assert is_loopback(host) is here
