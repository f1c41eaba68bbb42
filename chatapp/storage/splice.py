"""Write a large session again without making its old messages anew.

Messages that stand in the file already are copied as bytes, a megabyte at a time;
only what is new is made. So a save costs the processor what is new, and no call
holds the interpreter for long. Where anything about the file is not as this program
writes it, everything is made anew.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from chatapp.storage import codec, layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chatapp.domain.session import Session
    from chatapp.storage.documents import Version
    from chatapp.storage.files import Files

WORTH_COPYING = 1 << 20  # bytes; smaller files are made anew just as fast
_PIECE = 1 << 20
_HEAD_BYTES = 1 << 16
_LOOSE_ENDS = 3  # messages at the end of the file that may have changed: a reply that grew


def file_chunks(
    files: Files, session: Session, path: Path, current: Version | None
) -> Iterator[bytes]:
    """The bytes of the session's file.

    Args:
        files: The file system.
        session: What the file is to hold.
        path: Where the file stands now.
        current: What is known of it; None if there is none.

    Raises:
        OSError: The file at `path` changed while it was copied, or cannot be read.
    """
    kept = 0 if current is None else _unchanged(session, current)
    region = _region(files, path, current, kept) if kept and current is not None else None
    if region is None or current is None:
        yield from codec.encode_chunks(session)
        return
    yield codec.encode_head(session) + b"\n"
    for start in range(region.start, region.end, _PIECE):
        yield files.read(path, start, min(_PIECE, region.end - start))
    if files.signature(path) != current.signature:
        raise BlockingIOError(11, "another program is writing the file")
    for chunk in codec.encode_messages(session.messages[kept:]):
        yield b",\n" + chunk
    yield from codec.encode_tail(session)


def _unchanged(session: Session, current: Version) -> int:
    """How many messages from the first on are those of the file, or 0 if few are."""
    old, new = current.session.messages, session.messages
    usable = (
        current.signature.size >= WORTH_COPYING
        and not current.mended
        and codec.UNREADABLE not in current.session.extra
    )
    longest = min(len(old), len(new)) if usable else 0
    for kept in range(longest, max(0, longest - _LOOSE_ENDS), -1):
        if old[kept - 1] is new[kept - 1] and all(map(operator.is_, old[:kept], new)):
            return kept
    return 0


def _region(files: Files, path: Path, current: Version, kept: int) -> layout.Region | None:
    """Where the first `kept` messages stand in the file."""
    start = layout.find_start(files.read(path, 0, _HEAD_BYTES))
    if start is None:
        return None
    back = len(current.session.messages) - kept
    has_branches = bool(current.session.branches)
    end = layout.find_end(files, path, current.signature.size, back, has_branches=has_branches)
    return None if end is None or end <= start else layout.Region(start, end)
