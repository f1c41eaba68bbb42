"""Backups: a zip of the plain session files, verified after it is written.

It is written as a stream to a temporary name, read back, and has its name only then.
`backup_reader` reads it, and any other, with mistrust.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import time
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import orjson

from chatapp.domain.errors import StorageError
from chatapp.kit import atomic
from chatapp.storage import layout

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping
    from pathlib import Path

    from chatapp.storage.files import Files
    from chatapp.storage.places import Places

SUFFIX = ".zip"
_NAME = re.compile(r"chatapp-(\d{8}T\d{6})Z\.zip")
_PIECE = 1 << 20
_AT_ONCE = 4 << 20  # bytes of JSON that may hold the interpreter lock at once
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
_ABANDONED_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup.

    Attributes:
        sessions: How many session files it holds.
        damaged: Members that are kept as they are but hold no JSON, as their files do.
    """

    path: Path
    sessions: int
    damaged: tuple[str, ...] = ()


def make(
    files: Files,
    places: Places,
    target: Path,
    extra: Mapping[str, bytes] | None = None,
    stop: threading.Event | None = None,
) -> Backup:
    """Write every session file into a zip, read it back, and only then give it its name.

    Each file is whole, since each is replaced whole; the program may go on meanwhile.

    Args:
        files: The file system.
        places: Where the sessions lie; not shared with another thread.
        target: The zip; one that is there is replaced.
        extra: More members, by name.
        stop: Ends the work when it is set.

    Raises:
        InterruptedError: It was stopped; nothing of that name was touched.
        OSError: It cannot be written; nothing of that name was touched.
        StorageError: What was written does not read back.
    """
    atomic.make_folder(target.parent)
    temporary = target.with_name(f"~{target.name}.tmp")
    try:
        with os.fdopen(os.open(temporary, _CREATE, atomic.FILE_MODE), "wb") as stream:
            written = _write(files, places, stream, extra or {}, stop)
            stream.flush()
            atomic.sync_file(stream.fileno())
        damaged = _verify(temporary, written, stop)
        temporary.replace(target)
    finally:
        if temporary.is_file():
            temporary.unlink()
    atomic.sync_folder(target.parent)
    return Backup(target, len(written) - len(extra or {}), damaged)


def name_at(moment: dt.datetime) -> str:
    """What a backup made at a moment, in UTC, is called."""
    return f"chatapp-{moment:%Y%m%dT%H%M%S}Z{SUFFIX}"


def made_at(path: Path) -> dt.datetime:
    """When a backup was made, as its name says."""
    match = _NAME.fullmatch(path.name)
    assert match is not None  # `kept_in` gives no others
    return dt.datetime.strptime(match[1] + "+0000", "%Y%m%dT%H%M%S%z")


def kept_in(folder: Path) -> list[Path]:
    """The backups of a folder, oldest first; nothing else in it is touched."""
    with contextlib.suppress(OSError):
        return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    return []


def prune(folder: Path, keep: int, fresh: Path) -> None:
    """Remove all but the newest `keep`; `fresh` stays, even if a clock named others later."""
    others = [path for path in kept_in(folder) if path.name != fresh.name]
    for path in others[: len(others) + 1 - max(keep, 1)]:
        with contextlib.suppress(OSError):  # another program reads it; it goes the next time
            path.unlink(missing_ok=True)
    for path in folder.glob("~chatapp-*.zip.tmp"):  # left by one that was killed
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
                path.unlink()


def _write(
    files: Files,
    places: Places,
    stream: BinaryIO,
    extra: Mapping[str, bytes],
    stop: threading.Event | None,
) -> dict[str, int]:
    """Gives the checksum of each member."""
    written = {}
    with zipfile.ZipFile(stream, "w") as archive:
        for day in places.days():
            for name, signature in places.session_files(day):
                _go_on(stop)
                member = f"{day}/{name}"
                with contextlib.suppress(FileNotFoundError):  # deleted since it was listed
                    raw = files.read(places.root / day / name)
                    written[member] = _add(archive, member, raw, signature.mtime_ns)
        for member, raw in extra.items():
            written[member] = _add(archive, member, raw, time.time_ns())
    return written


def _add(archive: zipfile.ZipFile, member: str, raw: bytes, mtime_ns: int) -> int:
    info = zipfile.ZipInfo(member, _zip_time(mtime_ns))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = atomic.FILE_MODE << 16
    with archive.open(info, "w", force_zip64=True) as stream:
        for start in range(0, len(raw), _PIECE):
            stream.write(raw[start : start + _PIECE])
    return zlib.crc32(raw)


def _zip_time(mtime_ns: int) -> tuple[int, int, int, int, int, int]:
    """A moment as a zip can say it: local, from 1980 to 2107 (APPNOTE.TXT, 4.4.6)."""
    try:
        year, *rest = time.localtime(mtime_ns // 1_000_000_000)[:6]
    except (OverflowError, OSError):
        year, rest = 0, []
    if not 1980 <= year <= 2107:
        return (1980, 1, 1, 0, 0, 0)
    month, day, hour, minute, second = rest
    return (year, month, day, hour, minute, second)


def _verify(path: Path, written: dict[str, int], stop: threading.Event | None) -> tuple[str, ...]:
    """Read everything back; gives the members that are no JSON."""
    damaged = []
    with zipfile.ZipFile(path) as archive:
        for member, checksum in written.items():
            _go_on(stop)
            raw = archive.read(member)  # its own checksum is compared too
            if zlib.crc32(raw) != checksum:
                raise StorageError("The backup does not read back as it was written.", "Try again.")
            if member.endswith(".json") and not _is_json(raw):
                damaged.append(member)
    return tuple(damaged)


def _is_json(raw: bytes) -> bool:
    """Whether it parses; a large session is looked at message by message."""
    region = layout.find_region(raw) if len(raw) > _AT_ONCE else None
    try:
        if region is None:
            orjson.loads(raw)
        else:
            orjson.loads(raw[: region.start] + raw[region.end :])
            for place in layout.borders(raw, region):
                orjson.loads(raw[place.start : place.end])
    except orjson.JSONDecodeError:
        return False
    return True


def _go_on(stop: threading.Event | None) -> None:
    if stop is not None and stop.is_set():
        raise InterruptedError
