"""What every test has at hand."""

from __future__ import annotations

pytest_plugins = ["plugins.rows", "plugins.logs", "real.fixtures"]
