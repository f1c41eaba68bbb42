"""A real accessibility bus: what a screen reader finds in a conversation, and can press."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from real.display import Display, missing_tools

HERE = Path(__file__).parent / "screen_reader"
ROOT = Path(__file__).parents[4]
LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")
SYSTEM_PYTHON = "/usr/bin/python3"
SCRIPT = '"$0" --launch-immediately & exec "$@"'


def missing() -> list[str]:
    """What is needed and not installed here."""
    lacking = [*missing_tools()]
    if not shutil.which("dbus-run-session") or not LAUNCHER.exists():
        lacking.append("at-spi2-core")
    has_reader = (
        Path(SYSTEM_PYTHON).exists()
        and not subprocess.run(
            [SYSTEM_PYTHON, "-c", "import gi; gi.require_version('Atspi', '2.0')"],
            capture_output=True,
            check=False,
        ).returncode
    )
    return lacking if has_reader else [*lacking, "python3-gi with Atspi"]


@pytest.mark.skipif(sys.platform != "linux", reason="AT-SPI is the bus of Linux desktops")
def test_screen_reader_finds_authors_texts_links_and_buttons_and_can_press_them():
    if lacking := missing():
        pytest.skip(f"not installed: {', '.join(lacking)}")
    display = Display()
    program = [sys.executable, "-P", HERE / "program.py", SYSTEM_PYTHON, HERE / "reader.py"]
    environ = {
        **display.environment(),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
    }
    try:
        run = subprocess.run(
            ["dbus-run-session", "--", "bash", "-c", SCRIPT, LAUNCHER, *program],
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        display.close()
    lines = run.stdout.splitlines()
    assert "count|501" in lines, run.stderr
    tree = [line.split("|", 2)[1:] for line in lines if line[:1].isdigit()]
    assert tree[0][0] == "list item"
    assert tree[0][1].startswith("'qwen3, ")
    assert ["heading", "'A heading'"] in tree
    assert ["paragraph", "'Some link.'"] in tree
    assert ["link", "'link'"] in tree
    assert ["paragraph", "'Code in python:\\nx = 1'"] in tree
    assert ["push button", "'Copy code'"] in tree
    assert "link https://example.com" in lines
    assert "asked regenerate" in lines
