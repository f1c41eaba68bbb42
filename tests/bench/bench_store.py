"""The session store against the disk itself, against SQLite, and against reading everything."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.harness import Comparison
from chatapp.domain.changes import MessageAdded
from chatapp.domain.ids import SessionId
from chatapp.domain.message import new_message
from chatapp.domain.session import Session
from chatapp.kit.clock import SystemClock
from chatapp.storage import codec, layout
from chatapp.storage.documents import read_version
from chatapp.storage.engine import Engine
from chatapp.storage.entries import Changed
from chatapp.storage.files import RealFiles
from chatapp.storage.index import Index
from chatapp.storage.librarian import Librarian
from chatapp.storage.places import Places
from chatapp.storage.search import SearchQuery
from chatapp.storage.worker import Worker
from real.library import write_library

SESSIONS = int(os.environ.get("BENCH_SESSIONS", "10000"))
TEXT = "a sentence of an ordinary message, about as long as they are. " * 13
BATCH = 40  # acknowledgements measured together
PAGE = 50


@contextmanager
def comparisons() -> Iterator[list[Comparison]]:
    """Everything the store promises of its speed."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=os.environ.get("BENCH_DIR")) as name:
        folder = Path(name)
        acknowledging = Acknowledging(folder)
        saving, large = Saving(folder, 1_000), Saving(folder, 100_000)
        library = Library(folder / "many", lambda root: write_library(root, SESSIONS))
        real = Library(folder / "real", write_real_text)
        yield [
            Comparison("acknowledge a message, over 4 KB pwrite + fdatasync",
                       acknowledging.ours, acknowledging.raw, 1.9),
            Comparison("acknowledge a message, over a SQLite WAL FULL commit",
                       acknowledging.ours, acknowledging.sqlite, 0.7),
            Comparison("save a session of 1 000 messages, over write + fsync of its bytes",
                       saving.ours, saving.raw, 2.4),
            Comparison("save 100 MB with two new messages, over write + fsync of its bytes",
                       large.ours, large.raw, 1.2, rounds=5),
            Comparison("last 50 messages of 100 MB, over decoding it",
                       large.tail, large.decode, 1 / 1_000, rounds=5),
            Comparison(f"first page of {SESSIONS} sessions, over reading their files",
                       library.first_page, library.read_all, 1 / 2_000, rounds=3),
            Comparison(f"looking whether {SESSIONS} files changed, over scandir + stat",
                       library.check, library.stat_all, 1.4, rounds=9),
            Comparison("newest 50 hits of a common word, over ripgrep",
                       lambda: library.search("harbour"), lambda: library.ripgrep("harbour"),
                       1 / 10_000, rounds=5),
            Comparison("newest 50 hits with their snippets, over ripgrep",
                       lambda: library.hits("harbour"), lambda: library.ripgrep("harbour"),
                       1 / 100, rounds=5),
            Comparison("size of the index, over real text (bytes told as seconds)",
                       real.index_bytes, real.text_bytes, 0.40, rounds=1),
            Comparison("building the index, over a rate of 18 MB/s of real text",
                       lambda: real.build_seconds, lambda: real.text_bytes() / 18e6,
                       1.0, rounds=1),
        ]  # fmt: skip
        acknowledging.close()
        library.close()
        real.close()


def timed(work) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


class Acknowledging:
    """One message made durable, asked for on an event loop."""

    def __init__(self, folder: Path) -> None:
        self.engine = Engine(RealFiles(), folder / "s", folder / "state", SystemClock())
        self.engine.open()
        self.handle = os.open(folder / "raw", os.O_RDWR | os.O_CREAT)
        os.posix_fallocate(self.handle, 0, 4096 * BATCH)
        os.fsync(self.handle)
        self.db = sqlite3.connect(folder / "reference.db", isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, text TEXT)")

    def close(self) -> None:
        self.engine.close()
        self.db.close()
        os.close(self.handle)

    def ours(self) -> float:
        return asyncio.run(self._ours())

    async def _ours(self) -> float:
        worker = Worker("bench", self.engine.append)
        entries = [
            Changed("a", "2026-01-01", MessageAdded(new_message("user", TEXT, "2026-01-01")))
            for _ in range(BATCH)
        ]
        await worker.append(entries[:1], durable=True)
        begun = time.perf_counter()
        for entry in entries:
            await worker.append([entry], durable=True)
        taken = time.perf_counter() - begun
        worker.stop()
        return taken

    def raw(self) -> float:
        page = TEXT.encode().ljust(4096)

        def work() -> None:
            for number in range(BATCH):
                os.pwrite(self.handle, page, number * 4096)
                os.fdatasync(self.handle)

        return timed(work)

    def sqlite(self) -> float:
        def work() -> None:
            for _ in range(BATCH):
                self.db.execute("INSERT INTO message (text) VALUES (?)", (TEXT,))

        return timed(work)


