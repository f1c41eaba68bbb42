from __future__ import annotations

from pathlib import Path

import pytest

from plugins import rows
from plugins.rows import load_sections, state_of

pytest_plugins = ["pytester"]
TESTS = Path(__file__).parents[2]


PROVING = """
    import pytest
    @pytest.mark.row("L04", "T25")
    def test_it(): pass
    @pytest.mark.row("L04")
    def test_it_badly(): assert False
"""


@pytest.fixture
def project(pytester, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\nmarkers = row\n")
    pytester.makeconftest('pytest_plugins = ["plugins.rows"]')
    return pytester


def test_every_row_has_one_id_and_a_statement():
    ids = [row for section in load_sections().values() for row in section]
    assert len(ids) == len(set(ids)) == 130
    assert all(statement for section in load_sections().values() for statement in section.values())


def test_marker_that_names_no_row_is_an_error(project):
    project.makepyfile('import pytest\n@pytest.mark.row("L99")\ndef test_it(): pass\n')
    result = project.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("*no mission row*L99*")


def test_rows_show_how_their_tests_last_ended_without_running_them(project):
    project.makepyfile(PROVING)
    project.runpytest_subprocess()
    result = project.runpytest_subprocess("--rows")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*L04*failed*", "*passed*test_it", "*failed*test_it_badly"])
    result.stdout.fnmatch_lines(["*T25*passed*", "130 rows: 128 no test, 1 failed, 1 passed"])
    result.assert_outcomes()


def test_rows_run_the_tests_when_nothing_is_known_yet(project):
    project.makepyfile(PROVING)
    project.runpytest_subprocess("--rows").assert_outcomes(passed=1, failed=1)


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ([], rows.UNPROVEN),
        (["passed", "passed"], "passed"),
        (["passed", "skipped"], "skipped"),
        (["passed", rows.NOT_RUN], rows.NOT_RUN),
        (["passed", "failed", "skipped"], "failed"),
    ],
)
def test_row_is_as_good_as_its_worst_test(outcomes, state):
    assert state_of(dict(enumerate(outcomes))) == state
