"""A real X display nobody looks at: Xvfb with a window manager, a keyboard and a camera."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

TOOLS = ("Xvfb", "openbox", "xdotool", "import")
DEADLINE_SECONDS = 20
POLL_SECONDS = 0.05


def missing_tools() -> list[str]:
    """The programs that are needed and not installed."""
    return [tool for tool in TOOLS if not shutil.which(tool)]


class Display:
    """One display with openbox on it; close it when done.

    Attributes:
        name: What DISPLAY must be, ":81".
    """

    def __init__(self, width: int = 1600, height: int = 1200) -> None:
        self._xvfb = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._xvfb.stdout is not None
        self.name = f":{self._xvfb.stdout.readline().strip()}"  # written once it listens
        self._manager = subprocess.Popen(
            ["openbox"],
            env=self.environment(),
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            self._wait_for_manager()
        except BaseException:
            self.close()
            raise

    def environment(self) -> dict[str, str]:
        """The environment of a program that is to show itself here."""
        hiding = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE")
        mine = {name: value for name, value in os.environ.items() if name not in hiding}
        return {**mine, "DISPLAY": self.name}

    def wait_for_window(self, title: str) -> str:
        """The number of the visible window whose title matches, once there is one; focused.

        Args:
            title: A regular expression.

        Raises:
            subprocess.TimeoutExpired: There was none within the deadline.
        """
        found = self._xdotool("search", "--sync", "--onlyvisible", "--name", title)
        window = found.split()[-1]
        self._xdotool("windowactivate", "--sync", window)
        return window

    def type(self, text: str) -> None:
        """Type `text` into what has the focus."""
        self._xdotool("type", "--delay", "2", "--", text)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as in "Return" or "ctrl+n"."""
        self._xdotool("key", "--delay", "10", "--clearmodifiers", "--", *keys)

    def click(self, x: int, y: int, window: str | None = None) -> None:
        """Click at a place of the window, or of the whole display, in pixels."""
        within = ["--window", window] if window else []
        self._xdotool("mousemove", *within, str(x), str(y), "click", "1")

    def resize(self, window: str, width: int, height: int) -> None:
        """Give the window's inside a size in pixels."""
        self._xdotool("windowsize", "--sync", window, str(width), str(height))

    def take_picture(self, path: Path) -> Path:
        """Save what the whole display shows as a PNG; returns `path`."""
        self._do("import", "-window", "root", str(path))
        return path

    def close(self) -> None:
        """Take the display away; programs still on it lose it."""
        for process in (self._manager, self._xvfb):
            process.terminate()
        for process in (self._manager, self._xvfb):
            process.communicate()

    def _wait_for_manager(self) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        asked = ["xdotool", "get_num_desktops"]  # answered only under a window manager
        while subprocess.run(asked, env=self.environment(), capture_output=True).returncode:
            assert time.monotonic() < deadline, "openbox did not start"
            time.sleep(POLL_SECONDS)

    def _xdotool(self, *arguments: str) -> str:
        return self._do("xdotool", *arguments)

    def _do(self, *command: str) -> str:
        done = subprocess.run(
            command,
            env=self.environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=DEADLINE_SECONDS,
        )
        return done.stdout