class Saving:
    """One session saved again and again, each time with two messages more."""

    def __init__(self, folder: Path, messages: int) -> None:
        name = f"n{messages}"
        self.engine = Engine(RealFiles(), folder / name, folder / f"{name}-state", SystemClock())
        self.engine.open()
        at = "2026-01-01T00:00:00.000000Z"
        self.session = Session(SessionId(name), "2026-01-01", "Ana", at, at)
        for _ in range(messages):
            self._say()
        self.engine.save(self.session.snapshot(), now=True)
        self.path = folder / name / "2026-01-01" / f"{name}.json"
        self.copy = folder / f"{name}.copy"

    def _say(self) -> None:
        at = "2026-01-01T00:00:00.000000Z"
        self.session.apply(MessageAdded(new_message("user", TEXT, at)))

    def ours(self) -> float:
        self._say()
        self._say()
        snapshot = self.session.snapshot()
        taken = timed(lambda: self.engine.save(snapshot, now=True))
        self.engine.tick()  # removes what was displaced
        return taken

    def raw(self) -> float:
        data = self.path.read_bytes()

        def work() -> None:
            handle = os.open(self.copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            os.write(handle, data)
            os.fsync(handle)
            os.close(handle)

        taken = timed(work)
        self.copy.unlink()
        return taken

    def tail(self) -> float:
        return timed(lambda: read_tail(self.path))

    def decode(self) -> float:
        return timed(lambda: read_version(RealFiles(), self.path))


def read_tail(path: Path) -> list:
    return layout.last_messages(RealFiles(), path, PAGE, has_branches=False)


def write_real_text(root: Path) -> None:
    """Sessions whose messages are pieces of what people wrote: the standard library's sources."""
    day = root / "2026-01-01"
    day.mkdir(parents=True)
    at = "2026-01-01T00:00:00.000000Z"
    for number, path in enumerate(sorted(Path(os.__file__).parent.glob("*.py"))):
        text = path.read_text(encoding="utf-8", errors="replace")
        session = Session(SessionId(f"real{number}"), day.name, "Ana", at, at)
        for start in range(0, len(text), 800):
            session.apply(MessageAdded(new_message("user", text[start : start + 800], at)))
        (day / f"real{number}.json").write_bytes(codec.encode(session))


class Library:
    """Many sessions in dated folders, with an index."""

    def __init__(self, folder: Path, write: Callable[[Path], None]) -> None:
        self.root = folder / "library"
        write(self.root)
        files = RealFiles()
        self.librarian = Librarian(
            files, Places(files, self.root, SystemClock()), Index(folder / "cache")
        )
        self.librarian.index.open()
        self.build_seconds = timed(lambda: list(self.librarian.check()))
        self.librarian.index.db.execute("INSERT INTO words (words) VALUES ('optimize')")
        self.librarian.index.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        # Whatever was written in the second before may be read once more.
        list(self.librarian.check())

    def close(self) -> None:
        self.librarian.index.close()

    def paths(self) -> list[str]:
        return [entry.path for day in os.scandir(self.root) for entry in os.scandir(day.path)]

    def first_page(self) -> float:
        return timed(lambda: self.librarian.index.summaries(100))

    def read_all(self) -> float:
        def work() -> None:
            for path in map(Path, self.paths()):
                codec.decode(path.read_bytes(), file_id=path.stem, day=path.parent.name)

        return timed(work)

    def check(self) -> float:
        return timed(lambda: list(self.librarian.check()))

    def stat_all(self) -> float:
        return timed(lambda: [path.stat() for path in map(Path, self.paths())])

    def search(self, word: str) -> float:
        from chatapp.storage.index_search import find

        query = SearchQuery(words=(word,))
        return timed(lambda: find(self.librarian.index, query, PAGE))

    def hits(self, word: str) -> float:
        return timed(lambda: self.librarian.search(SearchQuery(words=(word,)), PAGE))

    def ripgrep(self, word: str) -> float:
        command = ["rg", "-F", "-l", word, str(self.root)]
        return timed(lambda: subprocess.run(command, capture_output=True, check=True))

    def index_bytes(self) -> float:
        db = self.librarian.index.db
        pages, free, size = (
            db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return float((pages - free) * size)

    def text_bytes(self) -> float:
        total = 0
        for path in map(Path, self.paths()):
            session = codec.decode(path.read_bytes(), file_id="", day="")
            total += sum(len(message.content.encode()) for message in session.messages)
        return float(total)
