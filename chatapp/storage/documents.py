"""Read a session file whole, with what is needed to know later whether it changed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from chatapp.storage import codec
from chatapp.storage.salvage import join_duplicates, salvage

if TYPE_CHECKING:
    from pathlib import Path

    from chatapp.domain.session import Session
    from chatapp.storage.files import Files, Signature

LARGEST_FILE = 1 << 30  # bytes; more would not fit into memory several times over
_LOOKS = 5  # at a file that changes while it is read


class LeftAloneError(codec.DamagedFile):
    """The file is sound but not for this version to open, and must not be touched."""


@dataclass(frozen=True, slots=True)
class Version:
    """A session file as it was at one moment.

    Attributes:
        checksum: CRC-32 of its bytes.
        mended: Whether its bytes were not a plain session, so that it must be kept
            aside before it is replaced.
    """

    session: Session
    signature: Signature
    checksum: int
    mended: bool = False


def read_version(files: Files, path: Path, *, file_id: str | None = None) -> Version:
    """The file at `path`.

    Args:
        files: The file system.
        path: A session file.
        file_id: The id its name stands for, if that is not the whole stem.

    Raises:
        FileNotFoundError: There is no such file.
        LeftAloneError: It must not be touched.
        DamagedFile: It is no whole session now; it may be in the middle of being written.
        OSError: It cannot be read, or somebody writes it all the time.
    """
    signature, raw = _read(files, path)
    stem, day = file_id or path.stem, path.parent.name
    # A key of the document that stands twice makes any parser drop one of the two.
    if raw.count(b'"messages"') > 1 and (document := join_duplicates(raw)) is not None:
        session = codec.decode(orjson.dumps(document), file_id=stem, day=day)
        return Version(session, signature, zlib.crc32(raw), mended=True)
    session = codec.decode(raw, file_id=stem, day=day)
    _refuse_newer(session)
    return Version(session, signature, zlib.crc32(raw))


def salvage_version(files: Files, path: Path, *, file_id: str | None = None) -> Version:
    """What can be saved of a damaged file; its session says so in its metadata.

    Raises:
        LeftAloneError: It is too large to be read.
        OSError: It cannot be read.
    """
    signature, raw = _read(files, path)
    document: dict[str, Any] = {"session_id": file_id or path.stem, **salvage(raw)}
    found = codec.decode(orjson.dumps(document), file_id=path.stem, day=path.parent.name)
    found.metadata = {"type": "chat", **found.metadata, "recovered": True}
    return Version(found, signature, zlib.crc32(raw), mended=True)


def _read(files: Files, path: Path) -> tuple[Signature, bytes]:
    for _ in range(_LOOKS):
        before = files.signature(path)
        if before is None:
            raise FileNotFoundError(2, "no such file", str(path))
        if before.size > LARGEST_FILE:
            raise LeftAloneError("The file is larger than this program can open.")
        raw = files.read(path)
        if files.signature(path) == before:
            return before, raw
    raise BlockingIOError(11, "another program is writing it")


def _refuse_newer(session: Session) -> None:
    version = session.extra.get(codec.FORMAT_KEY)
    if isinstance(version, int) and version > codec.FORMAT:
        raise LeftAloneError("The file was written by a newer version of this program.")
