"""Looks at every file of the library, says what is wrong with it, and mends what loses nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from chatapp.domain.ids import session_key
from chatapp.storage import codec
from chatapp.storage.documents import LeftAloneError, read_version
from chatapp.storage.places import DAY, SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chatapp.storage.documents import Version
    from chatapp.storage.engine import Engine
    from chatapp.storage.files import Files
    from chatapp.storage.places import Places

_SAFE = ("Its bytes are kept in the quarantine.", "Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        file: Day and name of the file, or the name of what lies in the sessions folder.
        what: A sentence: what was found.
        done: A sentence: what was done about it, or why nothing was.
        repaired: Whether it is well now.
    """

    file: str
    what: str
    done: str
    repaired: bool


class Doctor:
    """Examines the sessions folder through the engine that keeps it."""

    def __init__(self, files: Files, engine: Engine) -> None:
        self._files = files
        self._engine = engine
        self._places = engine.places

    def examine(self) -> Iterator[Finding]:
        """What is wrong, file by file; each is mended before the next is looked at."""
        yield from foreign_folders(self._files, self._places)
        seen: Counter[str] = Counter()
        for day in self._places.days():
            for name, _ in list(self._places.session_files(day)):
                yield from self._file(self._places.root / day / name, seen)

    def _file(self, path: Path, seen: Counter[str]) -> Iterator[Finding]:
        label = f"{path.parent.name}/{path.name}"
        try:
            version = read_version(self._files, path)
        except LeftAloneError as reason:
            yield Finding(label, str(reason), "It was left as it is.", repaired=False)
        except codec.DamagedFile as damage:
            yield self._mend(path, label, str(damage))
        except OSError as error:
            why = (error.strerror or "unknown reason").lower()
            yield Finding(label, f"It cannot be read ({why}).", _SAFE[1], repaired=False)
        else:
            key = session_key(version.session.id)
            seen[key] += 1
            if path.name != f"{key}{SUFFIX}" or seen[key] > 1:
                yield self._bring_home(path, label)
            else:
                yield from self._content(path, label, version)

    def _mend(self, path: Path, label: str, damage: str) -> Finding:
        try:
            session = self._engine.mend(path.stem)
        except (codec.DamagedFile, OSError):
            done = "No whole message is left in it. It was left as it is."
            return Finding(label, damage, done, repaired=False)
        count = 0 if session is None else len(session.messages)
        messages = "1 message was" if count == 1 else f"{count} messages were"
        return Finding(label, damage, f"{messages} saved. {_SAFE[0]}", repaired=True)

    def _bring_home(self, path: Path, label: str) -> Finding:
        what = "The chat in it belongs in another file, as after a conflict between machines."
        try:
            done = self._engine.adopt(path) is not None and self._files.signature(path) is None
        except OSError:
            done = False
        if not done:
            return Finding(label, what, _SAFE[1], repaired=False)
        told = "It was brought there; nothing of either is lost, and the copy is in the trash."
        return Finding(label, what, told, repaired=True)

    def _content(self, path: Path, label: str, version: Version) -> Iterator[Finding]:
        found = list(troubles(self._files.read(path), version))
        if not found:
            return
        try:
            self._engine.rewrite(version)
        except OSError:
            done, repaired = _SAFE[1], False
        else:
            done, repaired = "It was written anew; a backup was made before.", True
        for trouble in found:
            yield Finding(label, trouble, done, repaired)


def foreign_folders(files: Files, places: Places) -> Iterator[Finding]:
    """Folders among the dated ones that the program does not read."""
    for name in sorted(files.folders(places.root)):
        if not DAY.fullmatch(name) and not name.startswith("."):
            yield Finding(
                name,
                "This folder is not named like a day, so nothing in it is read.",
                "Move its files into a folder named like 2026-02-09 if they are chats.",
                repaired=False,
            )


def troubles(raw: bytes, version: Version) -> Iterator[str]:
    """What is not right in a file that can be read, sentence by sentence."""
    session = version.session
    if version.mended:
        yield "A key of the file stands twice, as after a merge by hand."
    stored = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf")).get("stats")
    told = stored if isinstance(stored, dict) else {}
    if any(told.get(key) != count for key, count in session.stats.items()):
        yield "The numbers in the file are not those of its messages."
    counted = Counter(message.id for message in (*session.messages, *session.branches))
    if any(count > 1 for count in counted.values()):
        yield "A message stands in it more than once."
