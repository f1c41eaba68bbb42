"""Looks at a picture of the screen: which colours are in it, and where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtGui import QImage


def pixels(path: Path) -> np.ndarray[Any, Any]:
    """The picture as rows of `0xRRGGBB`.

    Raises:
        ValueError: It is no picture.
    """
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    if image.isNull():
        raise ValueError(f"{path.name} is no picture")
    flat = np.frombuffer(image.constBits(), np.uint32)  # four bytes a pixel: no row is padded
    return flat.reshape(image.height(), image.width()) & 0xFFFFFF


def count(path: Path, colour: str) -> int:
    """How many pixels have exactly the colour `#rrggbb`."""
    return int((pixels(path) == int(colour[1:], 16)).sum())


def colours(path: Path) -> int:
    """How many different colours there are; a blank picture has one."""
    return len(np.unique(pixels(path)))
