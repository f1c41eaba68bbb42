"""What a transcript does when it is told to: copy, fold, follow a link, bring into view.

What it cannot do itself it asks for: editing, regenerating, opening an address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication

from chatapp.ui.chat.transcript.body import CHARACTERS_SHOWN
from chatapp.ui.chat.transcript.code import COPY_ACTION, TOGGLE_CODE
from chatapp.ui.chat.transcript.fold_stack import COPY_PART
from chatapp.ui.chat.transcript.folded_message import TOGGLE
from chatapp.ui.chat.transcript.references import NOTE
from chatapp.ui.chat.transcript.reply_item import SHOW_MORE, ReplyItem
from chatapp.ui.chat.transcript.selected_text import selected_text
from chatapp.ui.chat.transcript.selection import END, Place
from chatapp.ui.chat.transcript.words import REASONING, TOOL_CALL

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatapp.ui.chat.transcript.area import TranscriptArea

Span = tuple[int, int]


class Commands:
    """Carries out what mouse, keyboard, menu and screen reader ask of one transcript."""

    def __init__(self, area: TranscriptArea) -> None:
        self._area = area

    def selected_text(self) -> str:
        """What is selected: whole segments as Markdown, parts of one as plain text."""
        return selected_text(self._area.flow, self._area.selection)

    def select_all(self) -> None:
        """Select the whole conversation."""
        if len(self._area.flow.rows):
            last = Place(len(self._area.flow.rows) - 1, END, END)
            self._area.selection.select(Place(0, 0, 0), last)
            self._area.viewport().update()

    def copy(self, *, plain: bool = False) -> None:
        """Put the selected text on the clipboard, as Markdown or plain."""
        if self._area.selection.range is not None:
            self._copy(selected_text(self._area.flow, self._area.selection, plain=plain))

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    def perform(self, row: int, action: str) -> None:
        """Do what a button of a message stands for, or ask for it."""
        item = self._area.flow.item(row)
        name, _, block = action.partition(":")
        if name == COPY_ACTION:
            self._copy(item.body.segments[int(block)].text)
            self._area.pointer.show_copied(row, block)
        elif name == COPY_PART and isinstance(item, ReplyItem):
            part, _, index = block.partition(":")
            self._copy(item.part_code(part, int(index)))
        elif name == TOGGLE_CODE:
            item.body.toggle_code(int(block))
            self._unfold(row)
        elif name == "copy":
            self._copy(item.message.content)
            self._area.pointer.show_copied(row, "")
        elif name == SHOW_MORE:
            item.body.show_more(item.body.shown + CHARACTERS_SHOWN)
            self._unfold(row)
        elif name in {REASONING, TOGGLE} or name.startswith(TOOL_CALL):
            self._area.flow.setting.unfolded ^= {(item.message.id, name)}
            self._unfold(row)
        else:
            self._area.action_requested.emit(name, item.message.id)

    def _unfold(self, row: int) -> None:
        self._area.flow.refresh(row)
        self._area.refresh()

    def follow(self, row: int, address: str) -> None:
        """Go to a footnote, or hand a link on."""
        if not address.startswith(NOTE):
            self._area.link_activated.emit(address)
            return
        body = self._area.flow.item(row).body
        block = body.references.segment_of(int(address.removeprefix(NOTE) or 0), body.segments)
        if block is not None:
            self._area.flow.bring_into_view(row, block, QRectF(0, 0, 1, 1))
            self._area.refresh()

    def reveal(self, row: int, at: int, place: Callable[[int, int], Span | None]) -> None:
        """Bring into view what stands at `at` in the text of a message.

        Args:
            row: The message.
            at: A place in its text, in characters.
            place: Tells which positions of a segment, by message and number, are meant.
        """
        body = self._area.flow.item(row).body
        body.show_more(at + 1)
        block = body.block_of(at)
        item = body.ready_item(block)
        span = place(row, block)
        start = span[0] if span is not None else 0
        item.reveal(start)
        body.lay_out_again(block)
        self._area.flow.bring_into_view(row, block, item.rect_of(start))
        self._area.refresh()
