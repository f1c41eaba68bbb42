"""The selected text, as it is copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatapp.ui.chat.transcript.flow import Flow
    from chatapp.ui.chat.transcript.selection import Place, Selection


def selected_text(flow: Flow, selection: Selection, *, plain: bool = False) -> str:
    """Whole segments as the Markdown they were written in, parts of one as plain text.

    With `plain`, everything is given as it is read: this lays out what is selected.
    """
    chosen = selection.range
    if chosen is None:
        return ""
    first, last = chosen
    rows = range(first.row, last.row + 1)
    return "\n\n".join(_message_text(flow, row, first, last, plain=plain) for row in rows)


def _message_text(flow: Flow, row: int, first: Place, last: Place, *, plain: bool) -> str:
    whole_start = row > first.row or first[1:] == (0, 0)
    if whole_start and row < last.row and not plain:
        return flow.rows[row].content
    item = flow.item(row)
    body, source = item.body, flow.rows[row].content
    start = first.block if row == first.row else 0
    end = last.block if row == last.row else len(body.segments) - 1
    pieces = []
    for block in range(start, min(end + 1, len(body.segments))):
        segment = body.segments[block]
        begin = first.position if (row, block) == first[:2] else 0
        stop = last.position if (row, block) == last[:2] else None
        drawn = body.ready_item(block)
        whole = begin == 0 and (stop is None or stop >= drawn.length())
        if whole and not plain:
            pieces.append(source[segment.start : segment.end])
        else:
            pieces.append(drawn.plain(begin, drawn.length() if stop is None else stop))
    return "\n\n".join(pieces)
