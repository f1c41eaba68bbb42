"""The conversation for those who cannot see it: a tree of messages, texts, links and buttons.

    list "Conversation"
     └─ list item "qwen3, 21:44: Write a new file …"
         ├─ heading, paragraph, "Code in python: …"     each with its whole text
         │   └─ link
         └─ button "Copy code", "Answer again", …

Nodes are made when a screen reader asks for them. They are never given up, since Qt
keeps pointers to them; those of an earlier conversation say that they are invalid.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget

from chatapp.domain.message import Status
from chatapp.ui.chat.transcript import words
from chatapp.ui.chat.transcript.segment import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QWidget

    from chatapp.ui.chat.transcript.area import TranscriptArea

Role = QAccessible.Role
NAME_LENGTH = 400  # characters of a message in its name; its children have all of it
_MARKUP = re.compile(r"[*_`#>|~]+|\]\([^)]*\)|\[")
_ROLES = {Kind.HEADING: Role.Heading, Kind.RULE: Role.Separator, Kind.LIST: Role.List}


class Node(QAccessibleWidget):
    """A part of the conversation that is no widget.

    Derived from a widget's interface, because that brings Qt's own action interface;
    an interface written wholly in Python cannot offer one (PySide 6.11).
    """

    def __init__(self, root: AreaNode, above: QAccessibleInterface, role: Role, row: int) -> None:
        super().__init__(root.area, role, "")
        self.row = row
        self._root = root
        self._above = above
        self._role = role
        self._generation = root.generation

    def isValid(self) -> bool:
        """Whether the message is still there."""
        root = self._root
        if not shiboken6.isValid(root.area) or self._generation != root.generation:
            return False
        return self.row < len(root.area.flow.rows)

    def object(self) -> QObject | None:  # type: ignore[override]
        """No object of its own."""
        return None

    def parent(self) -> QAccessibleInterface:
        """What it is a part of."""
        return self._above

    def role(self) -> Role:
        """What it is."""
        return self._role

    def childCount(self) -> int:
        """How many parts it has."""
        return len(self.parts())

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """One of its parts."""
        parts = self.parts()
        return parts[index] if 0 <= index < len(parts) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Which of its parts that is, or -1."""
        return next((at for at, part in enumerate(self.parts()) if part is child), -1)

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """The part at a place of the screen."""
        return next((part for part in self.parts() if part.rect().contains(x, y)), None)

    def parts(self) -> list[Node]:
        """Its parts."""
        return []

    def name(self) -> str:
        """What it is called, or its text."""
        return ""

    def text(self, kind: QAccessible.Text) -> str:
        """Its name; it has no other text."""
        return self.name() if kind == QAccessible.Text.Name and self.isValid() else ""

    def place(self) -> QRectF:
        """Where it is, from the top left corner of its message."""
        return self._root.area.flow.item(self.row).outline()

    def rect(self) -> QRect:
        """Where it is on the screen; nowhere while its message is out of view."""
        area = self._root.area
        for row, y, _ in area.flow.visible():
            if row == self.row:
                place = self.place().translated(area.column[0], y)
                corner = area.viewport().mapToGlobal(QPointF(place.topLeft()))
                return QRectF(corner, place.size()).toRect()
        return QRect()

    def state(self) -> QAccessible.State:
        """Whether it can be reached, is in view, and has the focus."""
        state = QAccessible.State()
        state.focusable = True
        state.readOnly = True
        state.offscreen = self.rect().isEmpty()
        state.focused = self._root.focusChild() is self
        return state

    def actionNames(self) -> list[str]:
        """What can be done with it."""
        return []


class MessageNode(Node):
    """One message."""

    def __init__(self, root: AreaNode, above: QAccessibleInterface, row: int) -> None:
        super().__init__(root, above, Role.ListItem, row)

    def name(self) -> str:
        """Author, time and the beginning of the text."""
        message = self._root.area.flow.rows[self.row]
        clock = self._root.area.flow.setting.clock
        text = _MARKUP.sub("", message.content[: 2 * NAME_LENGTH])
        text = " ".join(text.split())[:NAME_LENGTH]
        ending = words.ending(message)
        said = f"{text} {ending.sentence}" if ending else text
        return f"{words.author(message)}, {words.clock_time(message, clock)}: {said}"

    def state(self) -> QAccessible.State:
        """Busy while the reply arrives."""
        state = super().state()
        state.busy = self._root.area.flow.rows[self.row].status is Status.STREAMING
        return state

    def parts(self) -> list[Node]:
        """Its segments, then its buttons."""
        item = self._root.area.flow.item(self.row)
        root, row = self._root, self.row
        parts: list[Node] = [
            root.node(TextNode, self, row, block) for block in range(len(item.body.segments))
        ]
        return parts + [
            root.node(ButtonNode, self, row, index) for index in range(len(item.spots()))
        ]

    def actionNames(self) -> list[str]:
        """It can take the focus."""
        return [self.setFocusAction()]

    def doAction(self, name: str) -> None:
        """Take the focus."""
        if name == self.setFocusAction() and self.isValid():
            self._root.area.setFocus()
            self._root.area.focus_message(self.row)


