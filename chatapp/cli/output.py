"""What the terminal front end writes, and what it keeps from writing.

Data goes to standard output, everything else to standard error. Both may be a
terminal, and what is written comes from models and from files: a reply must not
move the cursor, rename the window or answer for the user. So control characters
never get out, but for the line break and the tab.
"""

from __future__ import annotations

import contextlib
import re
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from chatapp.domain.errors import ChatAppError

_CONTROLS = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {ord("\n"), ord("\t")})
# Embeddings, overrides and isolates (Unicode annex 9) would turn around what follows on the line.
_REORDERING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_RAW_CONTROLS = re.compile("[\x7f-\x9f]")


class OutputRefused(Exception):  # noqa: N818 - a state of the reader, not of the program
    """Standard output takes nothing more: the reader has gone, or the disk is full."""


def plain(text: str) -> str:
    """`text` without control characters but for line breaks and tabs.

    Works piece by piece: the pieces of a text give the pieces of the whole.
    """
    return text.translate(_CONTROLS)


def plain_line(text: str) -> str:
    """`text` on one line that cannot disturb what stands beside it."""
    return " ".join(text.split()).translate(_CONTROLS | _REORDERING)


def write(text: str) -> None:
    """Write data, at once and exactly as it is.

    Raises:
        OutputRefused: Nobody reads it, or it cannot be written.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        raise OutputRefused from error


def write_line(text: str) -> None:
    """Write text that may come from anywhere, and a line break."""
    write(plain(text) + "\n")


def write_json(value: object) -> None:
    """Write `value` as indented JSON."""
    import orjson

    write_json_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")


def write_json_bytes(data: bytes) -> None:
    """Write JSON text; control characters that it may hold raw are escaped, so it means the same.

    JSON itself asks for escapes only below U+0020 (RFC 8259, 7).
    """
    write(_RAW_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", data.decode()))


def note(text: str) -> None:
    """Say something that is not data; a reader who has gone does not matter."""
    write_note(plain(text) + "\n")


def write_note(text: str) -> None:
    """The same, exactly as it is."""
    with contextlib.suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()


def complain(error: ChatAppError) -> None:
    """Say why something could not be done, on one line."""
    note(plain_line(str(error)))


def prepare(*streams: TextIO) -> None:
    """Let no character be too strange to write; what is not a terminal gets UTF-8."""
    for stream in streams:
        if isinstance(stream, TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="replace")
