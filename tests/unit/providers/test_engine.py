"""What the engine's process asks of the engine, with a stand-in for it."""

from __future__ import annotations

import io
import json
import os
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from chatapp.providers import engine


class Exited(BaseException):
    """The process would have ended here."""


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A stand-in for xllamacpp that keeps the parameters of its server."""
    made: list[Any] = []

    class Server:
        listening_address = "http://127.0.0.1:4711"

        def __init__(self, parameters: Any) -> None:
            made.append(parameters)
            if parameters.model.path == "bad.gguf":
                raise RuntimeError("no model")

    def leave(status: int) -> None:
        raise Exited(status)

    stand_in = SimpleNamespace(
        CommonParams=lambda: SimpleNamespace(model=SimpleNamespace()), Server=Server, made=made
    )
    monkeypatch.setitem(sys.modules, "xllamacpp", stand_in)  # type: ignore[arg-type]
    monkeypatch.setattr(os, "_exit", leave)
    return stand_in


def run(monkeypatch: pytest.MonkeyPatch, model: str) -> int:
    asked = {"model": model, "name": "tiny", "key": "k", "context": 2048}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(asked) + "\n"))
    with pytest.raises(Exited) as left:
        engine.main()
    return int(left.value.args[0])


def test_it_listens_on_loopback_alone_under_a_key_and_tells_where(
    library: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "good.gguf") == 0
    assert capsys.readouterr().out == "http://127.0.0.1:4711\n"
    (parameters,) = library.made
    assert parameters.hostnames == ["127.0.0.1"]
    assert parameters.port == 0
    assert parameters.api_keys == ["k"]
    assert (parameters.n_ctx, parameters.offline, parameters.ui) == (2048, True, False)


def test_model_that_cannot_be_loaded_ends_it_without_an_address(
    library: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "bad.gguf") == 1
    assert capsys.readouterr().out == ""
