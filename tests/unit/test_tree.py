"""The unit tests mirror what they test: tests/unit/a/test_b.py is about a/b.py."""

from __future__ import annotations

from pathlib import Path

import pytest

UNIT = Path(__file__).parent
ROOT = UNIT.parents[1]
# tests/unit/kit is about chatapp/kit, tests/unit/packaging about packaging, and so on.
SOURCES = (ROOT / "chatapp", ROOT, ROOT / "tests")
# Rooms of the core join here when the last of their modules has its test.
COMPLETE_ROOMS = (
    "kit",
    "domain",
    "settings",
    "storage",
    "providers",
    "sessions",
    "services",
    "cli",
)


def subject_of(test: Path) -> Path:
    """What `test` is about: a path below one of SOURCES, without its suffix."""
    return test.relative_to(UNIT).with_name(test.stem.removeprefix("test_"))


def has_subject(test: Path) -> bool:
    subject = subject_of(test)
    return any(list((source / subject.parent).glob(f"{subject.name}.*")) for source in SOURCES)


def test_each_unit_test_has_its_subject():
    rooms = [folder for folder in UNIT.iterdir() if folder.is_dir()]
    tests = [test for room in rooms for test in room.rglob("test_*.py")]
    assert tests
    assert [str(test.relative_to(ROOT)) for test in tests if not has_subject(test)] == []


@pytest.mark.parametrize("room", COMPLETE_ROOMS)
def test_each_module_of_a_complete_room_has_its_unit_test(room):
    modules = [path for path in (ROOT / "chatapp" / room).rglob("*.py") if path.stem != "__init__"]
    assert modules
    untested = [
        str(module.relative_to(ROOT))
        for module in modules
        if not (UNIT / module.relative_to(ROOT / "chatapp"))
        .with_name(f"test_{module.name}")
        .exists()
    ]
    assert untested == []
