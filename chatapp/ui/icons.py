"""Line icons of one family, tinted from the theme and crisp at every scale.

The drawings are Lucide's (ISC licence, `resources/icons/LICENSE.txt`). An icon is
drawn from its SVG for the exact number of device pixels it covers, once for each
size and colour.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from chatapp.kit.resources import resource

SIZE = 16
STROKE_WIDTH = "1.9"  # of 24: 1.27 px at 16 px, near the stem of the text beside it


@lru_cache(maxsize=256)
def pixmap(name: str, colour: str, pixels: int) -> QPixmap:
    """The icon `name` in `colour`, `pixels` device pixels square."""
    source = resource(f"icons/{name}.svg").read_text("utf-8")
    source = source.replace("currentColor", colour)
    source = source.replace('stroke-width="2"', f'stroke-width="{STROKE_WIDTH}"')
    drawn = QPixmap(pixels, pixels)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return drawn


def draw(painter: QPainter, rect: QRect, name: str, colour: str) -> None:
    """Draw the icon `name` into `rect`, at the resolution of the painter's device."""
    ratio = painter.device().devicePixelRatio()
    side = min(rect.width(), rect.height())
    painter.drawPixmap(rect, pixmap(name, colour, round(side * ratio)))


def tinted(name: str, colour: str, side: int) -> QIcon:
    """An icon `side` pixels large, for the sharpest screen there is."""
    ratio = QGuiApplication.instance().devicePixelRatio()  # type: ignore[union-attr]
    drawn = QPixmap(pixmap(name, colour, round(side * ratio)))
    drawn.setDevicePixelRatio(ratio)
    return QIcon(drawn)


def application_icon() -> QIcon:
    """The program's own icon."""
    return QIcon(str(resource("chatapp.svg")))
