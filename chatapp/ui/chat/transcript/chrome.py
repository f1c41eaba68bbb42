"""The parts around a message's text: buttons, fold lines and the card of an ending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from chatapp.ui import icons
from chatapp.ui.chat.transcript.item import Canvas, Spot
from chatapp.ui.chat.transcript.prose import ProseItem
from chatapp.ui.theme import RADIUS_BUTTON, RADIUS_CARD

if TYPE_CHECKING:
    from chatapp.ui.chat.transcript.style import Style
    from chatapp.ui.chat.transcript.words import Ending

ICON = 16
BUTTON = 28
FOLD_HEIGHT = 24
VERSIONS = 30  # the room of `2/3`
COPIED = "copied:"  # what is hot while a message says that it was copied
_CARD_PADDING = 12
_NARROW = 520  # below this width the buttons of a card stand under its text
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done with a message: an icon and a name."""

    icon: str
    name: str


ACTIONS = {
    "copy": Action("copy", "Copy"),
    "edit": Action("pencil", "Edit"),
    "regenerate": Action("rotate-cw", "Answer again"),
    "branch": Action("git-fork", "Branch from here"),
    "quote": Action("text-quote", "Quote"),
    "speak": Action("volume-2", "Read aloud"),
    "delete": Action("trash-2", "Delete"),
    "details": Action("info", "Details"),
    "previous_version": Action("chevron-left", "Previous version"),
    "next_version": Action("chevron-right", "Next version"),
}


def action_spots(names: tuple[str, ...], x: float, y: float, style: Style) -> list[Spot]:
    """Icon buttons in a row, the first at `x`."""
    size = style.px(BUTTON)
    return [
        Spot(QRectF(x + at * (size + 2), y, size, size), name, ACTIONS[name].name)
        for at, name in enumerate(names)
    ]


def version_spots(versions: tuple[int, int], x: float, y: float, style: Style) -> list[Spot]:
    """The arrows to the siblings of a message, where it has any."""
    which, count = versions
    if count < 2:
        return []
    size, between = style.px(BUTTON), style.px(VERSIONS)
    spots = []
    if which > 1:
        rect = QRectF(x, y, size, size)
        spots.append(Spot(rect, "previous_version", ACTIONS["previous_version"].name))
    if which < count:
        rect = QRectF(x + size + between, y, size, size)
        spots.append(Spot(rect, "next_version", ACTIONS["next_version"].name))
    return spots


def paint_versions(
    painter: QPainter, spots: list[Spot], versions: tuple[int, int], style: Style
) -> float:
    """Say which version is in view, between the arrows: `2/3`; gives where that ends, or 0."""
    size, between = style.px(BUTTON), style.px(VERSIONS)
    for spot in spots:
        if spot.action == "previous_version":
            x = spot.rect.right()
        elif spot.action == "next_version":
            x = spot.rect.left() - between
        else:
            continue
        painter.setFont(style.caption)
        painter.setPen(style.colour("muted"))
        place = QRectF(x, spot.rect.top(), between, size)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, f"{versions[0]}/{versions[1]}")
        return place.right()
    return 0.0


def paint_action(painter: QPainter, spot: Spot, style: Style, hot: str) -> None:
    """Draw an icon button; `hot` is the action pointed at, or `copied:` after copying."""
    copied = hot == COPIED and spot.action == "copy"
    icon = "check" if copied else ACTIONS[spot.action].icon
    lit = copied or spot.action == hot
    if lit:
        _ground(painter, spot.rect, style.colour("hover"))
    size = style.px(ICON)
    box = QRectF(0, 0, size, size)
    box.moveCenter(spot.rect.center())
    colour = style.theme.text if lit else style.theme.faint
    icons.draw(painter, box.toRect(), icon, colour)


