"""What every test has at hand."""

from __future__ import annotations

import importlib.util
import os

import hypothesis

# A busy machine is no failure, so there is no deadline.
hypothesis.settings.register_profile("quick", deadline=None, max_examples=15)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=400)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

pytest_plugins = ["plugins.rows", "plugins.logs", "real.fixtures"]
if importlib.util.find_spec("PySide6"):  # its plugin refuses to run at all without a Qt library
    pytest_plugins.append("pytestqt.plugin")
