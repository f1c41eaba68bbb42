"""The core and the command line stand without any Qt library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORE = ("kit", "domain", "settings", "storage", "sessions", "providers", "services", "cli")
# `None` in sys.modules makes an import fail as if the package were not installed.
HIDE_QT = "import sys\nfor name in ('PySide6', 'shiboken6', 'qasync'): sys.modules[name] = None\n"
IMPORT_CORE = """
import importlib, pkgutil
for floor in sys.argv[1:]:
    package = importlib.import_module(f"chatapp.{floor}")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
"""
COLLECT_UNIT_TESTS = "import pytest; sys.exit(pytest.main(['--collect-only', '-q', 'tests/unit']))"


def python_without_qt(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", HIDE_QT + program, *arguments],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )


def test_qt_is_really_hidden():
    assert "ModuleNotFoundError" in python_without_qt("import PySide6.QtCore").stderr


def test_every_module_of_the_core_imports_without_qt():
    imported = python_without_qt(IMPORT_CORE, *CORE)
    assert imported.returncode == 0, imported.stderr


def test_unit_tests_need_no_qt():
    collected = python_without_qt(COLLECT_UNIT_TESTS)
    assert collected.returncode == 0, collected.stdout
