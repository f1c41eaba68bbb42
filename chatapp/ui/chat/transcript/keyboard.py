"""What the keyboard does in the transcript: go from message to message, press, select, copy.

Ctrl+Up and Ctrl+Down go from message to message, Tab through the buttons of the one
that has the focus, Enter presses. Shift with the arrows selects. The rest scrolls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeySequence

from chatapp.ui.chat.transcript.caret import Caret
from chatapp.ui.chat.transcript.selection import Place

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from chatapp.ui.chat.transcript.area import TranscriptArea
    from chatapp.ui.chat.transcript.item import Spot

_CONTROL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_DIRECTIONS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Home: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_End: 1,
}
_PRESSES = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}


class Keyboard:
    """Handles the keys of one transcript.

    Attributes:
        row: The message that has the focus, or -1.
        spot: Which of its buttons, or -1 for the message itself.
    """

    def __init__(self, area: TranscriptArea) -> None:
        self.row = -1
        self.spot = -1
        self._area = area

    def press(self, event: QKeyEvent) -> bool:
        """Handle a key; False if it means nothing here."""
        return (
            self._command(event)
            or self._go_to_message(event)
            or self._press_button(event)
            or self._select(event)
            or self._escape(event)
            or self._go_to_end(event)
        )

    def _command(self, event: QKeyEvent) -> bool:
        area, keys = self._area, QKeySequence.StandardKey
        if event.matches(keys.Copy):
            area.commands.copy()
        elif event.matches(keys.SelectAll):
            area.commands.select_all()
        elif event.matches(keys.Find):
            area.open_find()
        elif event.key() == Qt.Key.Key_F3:
            area.find_next(-1 if event.modifiers() & _SHIFT else 1)
        else:
            return False
        return True

    # ---- the focus

    def focus(self, row: int, spot: int = -1) -> None:
        """Give the focus to a message, or one of its buttons."""
        self.row, self.spot = row, spot
        if row < 0:
            self._area.viewport().update()
            return
        chosen = self.focused_spot()
        item = self._area.flow.item(row)
        place = chosen.rect if chosen is not None else QRectF(0, 0, 1, min(item.height, 40))
        self._area.flow.bring_into_view(row, -1, place)
        self._area.refresh()
        self._area.focus_moved.emit(row, spot)

    def focused_spot(self) -> Spot | None:
        """The button that has the focus."""
        if self.row < 0 or self.spot < 0:
            return None
        spots = self._area.flow.item(self.row).spots()
        return spots[self.spot] if self.spot < len(spots) else None

    def _go_to_message(self, event: QKeyEvent) -> bool:
        if event.modifiers() != _CONTROL or event.key() not in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            return False
        rows = self._area.flow.rows
        if not len(rows):
            return True
        change = _DIRECTIONS[Qt.Key(event.key())]
        if self.row < 0:
            seen = [row for row, _, _ in self._area.flow.visible()]
            target = seen[-1] if change < 0 else seen[0]
        else:
            target = self.row + change
        self.focus(max(0, min(target, len(rows) - 1)))
        return True

    def step_button(self, change: int) -> bool:
        """Go on to the next button of the message; False at the last, as Tab then leaves."""
        if self.row < 0:
            return False
        target = self.spot + change
        if not -1 <= target < len(self._area.flow.item(self.row).spots()):
            return False
        self.focus(self.row, target)
        return True

    def _press_button(self, event: QKeyEvent) -> bool:
        spot = self.focused_spot()
        if event.key() not in _PRESSES or spot is None:
            return False
        self._area.commands.perform(self.row, spot.action)
        return True

    def _escape(self, event: QKeyEvent) -> bool:
        if event.key() != Qt.Key.Key_Escape:
            return False
        if self._area.selection.range is not None:
            self._area.selection.clear()
            self._area.viewport().update()
            return True
        if self.row >= 0:
            self.focus(-1)
            return True
        return False

    # ---- selecting and scrolling

    def _select(self, event: QKeyEvent) -> bool:
        if not event.modifiers() & _SHIFT or event.key() not in _DIRECTIONS:
            return False
        if not len(self._area.flow.rows):
            return True
        selection, caret = self._area.selection, Caret(self._area.flow)
        place = selection.moving
        if place is None:
            row = self.row if self.row >= 0 else self._area.flow.anchor().row
            place = caret.start_of(row)
            selection.begin(place)
        moved = self._moved(caret, place, event)
        selection.extend(moved)
        item = self._area.flow.item(moved.row).body.ready_item(moved.block)
        item.reveal(moved.position)
        self._area.flow.bring_into_view(moved.row, moved.block, caret.rect(moved))
        self._area.refresh()
        return True

    def _moved(self, caret: Caret, place: Place, event: QKeyEvent) -> Place:
        key, change = event.key(), _DIRECTIONS[Qt.Key(event.key())]
        whole = bool(event.modifiers() & _CONTROL)
        if key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            return caret.line_beside(place, change)
        if key in {Qt.Key.Key_Home, Qt.Key.Key_End}:
            return self._end(change) if whole else caret.line_end(place, change)
        return caret.word_beside(place, change) if whole else caret.beside(place, change)

    def _end(self, change: int) -> Place:
        if change < 0:
            return Place(0, 0, 0)
        row = len(self._area.flow.rows) - 1
        body = self._area.flow.item(row).body
        block = max(0, len(body.segments) - 1)
        return Place(row, block, body.ready_item(block).length() if body.segments else 0)

    def _go_to_end(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Home:
            self._area.verticalScrollBar().setValue(0)
        elif event.key() == Qt.Key.Key_End:
            self._area.go_to_end()
        else:
            return False
        return True
