"""Backups: a zip of the plain session files, verified after it is written, restored by merge.

A zip of one's own making is trusted as little as any other when it is read: only
names of session files count, what they unpack to is limited while it is read, and
nothing is ever unpacked to a path.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from chatapp.domain.errors import StorageError
from chatapp.kit import atomic
from chatapp.storage import codec
from chatapp.storage.documents import LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chatapp.domain.session import Session
    from chatapp.storage.files import Files
    from chatapp.storage.places import Places

SUFFIX = ".zip"
_NAME = re.compile(r"chatapp-(\d{8}T\d{6})Z\.zip")
_MEMBER = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)/(?P<stem>[^/\\]{1,200})\.json")
_PIECE = 1 << 20
_MOST_MEMBERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup.

    Attributes:
        sessions: How many session files it holds.
    """

    path: Path
    sessions: int


def make(files: Files, places: Places, target: Path) -> Backup:
    """Write every session file into a zip, read it back, and only then give it its name.

    Each file is whole, since each is replaced whole; the program may go on meanwhile.

    Raises:
        OSError: It cannot be written; nothing of that name was touched.
        StorageError: What was written does not read back.
    """
    atomic.make_folder(target.parent)
    temporary = target.with_name(f"~{target.name}.tmp")
    try:
        with temporary.open("wb") as stream:
            written = _write(files, places, stream)
            stream.flush()
            atomic.sync_file(stream.fileno())
        _verify(temporary, written)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    atomic.sync_folder(target.parent)
    return Backup(target, len(written))


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


def sessions_in(path: Path) -> Iterator[Session | None]:
    """The sessions of a backup, one after the other; None for a member that is none.

    Raises:
        StorageError: The file is no backup.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist()[:_MOST_MEMBERS]:
                match = _MEMBER.fullmatch(member.filename)
                if match is not None:
                    yield _session(archive, member, match["stem"], match["day"])
    except (zipfile.BadZipFile, OSError) as error:
        raise StorageError("This file is no backup that can be read.") from error


def _session(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, stem: str, day: str
) -> Session | None:
    try:
        with archive.open(member) as stream:
            raw = stream.read(LARGEST_FILE + 1)  # whatever the header says of its size
        if len(raw) > LARGEST_FILE:
            return None
        return codec.decode(raw, file_id=stem, day=day)
    except (codec.DamagedFile, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        return None


def _write(files: Files, places: Places, stream: BinaryIO) -> dict[str, int]:
    """Gives the checksum of each member."""
    written = {}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for day in places.days():
            for name, _ in places.session_files(day):
                member = f"{day}/{name}"
                with contextlib.suppress(FileNotFoundError):  # deleted since it was listed
                    written[member] = _add(archive, member, files.read(places.root / day / name))
    return written


def _add(archive: zipfile.ZipFile, member: str, raw: bytes) -> int:
    with archive.open(zipfile.ZipInfo(member), "w", force_zip64=True) as stream:
        for start in range(0, len(raw), _PIECE):
            stream.write(raw[start : start + _PIECE])
    return zlib.crc32(raw)


def _verify(path: Path, written: dict[str, int]) -> None:
    with zipfile.ZipFile(path) as archive:
        for member, checksum in written.items():
            found = 0
            with archive.open(member) as stream:
                while piece := stream.read(_PIECE):
                    found = zlib.crc32(piece, found)
            if found != checksum:
                raise StorageError("The backup does not read back as it was written.", "Try again.")
