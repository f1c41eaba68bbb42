"""Draws a reply: a header, the text straight on the page, how it ended, its actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from chatapp.domain.message import Status
from chatapp.ui.chat.transcript import words
from chatapp.ui.chat.transcript.chrome import (
    BUTTON,
    EndingCard,
    action_spots,
    fold_spot,
    paint_action,
    paint_fold,
    paint_versions,
    version_spots,
)
from chatapp.ui.chat.transcript.fold_stack import FoldStack
from chatapp.ui.chat.transcript.item import Spot
from chatapp.ui.chat.transcript.message_item import MessageCanvas, MessageItem, Setting

if TYPE_CHECKING:
    from chatapp.domain.message import Message

HEADER = 18
BELOW_HEADER = 4
SHOW_MORE = "show_more"
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class ReplyItem(MessageItem):
    """Draws one reply."""

    def __init__(self, message: Message, setting: Setting) -> None:
        super().__init__(message, setting)
        self._folds = FoldStack(setting.style, self._is_unfolded)
        self._card: EndingCard | None = None
        self.set_message(message)

    # ---- geometry

    @property
    def height(self) -> float:
        """Of the whole message with the space below it."""
        return self._actions_y() + self._setting.style.px(BUTTON) + self.gap

    def set_message(self, message: Message) -> bool:
        """Draw this message from now on; True if nothing but its text grew."""
        before, self.message = self.message, message
        streaming = message.status is Status.STREAMING
        self.body.set_text(message.content, complete=not streaming)
        same = before.metadata == message.metadata and bool(before.content)
        if streaming and same and self._card is None:
            self._spots = None
            return True
        self._folds.set_parts(words.parts(message))
        ending = None if streaming else words.ending(message)
        if ending is None:
            self._card = None
        else:
            self._card = EndingCard(ending, self._caption(), self._setting.style)
        self._arrange()
        return False

    def _caption(self) -> str:
        count = len(self.message.content.split()) if len(self.message.content) < 100_000 else 0
        time = words.clock_time(self.message, self._setting.clock)
        return f"After {count} word{'s' if count != 1 else ''}, {time}" if count else ""

    def set_width(self, width: float) -> None:
        """Lay out for this width from now on."""
        if width != self._width:
            self._width = width
            self.body.set_width(width)
            self._arrange()

    def measure(self, top: float, bottom: float) -> None:
        """Lay out what stands between two heights."""
        if len(self._folds):
            self._folds.measure(top, bottom)
            self._arrange()
        super().measure(top, bottom)

    def _arrange(self) -> None:
        """Place what stands above the text, and measure what stands below it."""
        style = self._setting.style
        self._spots = None
        y = self.lead_height + style.px(HEADER) + BELOW_HEADER
        self.body_y = self._folds.layout(y, self._width)
        if self._card is not None and self._width:
            self._card.layout(self._width)

    def _body_bottom(self) -> float:
        if self.body.segments:
            return self.body_y + self.body.height
        waiting = self.message.status is Status.STREAMING and not len(self._folds)
        return self.body_y + (self._setting.style.line if waiting else -4)

    def _more_spot(self) -> Spot | None:
        if not self.body.hidden:
            return None
        label = f"Show more ({self.body.hidden:,} characters)".replace(",", "\u202f")
        return fold_spot(label, self._body_bottom() + 6, self._setting.style, SHOW_MORE)

    def _card_y(self) -> float:
        more = self._more_spot()
        return (more.rect.bottom() if more else self._body_bottom()) + 10

    def _actions_y(self) -> float:
        if self._card is not None:
            return self._card_y() + self._card.height + 4
        more = self._more_spot()
        return (more.rect.bottom() if more else self._body_bottom()) + 8

    # ---- drawing

    def paint(self, painter: QPainter, canvas: MessageCanvas) -> None:
        """Draw with the painter's origin at the message's top left corner."""
        self._paint_lead(painter)
        if canvas.clip.top() < self.body_y:
            self._paint_top(painter, canvas)
        if self.body.segments:
            self._paint_body(painter, canvas)
        elif self.message.status is Status.STREAMING and not len(self._folds):
            self._paint_waiting(painter)
        if canvas.clip.bottom() > self._body_bottom():
            self._paint_bottom(painter, canvas)

    def _paint_top(self, painter: QPainter, canvas: MessageCanvas) -> None:
        style = self._setting.style
        name = words.author(self.message)
        header = QRectF(0, self.lead_height, self._width, style.px(HEADER))
        metrics = QFontMetricsF(style.name)
        name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, self._width * 0.7)
        painter.setFont(style.name)
        painter.setPen(style.colour("muted"))
        painter.drawText(header, _MIDDLE, name)
        painter.setFont(style.caption)
        painter.setPen(style.colour("faint"))
        after = header.adjusted(metrics.horizontalAdvance(name) + 8, 0, 0, 0)
        painter.drawText(after, _MIDDLE, words.clock_time(self.message, self._setting.clock))
        self._folds.paint(painter, canvas.clip, canvas.hot)

    def _paint_waiting(self, painter: QPainter) -> None:
        style = self._setting.style
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.colour("faint"))
        size = style.px(5)
        for dot in range(3):
            y = self.body_y + (style.line - size) / 2
            painter.drawEllipse(QRectF(dot * size * 1.9, y, size, size))

    def _paint_bottom(self, painter: QPainter, canvas: MessageCanvas) -> None:
        style = self._setting.style
        more = self._more_spot()
        if more is not None:
            paint_fold(painter, more, style, unfolded=False, hot=canvas.hot == SHOW_MORE)
        if self._card is not None:
            painter.save()
            painter.translate(0, self._card_y())
            self._card.paint(painter, canvas.hot)
            painter.restore()
        if canvas.active and self.message.status is not Status.STREAMING:
            self._paint_actions(painter, canvas)

    def _paint_actions(self, painter: QPainter, canvas: MessageCanvas) -> None:
        style, spots = self._setting.style, self._action_spots()
        for spot in spots:
            paint_action(painter, spot, style, canvas.hot)
        end = paint_versions(painter, spots, self._versions(), style)
        x = max(end, spots[-1].rect.right()) + 10 if spots else 0.0
        if text := words.cost(self.message):
            painter.setFont(style.caption)
            painter.setPen(style.colour("faint"))
            row = QRectF(x, self._actions_y(), self._width - x, style.px(BUTTON))
            painter.drawText(row, _MIDDLE, text)

    def part_code(self, part: str, index: int) -> str:
        """The text of a code block in an unfolded part."""
        return self._folds.code(part, index)

    # ---- what can be pressed

    def _action_spots(self) -> list[Spot]:
        if not self.message.content:  # the buttons of its card are all there is to do
            return []
        names, style = self._setting.reply_actions, self._setting.style
        spots = action_spots(names, -6, self._actions_y(), style)
        end = spots[-1].rect.right() if spots else 0.0
        return spots + version_spots(self._versions(), end + 4, self._actions_y(), style)

    def _own_spots(self) -> list[Spot]:
        spots = self._folds.spots()
        if self._card is not None:
            y = self._card_y()
            spots += [
                Spot(spot.rect.translated(0, y), spot.action, spot.name)
                for spot in self._card.spots()
            ]
        more = self._more_spot()
        if more is not None:
            spots.append(more)
        if self.message.status is not Status.STREAMING:
            spots += self._action_spots()
        return spots
