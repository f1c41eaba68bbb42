"""The core and the command line stand without any Qt library."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

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
RUN_PROGRAM = "import runpy; runpy.run_module('chatapp', run_name='__main__')"
COLLECT_UNIT_TESTS = "import pytest; sys.exit(pytest.main(['--collect-only', '-q', 'tests/unit']))"


def python_without_qt(
    program: str, *arguments: str, environ: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", HIDE_QT + program, *arguments],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        encoding="utf-8",
    )


def test_qt_is_really_hidden():
    assert "ModuleNotFoundError" in python_without_qt("import PySide6.QtCore").stderr


def test_every_module_of_the_core_imports_without_qt():
    imported = python_without_qt(IMPORT_CORE, *CORE)
    assert imported.returncode == 0, imported.stderr


def test_terminal_chats_without_qt(tmp_path):
    here = ["--data-dir", str(tmp_path)]
    sent = python_without_qt(RUN_PROGRAM, *here, "send", "What can you do?")
    assert (sent.returncode, sent.stderr) == (0, "")
    assert sent.stdout.strip()
    listed = python_without_qt(RUN_PROGRAM, *here, "list", "--json")
    assert json.loads(listed.stdout)["total_sessions"] == 1


def test_window_without_qt_is_one_sentence_that_names_the_terminal(tmp_path):
    started = python_without_qt(RUN_PROGRAM, "--data-dir", str(tmp_path), environ={"DISPLAY": ":0"})
    assert (started.returncode, started.stdout) == (1, "")
    assert started.stderr.count("\n") == 1
    assert "chatapp chat" in started.stderr


def test_unit_tests_need_no_qt():
    collected = python_without_qt(COLLECT_UNIT_TESTS)
    assert collected.returncode == 0, collected.stdout
