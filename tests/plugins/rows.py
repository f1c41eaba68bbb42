"""Ties tests to what the mission asks for: `@pytest.mark.row("L04")`, and the list of all rows.

The rows stand in `data/mission_rows.toml`. A marker that names no row is an error. How each test
ended is kept in pytest's cache, so that `pytest --rows` prints every row with its tests and
their last outcomes without running them again; it runs them if nothing is known yet.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROWS_FILE = Path(__file__).parents[1] / "data" / "mission_rows.toml"
CACHE_KEY = "chatapp/outcomes"
NOT_RUN = "not run"
UNPROVEN = "no test"
# A row is as good as its worst test.
WORST_FIRST = ("failed", NOT_RUN, "skipped", "passed")


def load_sections() -> dict[str, dict[str, str]]:
    """The rows by section: title to id to statement."""
    return tomllib.loads(ROWS_FILE.read_text(encoding="utf-8"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("chatapp").addoption(
        "--rows", action="store_true", help="print every mission row with its tests, and their ends"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(RowReport(config), "row-report")


class RowReport:
    """Collects which tests prove which rows, and how they ended."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._outcomes: dict[str, str] = config.cache.get(CACHE_KEY, {})
        self._tests: dict[str, list[str]] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        known = {row for rows in load_sections().values() for row in rows}
        for item in items:
            for marker in item.iter_markers("row"):
                if unknown := set(marker.args) - known:
                    raise pytest.UsageError(f"{item.nodeid}: no mission row {sorted(unknown)}")
                for row in marker.args:
                    self._tests.setdefault(row, []).append(item.nodeid)
        if self._config.option.rows and self._outcomes:
            items.clear()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "setup" or report.failed or report.skipped:
            self._outcomes[report.nodeid] = report.outcome

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._config.cache.set(CACHE_KEY, self._outcomes)
        if self._config.option.rows and session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = pytest.ExitCode.OK

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._config.option.rows:
            for line in self.lines():
                terminalreporter.write_line(line)

    def lines(self) -> list[str]:
        """The whole list: sections, rows, tests, and a tally at the end."""
        lines, tally = [], Counter[str]()
        for title, rows in load_sections().items():
            lines += ["", title]
            for row, statement in rows.items():
                tests = self._tests.get(row, [])
                outcomes = {test: self._outcomes.get(test, NOT_RUN) for test in tests}
                tally[state := state_of(outcomes)] += 1
                lines.append(f"  {row:<3}  {state:<8} {statement}")
                lines += [f"        {outcome:<8} {test}" for test, outcome in outcomes.items()]
        counts = ", ".join(f"{count} {state}" for state, count in tally.most_common())
        return [*lines, "", f"{tally.total()} rows: {counts}"]


def state_of(outcomes: dict[str, str]) -> str:
    """How a row stands, given how its tests ended."""
    return next((state for state in WORST_FIRST if state in outcomes.values()), UNPROVEN)
