"""What the mouse does in the transcript: point, press, follow a link, select."""

from __future__ import annotations

import html
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolTip

from chatapp.ui.chat.transcript.item import Spot
from chatapp.ui.chat.transcript.references import NOTE
from chatapp.ui.chat.transcript.safety import shown_target
from chatapp.ui.chat.transcript.selection import END, Place

if TYPE_CHECKING:
    from chatapp.ui.chat.transcript.area import TranscriptArea

TARGET_LENGTH = 500  # characters of an address in the tooltip
AUTO_SCROLL_MILLISECONDS = 16
COPIED_MILLISECONDS = 1500


class Pointer:
    """Follows the mouse over one transcript.

    Attributes:
        row: The message under the pointer, or -1.
    """

    def __init__(self, area: TranscriptArea) -> None:
        self.row = -1
        self._area = area
        self._at: QPointF | None = None
        self._spot: Spot | None = None
        self._link = ""
        self._pressed_spot: tuple[int, Spot] | None = None
        self._pressed_link = ""
        self._selecting = False
        self._last_double = 0.0
        self._copied: tuple[int, str] | None = None
        self._scroll = QTimer(area)
        self._scroll.setInterval(AUTO_SCROLL_MILLISECONDS)
        self._scroll.timeout.connect(self._on_auto_scroll)
        self._uncopy = QTimer(area)
        self._uncopy.setSingleShot(True)
        self._uncopy.setInterval(COPIED_MILLISECONDS)
        self._uncopy.timeout.connect(self._on_copied_over)

    def hot(self, row: int) -> str:
        """The action under the pointer in a message, or an empty text."""
        if self._copied is not None and self._copied[0] == row:
            return f"copied:{self._copied[1]}"
        return self._spot.action if self._spot is not None and row == self.row else ""

    # ---- events

    def move(self, at: QPointF) -> None:
        """The pointer is here now."""
        self._at = at
        if self._selecting:
            self._area.selection.extend(self._place(at))
            self._auto_scroll(at)
            self._area.viewport().update()
        else:
            self._point(at)

    def leave(self) -> None:
        """The pointer is elsewhere."""
        self._at = None
        if self.row != -1:
            self.row, self._spot, self._link = -1, None, ""
            self._area.viewport().update()

    def refresh(self) -> None:
        """What is under the pointer may have moved."""
        if self._at is not None and not self._selecting:
            self._point(self._at)

    def press(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The button went down."""
        self._point(at)
        self._area.leave_focus()
        self._pressed_spot = (self.row, self._spot) if self._spot is not None else None
        self._pressed_link = self._link
        if self._pressed_spot is not None:
            return
        place = self._place(at)
        if self._is_third_press():
            self._area.selection.select(place._replace(position=0), place._replace(position=END))
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._area.selection.extend(place)
        else:
            self._area.selection.begin(place)
        self._selecting = True
        self._area.viewport().update()

    def _is_third_press(self) -> bool:
        interval = QGuiApplication.styleHints().mouseDoubleClickInterval() / 1000
        return time.monotonic() - self._last_double < interval

    def double_press(self, at: QPointF) -> None:
        """Select the word here; a third press soon after selects the paragraph."""
        place = self._place(at)
        item = self._area.flow.item(place.row)
        if item.body.segments and self._spot is None:
            start, end = item.body.ready_item(place.block).word_at(place.position)
            fixed, moving = place._replace(position=start), place._replace(position=end)
            self._area.selection.select(fixed, moving)
            self._last_double = time.monotonic()
        self._area.viewport().update()

    def release(self, at: QPointF) -> None:
        """The button came up: where it went down, it means something."""
        self._scroll.stop()
        self._selecting = False
        self._point(at)
        pressed, self._pressed_spot = self._pressed_spot, None
        if pressed is not None:
            if self._spot is not None and pressed == (self.row, self._spot):
                self._area.commands.perform(self.row, self._spot.action)
        elif self._area.selection.range is not None:
            self._offer_selection()
        elif self._pressed_link and self._pressed_link == self._link:
            self._area.commands.follow(self.row, self._link)

    def scroll_sideways(self, at: QPointF, change: float) -> None:
        """Move the code or the table under the pointer."""
        row, top = self._area.flow.row_at(at.y())
        item = self._area.flow.item(row)
        block, _ = item.block_at(at.y() - top)
        if block >= 0 and item.body.item(block).scroll(change):
            self._area.viewport().update()

    # ---- meaning

    def show_copied(self, row: int, block: str) -> None:
        """Say for a moment that a block was copied."""
        self._copied = (row, block)
        self._uncopy.start()
        self._area.viewport().update()

    def _on_copied_over(self) -> None:
        self._copied = None
        self._area.viewport().update()

    def _offer_selection(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard.supportsSelection() and self._area.selection.range is not None:
            clipboard.setText(self._area.commands.selected_text(), clipboard.Mode.Selection)

    def _point(self, at: QPointF) -> None:
        flow = self._area.flow
        if not len(flow.rows):
            return
        row, top = flow.row_at(at.y())
        x = at.x() - self._area.column[0]
        item = flow.item(row)
        spot = item.spot_at(x, at.y() - top)
        link = "" if spot is not None else item.link_at(x, at.y() - top)
        if (row, spot, link) != (self.row, self._spot, self._link):
            self._show_target(link)
            self.row, self._spot, self._link = row, spot, link
            self._area.viewport().update()
        self._set_cursor(over_text=0 <= x <= self._area.column[1])

    def _show_target(self, link: str) -> None:
        if link and not link.startswith(NOTE):
            # Qt takes a tooltip with any tag in it for rich text: so it is, with nothing of
            # the address left that could be a tag.
            text = f"<span>\u2192 {html.escape(shown_target(link)[:TARGET_LENGTH])}</span>"
            QToolTip.showText(self._area.cursor().pos(), text, self._area.viewport())
        elif self._link:
            QToolTip.hideText()

    def _set_cursor(self, *, over_text: bool) -> None:
        if self._spot is not None or self._link:
            shape = Qt.CursorShape.PointingHandCursor
        else:
            shape = Qt.CursorShape.IBeamCursor if over_text else Qt.CursorShape.ArrowCursor
        if self._area.viewport().cursor().shape() != shape:
            self._area.viewport().setCursor(shape)

    def _place(self, at: QPointF) -> Place:
        flow = self._area.flow
        if not len(flow.rows):
            return Place(0, 0, 0)
        row, top = flow.row_at(at.y())
        item = flow.item(row)
        inside = at.y() - top
        item.measure(inside, inside)
        return Place(row, *item.position_at(at.x() - self._area.column[0], inside))

    def _auto_scroll(self, at: QPointF) -> None:
        height = self._area.viewport().height()
        beyond = min(0.0, at.y()) or max(0.0, at.y() - height)
        if beyond and not self._scroll.isActive():
            self._scroll.start()
        elif not beyond:
            self._scroll.stop()

    def _on_auto_scroll(self) -> None:
        if self._at is None:
            return
        height = self._area.viewport().height()
        beyond = min(0.0, self._at.y()) or max(0.0, self._at.y() - height)
        bar = self._area.verticalScrollBar()
        bar.setValue(bar.value() + round(beyond / 3 + (2 if beyond > 0 else -2)))
        self._area.selection.extend(self._place(self._at))
        self._area.viewport().update()