def paint_button(painter: QPainter, spot: Spot, style: Style, *, hot: bool) -> None:
    """Draw a button with a label."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(style.colour("line"), 1))
    painter.setBrush(style.colour("hover" if hot else "page"))
    rect = spot.rect.adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(rect, RADIUS_BUTTON, RADIUS_BUTTON)
    painter.setPen(style.colour("text"))
    painter.setFont(style.button)
    painter.drawText(spot.rect, Qt.AlignmentFlag.AlignCenter, spot.name)


def button_width(label: str, style: Style) -> float:
    """How wide a button with this label is."""
    return round(QFontMetricsF(style.button).horizontalAdvance(label)) + style.px(26)


def fold_spot(label: str, y: float, style: Style, action: str) -> Spot:
    """The line a long part folds to."""
    width = QFontMetricsF(style.small).horizontalAdvance(label) + style.px(ICON) + 16
    return Spot(QRectF(0, y, width, style.px(FOLD_HEIGHT)), action, label)


def paint_fold(painter: QPainter, spot: Spot, style: Style, *, unfolded: bool, hot: bool) -> None:
    """Draw a fold line with its chevron."""
    size = style.px(ICON)
    colour = style.theme.text if hot else style.theme.muted
    box = QRectF(spot.rect.left() - 1, spot.rect.center().y() - size / 2, size, size)
    icons.draw(painter, box.toRect(), "chevron-down" if unfolded else "chevron-right", colour)
    painter.setFont(style.small)
    painter.setPen(QColor(colour))
    painter.drawText(spot.rect.adjusted(size + 6, 0, 40, 0), _MIDDLE, spot.name)


def _ground(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(rect, RADIUS_BUTTON, RADIUS_BUTTON)


class EndingCard:
    """Says how a reply ended that did not end well, and what can be done."""

    def __init__(self, ending: Ending, caption: str, style: Style) -> None:
        self.height = 0.0
        self._ending = ending
        self._caption = caption
        self._style = style
        self._width = 0.0
        self._text = QRectF()
        self._spots: list[Spot] = []
        self._sentence = ProseItem(style if ending.failed else style.quiet, plain=True)
        self._sentence.set_text(ending.sentence)

    def layout(self, width: float) -> float:
        """Lay out for a width; gives the height."""
        style, self._width = self._style, width
        padding = style.px(_CARD_PADDING) if self._ending.failed else 0
        left = padding + style.px(ICON) + 10
        widths = [button_width(label, style) for _, label in self._ending.actions]
        buttons = sum(widths) + 10 * len(widths)
        narrow = width < style.px(_NARROW)
        room = width - left - padding - (0 if narrow else buttons + 12)
        text = self._sentence.layout(max(40.0, room))
        self._text = QRectF(left, padding, room, text)
        below = padding + text + (style.px(20) if self._caption else 0)
        x, y = (left, below + 8) if narrow else (width - padding - buttons + 10, padding - 3)
        self._place_buttons(widths, x, max(0.0, y))
        bottom = max([below, *(spot.rect.bottom() for spot in self._spots)])
        self.height = bottom + padding
        return self.height

    def _place_buttons(self, widths: list[float], x: float, y: float) -> None:
        self._spots = []
        for (action, label), width in zip(self._ending.actions, widths, strict=True):
            rect = QRectF(x, y, width, self._style.px(BUTTON))
            self._spots.append(Spot(rect, action, label))
            x += width + 10

    def spots(self) -> list[Spot]:
        """Its buttons."""
        return self._spots

    def paint(self, painter: QPainter, hot: str) -> None:
        """Draw with the painter's origin at the card's top left corner."""
        style, failed = self._style, self._ending.failed
        if failed:
            edge = QColor(style.colour("error"))
            edge.setAlphaF(0.4)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(edge, 1))
            painter.setBrush(style.colour("error_page"))
            card = QRectF(0.5, 0.5, self._width - 1, self.height - 1)
            painter.drawRoundedRect(card, RADIUS_CARD, RADIUS_CARD)
        size = style.px(ICON)
        box = QRectF(self._text.left() - size - 10, self._text.top() + 3, size, size)
        colour = style.theme.error if failed else style.theme.faint
        icons.draw(painter, box.toRect(), "triangle-alert" if failed else "info", colour)
        painter.save()
        painter.translate(self._text.topLeft())
        self._sentence.paint(painter, Canvas(style, QRectF(0, 0, self._width, self.height)))
        painter.restore()
        if self._caption:
            painter.setFont(style.caption)
            painter.setPen(style.colour("muted"))
            line = self._text.translated(0, self._text.height() + 3)
            painter.drawText(line, Qt.TextFlag.TextSingleLine, self._caption)
        for spot in self._spots:
            paint_button(painter, spot, style, hot=spot.action == hot)
