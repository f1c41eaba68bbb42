"""What every test has at hand."""

from __future__ import annotations

import importlib.util

pytest_plugins = ["plugins.rows", "plugins.logs", "real.fixtures"]
if importlib.util.find_spec("PySide6"):  # its plugin refuses to run at all without a Qt library
    pytest_plugins.append("pytestqt.plugin")
