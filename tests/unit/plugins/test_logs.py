from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
TESTS = Path(__file__).parents[2]


@pytest.fixture
def outcome_of(pytester, monkeypatch):
    """Runs one test with the given body, and says how it ended."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(body, decorator="", arguments=""):
        pytester.makeini("[pytest]\nmarkers = expected_log\n")
        pytester.makeconftest('pytest_plugins = ["plugins.logs"]')
        pytester.makepyfile(
            "import logging, pytest\nlog = logging.getLogger('room')\n"
            f"{decorator}\ndef test_it({arguments}):\n    {body}\n"
        )
        outcomes = pytester.runpytest_subprocess().parseoutcomes()
        return {kind for kind in outcomes if kind != "warnings"}

    return run


def test_unexpected_warning_fails_the_test(outcome_of):
    assert outcome_of("log.warning('odd')") == {"failed"}


def test_information_does_not_matter(outcome_of):
    assert outcome_of("log.info('calm')") == {"passed"}


def test_expected_warning_passes(outcome_of):
    assert outcome_of("log.warning('quite odd')", "@pytest.mark.expected_log('odd')") == {"passed"}


def test_expected_warning_that_never_comes_fails(outcome_of):
    assert outcome_of("pass", "@pytest.mark.expected_log('odd')") == {"failed"}


def test_another_warning_beside_the_expected_one_fails(outcome_of):
    body = "log.warning('odd'); log.error('broken')"
    assert outcome_of(body, "@pytest.mark.expected_log('odd')") == {"failed"}


def test_level_a_test_looks_at_is_expected(outcome_of):
    body = "with caplog.at_level('WARNING'): log.warning('odd')"
    assert outcome_of(body, arguments="caplog") == {"passed"}


def test_other_levels_are_not(outcome_of):
    body = "with caplog.at_level('WARNING'): log.error('broken')"
    assert outcome_of(body, arguments="caplog") == {"failed"}


def test_warning_during_teardown_is_an_error(outcome_of):
    fixture = "@pytest.fixture\ndef room():\n    yield\n    log.warning('odd')\n"
    assert outcome_of("pass", fixture, "room") == {"passed", "errors"}
