"""The judge of the coverage floors judges rightly."""

from __future__ import annotations

import pytest

import coverage_floors
from coverage_floors import FileCoverage


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Runs the judge over made-up files; the exit status."""

    def run(unit, whole, enforced=True):
        for name in ("coverage-unit", "coverage-ui"):
            (tmp_path / name).touch()
        data = {("coverage-unit",): unit, ("coverage-ui", "coverage-unit"): whole}
        names = lambda paths: tuple(path.name for path in paths)  # noqa: E731
        monkeypatch.setattr(coverage_floors, "load_coverage", lambda paths: data[names(paths)])
        monkeypatch.setattr(coverage_floors, "ENFORCED", enforced)
        return coverage_floors.main(tmp_path)

    return run


WHOLE = FileCoverage("chatapp/kit/a.py", 10, ())
HOLED = FileCoverage("chatapp/kit/a.py", 10, (3, 4, 5, 9))
WINDOW = FileCoverage("chatapp/ui/window.py", 10, (1, 2))


def test_core_with_a_hole_in_its_own_tests_breaks_the_floor(measured, capsys):
    assert measured(unit=[HOLED], whole=[WHOLE]) == 1
    assert "chatapp/kit/a.py: 3-5, 9" in capsys.readouterr().out


def test_window_is_not_asked_of_the_own_tests_of_the_core(measured):
    assert measured(unit=[WHOLE, WINDOW], whole=[WHOLE, FileCoverage("b", 10, (1,))]) == 0


def test_whole_below_its_floor_breaks_it(measured):
    assert measured(unit=[WHOLE], whole=[WHOLE, HOLED]) == 1


def test_floors_that_are_not_enforced_are_only_shown(measured, capsys):
    assert measured(unit=[HOLED], whole=[HOLED], enforced=False) == 0
    assert "not enforced" in capsys.readouterr().out
