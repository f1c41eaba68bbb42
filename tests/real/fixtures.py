"""Real counterparts for tests: a model server, a display, the program itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from real.display import Display, missing_tools
from real.program import Program

if TYPE_CHECKING:  # numpy and gguf are loaded only by the tests that want a server
    from real.llama_server import LlamaServer

WITHOUT_DISPLAY = "CHATAPP_TESTS_WITHOUT_DISPLAY"


@pytest.fixture(scope="session")
def llama() -> Iterator[LlamaServer]:
    """A real llama.cpp server that wants no key."""
    from real.llama_server import LlamaServer

    with LlamaServer() as server:
        yield server


@pytest.fixture(scope="session")
def llama_with_key() -> Iterator[LlamaServer]:
    """A real llama.cpp server that answers 401 without its `api_key`."""
    from real.llama_server import API_KEY, LlamaServer

    with LlamaServer(API_KEY) as server:
        yield server


@pytest.fixture
def display() -> Iterator[Display]:
    """A real X display with a window manager.

    Where it cannot be had the test fails, so that nobody takes the window for tested; setting
    CHATAPP_TESTS_WITHOUT_DISPLAY=1 says that this is known, and skips it. Only Linux has Xvfb.
    """
    if sys.platform != "linux":
        pytest.skip("a display for tests needs Xvfb, which is on Linux only")
    if missing := missing_tools():
        reason = f"real-window tests need {', '.join(missing)}; or set {WITHOUT_DISPLAY}=1"
        if os.environ.get(WITHOUT_DISPLAY) == "1":
            pytest.skip(reason)
        pytest.fail(reason, pytrace=False)
    screen = Display()
    yield screen
    screen.close()


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """The real program, on an empty data folder."""
    started = Program(tmp_path / "data")
    yield started
    started.close()
