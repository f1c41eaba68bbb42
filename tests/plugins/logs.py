"""A warning or an error in the log that no test expects fails the test.

A test that means one says which, by a part of its text:

    @pytest.mark.expected_log("journal was cut short")

and fails if it never comes. Within `caplog.at_level(level)` records of exactly that level are
taken as expected too: the test is looking at them.
"""

from __future__ import annotations

import logging
from collections.abc import Generator

import pytest

RECORDS = pytest.StashKey[list[logging.LogRecord]]()


class Collector(logging.Handler):
    """Keeps the records the test is not looking at."""

    def __init__(self, item: pytest.Item) -> None:
        super().__init__(logging.WARNING)
        self._item = item

    def emit(self, record: logging.LogRecord) -> None:
        caplog = getattr(self._item, "funcargs", {}).get("caplog")
        if caplog is None or caplog.handler.level != record.levelno:
            self._item.stash[RECORDS].append(record)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    item.stash[RECORDS] = []
    yield from watched(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    yield from watched(item)
    for text in expected(item):
        if not any(text in record.getMessage() for record in item.stash[RECORDS]):
            pytest.fail(f"The expected log line never came: {text}", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    yield from watched(item)


def watched(item: pytest.Item) -> Generator[None]:
    """Run one phase of a test; fail if something unexpected was logged meanwhile."""
    records = item.stash[RECORDS]
    before = len(records)
    collector = Collector(item)
    logging.getLogger().addHandler(collector)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(collector)
    if unexpected := [line for record in records[before:] if (line := complaint(record, item))]:
        pytest.fail("Unexpected in the log:\n" + "\n".join(unexpected), pytrace=False)


def complaint(record: logging.LogRecord, item: pytest.Item) -> str:
    """The record as text; empty if the test expects it."""
    if any(text in record.getMessage() for text in expected(item)):
        return ""
    return logging.Formatter("%(levelname)s %(name)s: %(message)s").format(record)


def expected(item: pytest.Item) -> list[str]:
    """The texts the test's markers name."""
    return [text for marker in item.iter_markers("expected_log") for text in marker.args]
