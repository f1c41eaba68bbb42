"""Waiting for something that a process in the background will do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

DEADLINE_SECONDS = 30
POLL_SECONDS = 0.1  # some conditions start a process to find out

T = TypeVar("T")


def eventually(condition: Callable[[], T], seconds: float = DEADLINE_SECONDS) -> T:
    """What `condition` gives, once it is true.

    Raises:
        AssertionError: It was not within the deadline.
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"it did not happen within {seconds} s"
        time.sleep(POLL_SECONDS)
    return value
