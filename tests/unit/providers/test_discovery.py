from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest

from chatapp.providers.discovery import PLACES, FoundServer, Place, State, find_servers
from real.http_server import FakeServer, Response, fake_server, json_response


@contextlib.asynccontextmanager
async def listening(response: Response, **place: str) -> AsyncIterator[tuple[FakeServer, Place]]:
    async with fake_server(response) as server:
        yield server, Place("Some server", server.port, **place)


MODELS = json_response({"data": [{"id": "a", "owned_by": "me"}, {"id": "b"}]})


async def test_server_that_lists_models_is_found_with_them() -> None:
    async with listening(MODELS) as (server, place):
        found = await find_servers([place])
    assert found == [FoundServer("Some server", "openai", place.base_url, State.READY, ("a", "b"))]
    assert server.requests[0].path == "/v1/models"
    assert not {"authorization", "x-api-key"} & set(server.requests[0].headers)


async def test_server_that_names_its_maker_is_called_so() -> None:
    answer = json_response({"data": [{"id": "a", "owned_by": "llamacpp"}]})
    async with listening(answer) as (_, place):
        (found,) = await find_servers([place])
    assert found.name == "llama.cpp"


async def test_ollama_is_asked_its_own_way() -> None:
    answer = json_response({"models": [{"model": "a:1b"}]})
    async with listening(answer, kind="ollama", path="") as (server, place):
        (found,) = await find_servers([place])
    assert (found.kind, found.models) == ("ollama", ("a:1b",))
    assert server.requests[0].path == "/api/tags"


@pytest.mark.parametrize(
    ("response", "state"),
    [
        (json_response({"error": "key"}, 401), State.NEEDS_KEY),
        (json_response({"error": {"code": 503, "message": "Loading model"}}, 503), State.LOADING),
    ],
)
async def test_server_that_is_not_ready_says_why(response: Response, state: State) -> None:
    async with listening(response) as (_, place):
        (found,) = await find_servers([place])
    assert (found.state, found.models) == (state, ())


@pytest.mark.parametrize(
    "response",
    [
        json_response({"error": "Unexpected endpoint or method. Returning 200 anyway"}),
        json_response(["data"]),
        Response([b"<html>AirPlay</html>"]),
        Response([b"no"], 404),
        Response([], 302, {"location": "http://127.0.0.1/v1/models"}),
    ],
    ids=["200 for anything", "list", "page", "404", "redirect"],
)
async def test_what_does_not_answer_as_a_model_server_is_not_one(response: Response) -> None:
    async with listening(response) as (_, place):
        assert await find_servers([place]) == []


async def test_silent_and_closed_ports_are_passed_over_and_order_is_kept() -> None:
    async with listening(MODELS) as (_, one), listening(MODELS) as (_, two):
        closed = Place("closed", 1)
        found = await find_servers([two, closed, one])
    assert [server.base_url for server in found] == [two.base_url, one.base_url]


def test_only_this_machine_is_asked() -> None:
    assert all(place.base_url.startswith("http://127.0.0.1:") for place in PLACES)
    assert len({place.port for place in PLACES}) == len(PLACES)
