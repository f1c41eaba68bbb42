"""What every test has at hand."""

from __future__ import annotations

import importlib.util

import hypothesis

# A busy machine is no failure.
hypothesis.settings.register_profile("steady", deadline=None)
hypothesis.settings.load_profile("steady")

pytest_plugins = ["plugins.rows", "plugins.logs", "real.fixtures"]
if importlib.util.find_spec("PySide6"):  # its plugin refuses to run at all without a Qt library
    pytest_plugins.append("pytestqt.plugin")
