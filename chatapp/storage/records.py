r"""Journal records on disk: framed, checksummed, readable with `less`.

One record is one line: `W1 <crc32: 8 hex> <length: 8 hex> <JSON>\n`. JSON escapes
line breaks, so after damage a reader finds the next record at the next line. The
checksum is seeded with the name of the segment; bytes of another or an older
segment that a file system hands back never validate.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

_MAGIC = b"W1 "
_HEAD = len(_MAGIC) + 18  # two numbers of 8 digits, each followed by a space


def salt(instance: str, segment: int) -> int:
    """The seed of the checksums in one segment."""
    return zlib.crc32(f"{instance}/{segment}".encode())


def frame(payload: bytes, seed: int) -> bytes:
    """`payload`, JSON without a raw line break, as one record."""
    return b"%b%08x %08x %b\n" % (_MAGIC, zlib.crc32(payload, seed), len(payload), payload)


@dataclass(slots=True)
class Scan:
    """What a segment holds.

    Attributes:
        payloads: Every whole record, in order.
        torn: Something at the end is no record: a write that a crash cut short.
        damaged: Whole records follow after bytes that are none; a crash alone cannot do this.
    """

    payloads: list[bytes] = field(default_factory=list)
    torn: bool = False
    damaged: bool = False


def scan(data: bytes, seed: int) -> Scan:
    """Find every whole record of a segment, whatever stands between them."""
    found = Scan()
    position, gap = 0, -1
    while position < len(data):
        end = _end_of_record(data, position, seed)
        if end:
            # Zeros are what a power cut leaves of writes nobody waited for.
            found.damaged |= gap >= 0 and b"\0" not in data[gap:position]
            found.payloads.append(data[position + _HEAD : end - 1])
            position, gap = end, -1
            continue
        gap = position if gap < 0 else gap
        line = data.find(b"\n" + _MAGIC, position)
        if line < 0:
            break
        position = line + 1
    found.torn = gap >= 0
    return found


def _end_of_record(data: bytes, position: int, seed: int) -> int:
    """Where the record at `position` ends, or 0 if no whole record stands there."""
    head = data[position : position + _HEAD]
    if len(head) < _HEAD or not head.startswith(_MAGIC):
        return 0
    try:
        checksum, length = int(head[3:11], 16), int(head[12:20], 16)
    except ValueError:
        return 0
    start, end = position + _HEAD, position + _HEAD + length
    if data[end : end + 1] != b"\n" or zlib.crc32(data[start:end], seed) != checksum:
        return 0
    return end + 1
