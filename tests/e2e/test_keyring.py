"""Keys in a real keyring: the secret service of a desktop, on a message bus of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = ("dbus-run-session", "gnome-keyring-daemon")
SESSION = 'echo -n password | gnome-keyring-daemon --unlock --components=secrets && exec "$0" "$@"'
STORE = """
import asyncio, sys
from pathlib import Path
from chatapp.settings.config import ProviderConfig
from chatapp.settings.secrets import Secrets

VENDOR = ProviderConfig("vendor", "openai")

async def main(folder):
    print((await Secrets(folder).store(VENDOR, "sk-canary-0123456789")).place)
    print(await Secrets(folder).key(VENDOR))
    await Secrets(folder).forget(VENDOR)
    print(await Secrets(folder).key(VENDOR))

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.skipif(
    not all(map(shutil.which, TOOLS)), reason=f"needs {' and '.join(TOOLS)} of a Linux desktop"
)
def test_key_is_kept_found_and_forgotten_in_a_real_keyring(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".local/share/keyrings").mkdir(parents=True)
    environ = {
        **os.environ,
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_RUNTIME_DIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(
            (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", ""))
        ),
    }
    environ.pop("PYTHON_KEYRING_BACKEND", None)
    python = [sys.executable, "-c", STORE, str(tmp_path / "config")]
    ran = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", SESSION, *python],
        capture_output=True,
        text=True,
        env=environ,
        timeout=60,
    )
    said = [line for line in ran.stdout.splitlines() if "=" not in line]  # the daemon says some too
    assert said == ["keyring", "sk-canary-0123456789", "None"], ran.stderr
    index = (tmp_path / "config" / "keys.json").read_text()
    assert "canary" not in index
