"""Reads a backup, or whatever calls itself one, with mistrust.

Nothing is ever unpacked to a path: sessions are decoded from memory and merged. A zip
that tries to lead elsewhere or to fill the memory is refused as a whole, with a
sentence, before anything of it is used.
"""

from __future__ import annotations

import datetime as dt
import re
import stat
import zipfile
import zlib
from typing import TYPE_CHECKING, NamedTuple

from chatapp.domain.errors import InvalidSessionId, StorageError
from chatapp.domain.ids import check_session_id
from chatapp.storage import codec
from chatapp.storage.documents import LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chatapp.domain.session import Session

MOST_MEMBERS = 1_000_000
MOST_BYTES = 256 << 30  # unpacked, all together
MOST_RATIO = 200  # of unpacked to packed, for what is larger than ...
SMALL = 64 << 20  # ... this: a short text said a million times may shrink as it likes
_MEMBER = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)/(?P<stem>[^/]{1,200})\.json")
_PIECE = 1 << 20
_NOTHING = "Nothing was restored."


class Read(NamedTuple):
    """One session file of a backup; its session is None if it holds none."""

    member: str
    session: Session | None


def check(path: Path) -> None:
    """Read everything once, and use nothing.

    Raises:
        StorageError: It is no backup, or not one to be trusted.
    """
    for _ in sessions_in(path):
        pass


def sessions_in(path: Path) -> Iterator[Read]:
    """The session files of a backup, one after the other.

    Raises:
        StorageError: It is no backup, or not one to be trusted.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _refuse_tricks(members)
            total = 0
            for member in members:
                if match := _MEMBER.fullmatch(member.filename):
                    raw = _raw(archive, member, MOST_BYTES - total)
                    total += 0 if raw is None else len(raw)
                    yield Read(member.filename, _session(raw, match["stem"], match["day"]))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise StorageError("This file is no backup that can be read.", _NOTHING) from error


def _refuse_tricks(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise StorageError("The zip holds more files than a backup can.", _NOTHING)
    names = set()
    for member in members:
        name = member.orig_filename
        if _leads_elsewhere(name) or stat.S_ISLNK(member.external_attr >> 16):
            raise StorageError("The zip tries to reach outside its folder.", _NOTHING)
        if name in names:
            raise StorageError("The zip holds two files of one name.", _NOTHING)
        names.add(name)


def _leads_elsewhere(name: str) -> bool:
    parts = name.split("/")
    return ".." in parts or not parts[0] or any(sign in name for sign in "\\:\0")


def _raw(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: int) -> bytes | None:
    """The bytes of a member, whatever its header says of their number; None if damaged."""
    most = min(room, LARGEST_FILE, max(SMALL, MOST_RATIO * member.compress_size))
    pieces, size = [], 0
    try:
        with archive.open(member) as stream:
            while piece := stream.read(_PIECE):
                pieces.append(piece)
                size += len(piece)
                if size > most:
                    raise StorageError("The zip unpacks to more than a backup can.", _NOTHING)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return None  # damaged, encrypted, or packed in an unknown way
    return b"".join(pieces)


def _session(raw: bytes | None, stem: str, day: str) -> Session | None:
    if raw is None:
        return None
    try:
        dt.date.fromisoformat(day)
        session = codec.decode(raw, file_id=stem, day=day)
        check_session_id(session.id)
    except (codec.DamagedFile, InvalidSessionId, ValueError):
        return None
    return session
