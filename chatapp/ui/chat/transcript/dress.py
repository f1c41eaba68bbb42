"""Gives a parsed document the look of the transcript.

Qt's Markdown parser decides structure; sizes, spacing, colours and what stands in
the place of an image are decided here, in one pass over the blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextList,
    QTextListFormat,
)

from chatapp.ui.chat.transcript.references import NOTE
from chatapp.ui.chat.transcript.safety import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QTextDocument, QTextFragment

    from chatapp.ui.chat.transcript.style import Style

_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
_QUOTE = QTextFormat.Property.BlockQuoteLevel.value
_SIZE_ADJUSTMENT = QTextFormat.Property.FontSizeAdjustment.value
_CODE_FENCE = QTextFormat.Property.BlockCodeLanguage.value
_ALTERNATIVE = QTextFormat.Property.ImageAltText.value
_SPECIAL = frozenset("`[<!@/w")
QUOTE_STEP = 16


@dataclass(slots=True)
class Dressed:
    """What is drawn by hand around the text.

    Attributes:
        code: Places of inline code, each its first position and its length.
        quotes: Blocks of quotes, each its number and how deep it is quoted.
        cards: Blocks of code inside quotes or lists, by number.
        tasks: Blocks of a task list, each its number and whether it is done.
    """

    code: list[tuple[int, int]] = field(default_factory=list)
    quotes: list[tuple[int, int]] = field(default_factory=list)
    cards: list[int] = field(default_factory=list)
    tasks: list[tuple[int, bool]] = field(default_factory=list)


def dress(document: QTextDocument, source: str, style: Style) -> Dressed:
    """Style a document just parsed from the Markdown `source`."""
    dressed = Dressed()
    cursor = QTextCursor(document)
    cursor.beginEditBlock()  # one layout for all changes
    special = not _SPECIAL.isdisjoint(source)
    block = document.begin()
    while block.isValid():
        _dress_block(cursor, block, style, dressed)
        if special:
            _dress_fragments(cursor, block, style, dressed)
        block = block.next()
    cursor.endEditBlock()
    return dressed


def dress_plain(document: QTextDocument, style: Style) -> None:
    """Give plain text its line height."""
    cursor = QTextCursor(document)
    cursor.select(QTextCursor.SelectionType.Document)
    shape = QTextBlockFormat()
    shape.setLineHeight(style.line_percent, _PROPORTIONAL)
    cursor.mergeBlockFormat(shape)


def _dress_block(cursor: QTextCursor, block: QTextBlock, style: Style, dressed: Dressed) -> None:
    old, items, number = block.blockFormat(), _list_of(block), block.blockNumber()
    new = QTextBlockFormat()
    new.setLineHeight(style.line_percent, _PROPORTIONAL)
    new.setTopMargin(_gap_above(block, items) * style.line if number else 0)
    new.setBottomMargin(0)
    cursor.setPosition(block.position())
    quoted = old.intProperty(_QUOTE)
    if quoted:
        new.setLeftMargin(quoted * style.px(QUOTE_STEP))
        new.setRightMargin(0)
        dressed.quotes.append((number, quoted))
    if old.hasProperty(_CODE_FENCE) or old.nonBreakableLines():
        dressed.cards.append(number)
        new.setNonBreakableLines(False)
    if old.marker() != QTextBlockFormat.MarkerType.NoMarker:
        done = old.marker() == QTextBlockFormat.MarkerType.Checked
        dressed.tasks.append((number, done))
    cursor.mergeBlockFormat(new)
    if quoted:
        _select(cursor, block.position(), block.length() - 1)
        cursor.mergeCharFormat(style.quote_format)
    if old.headingLevel():
        _dress_heading(cursor, block, style.heading_formats[min(old.headingLevel(), 6) - 1])
    if items is not None and block == items.item(0):
        _dress_list(items)


def _gap_above(block: QTextBlock, items: QTextList | None) -> float:
    """The space above a block that is not the first, in lines."""
    if items is None:
        return 0.45 if block.blockFormat().headingLevel() == 0 else 0.9
    before = block.previous()
    return 0.45 if _list_of(before) is None else 0.25


def _dress_heading(cursor: QTextCursor, block: QTextBlock, heading: QTextCharFormat) -> None:
    for fragment in fragments(block):
        shape = fragment.charFormat()
        shape.clearProperty(_SIZE_ADJUSTMENT)  # it would be applied beside the size
        shape.merge(heading)
        _select(cursor, fragment.position(), fragment.length())
        cursor.setCharFormat(shape)


def _list_of(block: QTextBlock) -> QTextList | None:
    """The list a block is an item of; Qt answers with nothing, which its stub does not say."""
    return block.textList()


def _dress_list(items: QTextList) -> None:
    shape = items.format()
    if shape.style() in {QTextListFormat.Style.ListCircle, QTextListFormat.Style.ListSquare}:
        shape.setStyle(QTextListFormat.Style.ListDisc)
        items.setFormat(shape)


def _dress_fragments(
    cursor: QTextCursor, block: QTextBlock, style: Style, dressed: Dressed
) -> None:
    images: list[tuple[int, int, QTextCharFormat]] = []
    for fragment in fragments(block):
        shape = fragment.charFormat()
        position, length = fragment.position(), fragment.length()
        if shape.isImageFormat():
            images.append((position, length, shape))
        elif shape.fontFixedPitch():
            _select(cursor, position, length)
            cursor.mergeCharFormat(style.code_format)
            if not (dressed.cards and dressed.cards[-1] == block.blockNumber()):
                dressed.code.append((position, length))
                _make_room(cursor, block, position, length, style)
        elif shape.isAnchor():
            _select(cursor, position, length)
            note = shape.anchorHref().startswith(NOTE)
            cursor.mergeCharFormat(style.note_format if note else style.link_format)
    for position, length, shape in reversed(images):
        _replace_image(cursor, position, length, shape, style)


def _make_room(
    cursor: QTextCursor, block: QTextBlock, position: int, length: int, style: Style
) -> None:
    """Keep the neighbours of inline code off the ground drawn behind it."""
    for at in (position - 1, position + length - 1):
        if at >= block.position():
            _select(cursor, at, 1)
            cursor.mergeCharFormat(style.beside_code_format)


def _replace_image(
    cursor: QTextCursor, position: int, length: int, shape: QTextCharFormat, style: Style
) -> None:
    """Put the image's name and host in its place: it is never fetched or read."""
    image = shape.toImageFormat()
    address = image.name()
    host = QUrl(address).host()
    name = str(image.property(_ALTERNATIVE) or "").strip() or "Image"
    link = QTextCharFormat(style.link_format)
    link.setAnchor(True)
    link.setAnchorHref(address)
    _select(cursor, position, length)
    cursor.insertText(visible(f"{name} ({host})" if host else name), link)


def fragments(block: QTextBlock) -> Iterator[QTextFragment]:
    """The stretches of a block with one format each."""
    found = []
    place = block.begin()
    while not place.atEnd():
        fragment = place.fragment()
        if fragment.isValid():
            found.append(fragment)
        place += 1
    return iter(found)


def _select(cursor: QTextCursor, position: int, length: int) -> None:
    cursor.setPosition(position)
    cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