class TextNode(Node):
    """One segment of a message."""

    def __init__(self, root: AreaNode, above: Node, row: int, block: int) -> None:
        segments = root.area.flow.item(row).body.segments
        kind = segments[block].kind if block < len(segments) else Kind.PARAGRAPH
        super().__init__(root, above, _ROLES.get(kind, Role.Paragraph), row)
        self._block = block

    def isValid(self) -> bool:
        """Whether the segment is still there."""
        if not super().isValid():
            return False
        return self._block < len(self._root.area.flow.item(self.row).body.segments)

    def name(self) -> str:
        """Its text; code says its language first."""
        body = self._root.area.flow.item(self.row).body
        item, segment = body.ready_item(self._block), body.segments[self._block]
        text = item.plain(0, item.length())
        if segment.kind is Kind.CODE:
            return f"Code in {segment.language or 'plain text'}:\n{text}"
        return text

    def place(self) -> QRectF:
        """Where the segment is."""
        item = self._root.area.flow.item(self.row)
        body = item.body
        x = item.body_x + body.indent_of(self._block)
        y = item.body_y + body.top_of(self._block)
        drawn = body.ready_item(self._block)
        return QRectF(x, y, drawn.used_width, drawn.height)

    def parts(self) -> list[Node]:
        """Its links."""
        links = self._root.area.flow.item(self.row).body.ready_item(self._block).links()
        return [
            self._root.node(LinkNode, self, self.row, self._block, number)
            for number in range(len(links))
        ]


class LinkNode(Node):
    """A link in a segment."""

    def __init__(self, root: AreaNode, above: Node, row: int, block: int, number: int) -> None:
        super().__init__(root, above, Role.Link, row)
        self._block = block
        self._number = number

    def _link(self) -> tuple[str, str, QRectF]:
        links = self._root.area.flow.item(self.row).body.ready_item(self._block).links()
        return links[self._number] if self._number < len(links) else ("", "", QRectF())

    def name(self) -> str:
        """The text of the link."""
        return self._link()[0]

    def place(self) -> QRectF:
        """Where the link begins."""
        item = self._root.area.flow.item(self.row)
        x = item.body_x + item.body.indent_of(self._block)
        y = item.body_y + item.body.top_of(self._block)
        return self._link()[2].translated(x, y)

    def actionNames(self) -> list[str]:
        """It can be followed."""
        return [self.pressAction()]

    def doAction(self, name: str) -> None:
        """Follow it."""
        if name == self.pressAction() and self.isValid():
            self._root.area.commands.follow(self.row, self._link()[1])


class ButtonNode(Node):
    """A button of a message."""

    def __init__(self, root: AreaNode, above: Node, row: int, index: int) -> None:
        super().__init__(root, above, Role.Button, row)
        self._index = index

    def isValid(self) -> bool:
        """Whether the button is still there."""
        if not super().isValid():
            return False
        return self._index < len(self._root.area.flow.item(self.row).spots())

    def name(self) -> str:
        """What it does."""
        return self._root.area.flow.item(self.row).spots()[self._index].name

    def place(self) -> QRectF:
        """Where it is."""
        return self._root.area.flow.item(self.row).spots()[self._index].rect

    def actionNames(self) -> list[str]:
        """It can be pressed."""
        return [self.pressAction()]

    def doAction(self, name: str) -> None:
        """Press it."""
        if name == self.pressAction() and self.isValid():
            spot = self._root.area.flow.item(self.row).spots()[self._index]
            self._root.area.commands.perform(self.row, spot.action)


class AreaNode(QAccessibleWidget):
    """The whole conversation: a list whose items are the messages.

    Attributes:
        area: The widget.
        generation: Counts conversations shown; nodes of an earlier one are invalid.
    """

    def __init__(self, area: TranscriptArea) -> None:
        super().__init__(area, Role.List, "Conversation")
        self.area = area
        self.generation = 0
        self._nodes: dict[tuple[object, ...], Node] = {}
        area.focus_moved.connect(self.on_focus_moved)

    def childCount(self) -> int:
        """The messages, and the find bar while it is open."""
        return len(self.area.flow.rows) + len(self._widgets())

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """One message, or the find bar."""
        count = len(self.area.flow.rows)
        if index < count:
            return self.node(MessageNode, self, index) if index >= 0 else None
        others = self._widgets()
        if index - count < len(others):
            return QAccessible.queryAccessibleInterface(others[index - count])
        return None

    def _widgets(self) -> list[QWidget]:
        return [bar for bar in self.area.floating() if bar.isVisible()]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Which message that is, or -1."""
        if isinstance(child, MessageNode):
            return child.row
        for index in range(len(self.area.flow.rows), self.childCount()):
            if self.child(index) is child:
                return index
        return -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        """The message at a place of the screen."""
        for row, _, _ in self.area.flow.visible():
            node = self.node(MessageNode, self, row)
            if node.rect().contains(x, y):
                return node
        return None

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        """The message or the button that has the keyboard's focus."""
        row, spot = self.area.focused
        if row < 0 or not self.area.hasFocus():
            return None
        message = self.node(MessageNode, self, row)
        return message if spot < 0 else self.node(ButtonNode, message, row, spot)

    def node(self, kind: Callable[..., Node], above: QAccessibleInterface, *which: int) -> Node:
        """The node of a part, made when it is first asked for."""
        key = (self.generation, kind, *which)
        known = self._nodes.get(key)
        if known is None:
            known = self._nodes[key] = kind(self, above, *which)
        return known

    def on_focus_moved(self, row: int, spot: int) -> None:
        """Tell the screen reader what has the focus."""
        del row, spot
        focused = self.focusChild()
        if QAccessible.isActive() and focused is not None:
            QAccessible.updateAccessibility(QAccessibleEvent(focused, QAccessible.Event.Focus))


def install() -> None:
    """Let Qt ask here for the tree of every transcript."""
    if not _installed:
        _installed.append(True)
        QAccessible.installFactory(_interface_for)


_installed: list[bool] = []


def _interface_for(key: str, thing: QObject) -> QAccessibleInterface | None:
    del key
    from chatapp.ui.chat.transcript.area import TranscriptArea

    if not isinstance(thing, TranscriptArea):
        return None
    if thing.accessible_root is None:
        thing.accessible_root = AreaNode(thing)
    return thing.accessible_root
