"""The unit tests mirror what they test: tests/unit/a/test_b.py is about a/b.py."""

from __future__ import annotations

from pathlib import Path

UNIT = Path(__file__).parent
ROOT = UNIT.parents[1]
# tests/unit/kit is about chatapp/kit, tests/unit/packaging about packaging, and so on.
SOURCES = (ROOT / "chatapp", ROOT, ROOT / "tests")


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
