"""Files that ship with the program: icons, help pages, themes."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource(path: str) -> Path:
    """The file or folder `path` among the resources.

    They stand inside an installed package, and beside it in a source checkout.
    """
    installed = _PACKAGE / "_resources"
    return (installed if installed.is_dir() else _PACKAGE.parent / "resources") / path
