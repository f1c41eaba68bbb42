"""Formulas as they are needed: drawn in a thread of their own, kept, and put into documents."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QObject, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QPyTextObject, QTextFormat
from PySide6.QtSvg import QSvgRenderer

from chatapp.ui.chat.transcript import maths

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter, QTextDocument

OBJECT_TYPE = QTextFormat.ObjectTypes.UserObject.value + 1
NUMBER = QTextFormat.Property.UserProperty.value + 1  # which of a document's formulas
KEPT = 500

Key = tuple[str, float, str, bool]


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="formulas")


class Formulas(QObject):
    """The drawn formulas of one style.

    Attributes:
        drawn: One more formula is there, or will never be.
    """

    drawn = Signal()
    _finished = Signal(object, object)

    def __init__(self, size: float, colour: str) -> None:
        super().__init__()
        self._size = size
        self._colour = colour
        self._known: OrderedDict[Key, maths.Drawing | None] = OrderedDict()
        self._asked: set[Key] = set()
        self._finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)

    def get(self, tex: str, *, display: bool) -> maths.Drawing | None:
        """The drawing of a formula; None if it is not there yet, or never will be."""
        if not maths.is_available():
            return None
        key = (tex, self._size, self._colour, display)
        if key not in self._known and key not in self._asked:
            self._asked.add(key)
            job = partial(maths.draw, tex, self._size, self._colour, display=display)
            _pool().submit(job).add_done_callback(partial(self._tell, key))
        return self._known.get(key)

    def is_waiting(self, tex: str, *, display: bool) -> bool:
        """Whether a formula is being drawn."""
        return (tex, self._size, self._colour, display) in self._asked

    def _tell(self, key: Key, future: Future[maths.Drawing | None]) -> None:
        """Runs in the pool's thread; the signal crosses over."""
        try:
            self._finished.emit(key, future.result())
        except RuntimeError:
            return  # the window closed meanwhile, and this object with it

    def _on_finished(self, key: Key, drawing: maths.Drawing | None) -> None:
        self._asked.discard(key)
        self._known[key] = drawing
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        self.drawn.emit()


class FormulaObject(QPyTextObject):
    """Draws the formulas of one document in their places."""

    def __init__(self, drawings: list[maths.Drawing], parent: QObject) -> None:
        super().__init__(parent)
        self._drawings = drawings
        self._renderers: dict[int, QSvgRenderer] = {}
        self._room = 1e6

    def set_room(self, width: float) -> bool:
        """Formulas wider than this are drawn smaller; True if one has another size now."""
        before, self._room = self._room, width
        widest = max((drawing.width for drawing in self._drawings), default=0.0)
        return before != width and widest > min(before, width)

    def deepest(self) -> float:
        """How far the deepest formula reaches below its base line."""
        return max((drawing.depth for drawing in self._drawings), default=0.0)

    def intrinsicSize(self, document: QTextDocument, position: int, shape: QTextFormat) -> QSizeF:
        """The room above the base line; what is below hangs into the next line's leading."""
        del document, position
        drawing, scale = self._scaled(shape)
        return QSizeF(drawing.width * scale, (drawing.height - drawing.depth) * scale)

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        document: QTextDocument,
        position: int,
        shape: QTextFormat,
    ) -> None:
        """Draw one formula."""
        del document, position
        number = int(shape.property(NUMBER))
        drawing, scale = self._scaled(shape)
        renderer = self._renderers.get(number)
        if renderer is None:
            renderer = self._renderers[number] = QSvgRenderer(QByteArray(drawing.svg))
        size = QSizeF(drawing.width * scale, drawing.height * scale)
        renderer.render(painter, QRectF(QRectF(rect).topLeft(), size))

    def _scaled(self, shape: QTextFormat) -> tuple[maths.Drawing, float]:
        number: Any = shape.property(NUMBER)
        drawing = self._drawings[int(number)]
        return drawing, min(1.0, self._room / max(1.0, drawing.width))
