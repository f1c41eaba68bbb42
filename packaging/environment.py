"""The project's own virtual environment: `.venv` beside pyproject.toml.

Made with the Python that runs this, filled from a lock whose every file is checked against its
hash, and marked with a stamp, so that the next call sees at once that nothing is to be done. An
interrupted set-up leaves no stamp and is taken up again.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import system_libraries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LOCKS = ("requirements.txt", "requirements-test.txt")
STAMP = "chatapp-requirements"
LINES_SHOWN_OF_A_FAILURE = 15
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
_FETCHED = re.compile(
    r"(?:Downloading|Using cached) (?:\S*/)?([^-/\s]+)-([^-\s]+)\S*\.(?:whl|tar\.gz)(?:\s|$)"
)


class SetupError(Exception):
    """The environment could not be made; the text says why and what to do."""


class Environment:
    """A virtual environment and what has been installed into it."""

    def __init__(self, root: Path, say: Callable[[str], None]) -> None:
        """`root` is the folder of pyproject.toml; `say` shows one line of progress."""
        self.folder = root / ".venv"
        self._locks = root / "packaging"
        self._stamp = self.folder / STAMP
        self._say = say

    @property
    def python(self) -> str:
        """The interpreter inside."""
        if os.name == "nt":
            return str(self.folder / "Scripts" / "python.exe")
        return str(self.folder / "bin" / "python")

    @property
    def site_packages(self) -> Path:
        """Where the packages are."""
        if os.name == "nt":
            return self.folder / "Lib" / "site-packages"
        return self.folder / "lib" / PYTHON / "site-packages"

    def prepare(self, lock: str) -> None:
        """See to it that the environment exists and holds the requirements of `lock`.

        Raises:
            SetupError: It could not be made or filled.
        """
        key = stamp_key(self._locks / name for name in LOCKS)
        if lock in installed_locks(self._stamp, key):
            return
        if not self._is_usable():
            self._make()
        self._install(self._locks / lock)
        done = {*installed_locks(self._stamp, key), lock}
        self._stamp.write_text("\n".join([key, *sorted(done)]) + "\n", encoding="utf-8")

    def _is_usable(self) -> bool:
        """Whether it was made by this Python and has pip in it."""
        check = f"import pip, sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
        try:
            return subprocess.call([self.python, "-c", check], stderr=subprocess.DEVNULL) == 0
        except OSError:
            return False

    def _make(self) -> None:
        if self.folder.is_symlink():
            raise SetupError(
                "“.venv” is a link to an environment of another Python, and is left alone. "
                "Remove the link, then run this command again."
            )
        provide_venv_module()
        self._say(f"Making a virtual environment in {self.folder.name} …")
        try:
            venv.EnvBuilder(clear=True, with_pip=True, symlinks=os.name != "nt").create(self.folder)
        except (OSError, subprocess.CalledProcessError) as error:
            raise SetupError(
                f"The virtual environment could not be made ({error}). "
                "Check that this folder can be written and that the disk is not full."
            ) from error

    def _install(self, lock: Path) -> None:
        self._say("Installing the requirements; the first time some 100 MB are fetched …")
        command = [self.python, "-m", "pip", "install", "--require-hashes", "--progress-bar=off"]
        pip = subprocess.Popen(
            [*command, "--disable-pip-version-check", "--no-color", "-r", str(lock)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        with pip:
            assert pip.stdout is not None
            output = []
            for line in pip.stdout:
                output.append(line.rstrip())
                if progress := progress_of(line):
                    self._say(f"  {progress}")
        if pip.returncode:
            raise SetupError(
                "\n".join(output[-LINES_SHOWN_OF_A_FAILURE:])
                + "\n\nThe requirements could not be installed; the lines above say why. "
                "Check the network, then run this command again: it goes on where it stopped."
            )


def provide_venv_module() -> None:
    """See to it that this Python can make virtual environments; Debian packs that apart.

    Raises:
        SetupError: It cannot, and the missing package could not be installed from here.
    """
    if importlib.util.find_spec("ensurepip"):
        return
    if not system_libraries.provide({"the venv module of Python": f"{PYTHON}-venv"}):
        raise SetupError("Then run this command again.")


def stamp_key(locks: Iterable[Path]) -> str:
    """What an environment's content depends on: the text of the locks and this Python."""
    digest = hashlib.sha256(sys.version.encode())
    for lock in locks:
        digest.update(lock.read_bytes())
    return digest.hexdigest()


def installed_locks(stamp: Path, key: str) -> set[str]:
    """The names of the locks installed under `key`; none if the stamp speaks of another key."""
    try:
        written, *names = stamp.read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return set()
    return set(names) if written == key else set()


def progress_of(line: str) -> str:
    """What a line of pip means to a person; empty for most of them."""
    if fetched := _FETCHED.match(line.strip()):
        return " ".join(fetched.groups())
    return "unpacking …" if line.startswith("Installing collected packages") else ""
