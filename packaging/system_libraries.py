"""What the window and its tests need from a Linux system, and how to get it.

The wheels of Qt bring Qt, not the libraries of the X server's side it stands on. What is missing
is asked from the dynamic linker itself; on Debian and its descendants it is installed when
that needs no password, else the exact command is shown.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# What Qt's GUI libraries and their xcb and wayland plugins load, by the names Debian 12 and
# Ubuntu 22.04 onward pack them under.
DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinput.so.0": "libxcb-xinput0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libzstd.so.1": "libzstd1",
}
# The programs that tests of the real window use, and the packages they come in.
TEST_TOOLS = {
    "Xvfb": "xvfb",  # a display nobody looks at
    "openbox": "openbox",  # a window manager gives the focus
    "xdotool": "xdotool",  # types
    "import": "imagemagick",  # takes the picture
}
_NOT_FOUND = re.compile(r"^\s*(\S+) => not found", re.MULTILINE)


def missing_for_qt(site_packages: Path, plugin: str = "xcb") -> dict[str, str]:
    """The system libraries Qt cannot load here, each with its Debian package.

    Args:
        site_packages: Where PySide6 is installed.
        plugin: Qt's platform plugin that will be used: "xcb" or "wayland".

    Returns:
        Library to package; the package is empty for a library nobody foresaw.
    """
    qt = site_packages / "PySide6" / "Qt"
    parts = [qt / "plugins" / "platforms" / f"libq{plugin}.so", qt / "lib" / "libQt6Widgets.so.6"]
    try:
        linker = subprocess.run(["ldd", *parts], capture_output=True, text=True, check=False)
    except OSError:  # no ldd: the start itself will tell
        return {}
    return not_found(linker.stdout)


def not_found(ldd_output: str) -> dict[str, str]:
    """The libraries that ldd could not find, each with its Debian package."""
    return {name: DEBIAN_PACKAGES.get(name, "") for name in _NOT_FOUND.findall(ldd_output)}


def missing_test_tools() -> dict[str, str]:
    """The programs of real-window tests that are not installed, each with its package."""
    return {tool: package for tool, package in TEST_TOOLS.items() if not shutil.which(tool)}


def provide(needs: Mapping[str, str]) -> bool:
    """Install what `needs` names, if that can be done without asking; else say how.

    Args:
        needs: What is missing, each with its Debian package or "" where unknown.

    Returns:
        Whether everything is there now.
    """
    if not needs:
        return True
    packages = sorted({package for package in needs.values() if package})
    if not packages or not shutil.which("apt-get"):
        _say(f"This system lacks {', '.join(sorted(needs))}.")
        _say("Please install the packages of your system that hold them.")
        return False
    become_root = _way_to_root()
    if become_root is None:
        _say(f"This system lacks {', '.join(sorted(needs))}. Please run:")
        _say(f"    sudo apt-get install {' '.join(packages)}")
        return False
    _say(f"Installing system packages: {' '.join(packages)} …")
    return _install(become_root, packages) and all(needs.values())


def _way_to_root() -> list[str] | None:
    """What to put before a command that only root may run; None if there is no way."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and not _quietly(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def _install(become_root: list[str], packages: list[str]) -> bool:
    apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    if not _quietly(install):
        return True
    _quietly([*apt, "update"])  # a fresh machine has no package lists yet
    if not (complaint := _quietly(install)):
        return True
    _say(complaint)
    _say("The system packages could not be installed; the lines above say why. The command was:")
    _say(f"    sudo apt-get install {' '.join(packages)}")
    return False


def _quietly(command: list[str]) -> str:
    """Run `command`; empty if it succeeded, else what it said."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return (done.stdout.strip() or "It failed.") if done.returncode else ""


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
