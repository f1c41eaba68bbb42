"""The disposable index: first page at once, full-text search, nothing that is not in the files.

SQLite with FTS5. No text of a message is stored, only its words; snippets are read
from the files. A message's row is the number of a part of its session and its place
in the session. Numbers only rise, and a session that goes on after others gets a new
part, so the newest hits are the last rows and finding them costs no more than
showing them. What changed otherwise than by growing is taken in anew; rows of old
parts are skipped until enough of them make a rebuild worth its while.
"""

from __future__ import annotations

import contextlib
import operator
import sqlite3
from typing import TYPE_CHECKING, TypeAlias

import orjson

from chatapp.domain.ids import SessionId, session_key
from chatapp.domain.message import Status
from chatapp.domain.session import SessionSummary, summarise
from chatapp.kit.clock import parse_timestamp, sortable
from chatapp.storage import fulltext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from chatapp.domain.message import Message
    from chatapp.domain.session import Session
    from chatapp.storage.files import Signature

SCHEMA = 1
PLACES = 1 << 20  # messages a number leaves room for
BRANCHES = 1 << 19  # places from here on are those of other branches
_STALE_SHARE = 0.3
_IN_MEMORY = ":memory:"
_TABLES = f"""
PRAGMA user_version = {SCHEMA};
CREATE TABLE session (
    no INTEGER PRIMARY KEY, day TEXT, name TEXT,
    mtime_ns INTEGER, ctime_ns INTEGER, size INTEGER, inode INTEGER, seen_ns INTEGER,
    key TEXT, session_id TEXT, user_name TEXT, started_at TEXT, last_updated TEXT, active TEXT,
    title TEXT, type TEXT, total INTEGER, users INTEGER, assistants INTEGER, errors INTEGER,
    preview TEXT, tags TEXT, folder TEXT, pinned INTEGER, archived INTEGER, damage TEXT,
    UNIQUE (day, name));
CREATE INDEX by_activity ON session (active DESC, key DESC);
CREATE INDEX by_key ON session (key);
CREATE VIRTUAL TABLE words USING fts5 (
    body, about, content='', columnsize=0, tokenize="unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE titles USING fts5 (
    title, prefix='1 2 3', tokenize="unicode61 remove_diacritics 2");
CREATE TABLE part (no INTEGER PRIMARY KEY, session INTEGER);
CREATE INDEX by_session ON part (session);
CREATE TABLE moment (id INTEGER PRIMARY KEY, at INTEGER);
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
INSERT INTO counter VALUES ('next', 1), ('stale', 0);
"""
_COLUMNS = (
    *("no", "day", "name", "mtime_ns", "ctime_ns", "size", "inode", "seen_ns", "key"),
    *("session_id", "user_name", "started_at", "last_updated", "active", "title", "type"),
    *("total", "users", "assistants", "errors", "preview", "tags", "folder", "pinned"),
    *("archived", "damage"),
)
_SUMMARY = (
    "session_id, day, title, user_name, started_at, last_updated, type, total, users, assistants,"
    " errors, preview, tags, pinned, archived, damage"
)


Seen: TypeAlias = tuple[int, int, int, int, int]
"""A file's signature, and when it was taken, in ns."""


class Index:
    """The index file, on the thread that opened it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"index-v{SCHEMA}.db"
        self._db: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None

    # ---- the file

    def open(self) -> bool:
        """Open the index; True if it is new and holds nothing yet.

        A file that is damaged or of another schema is thrown away. Where there can be
        no file, the index is in memory and made anew with each start.
        """
        for _ in range(2):
            try:
                return self._open(str(self.path))
            except (sqlite3.OperationalError, OSError):  # full, read-only, held by another
                break
            except sqlite3.DatabaseError:
                with contextlib.suppress(OSError):
                    self.throw_away()
        self.close()
        return self._open(_IN_MEMORY)

    def _open(self, name: str) -> bool:
        if name != _IN_MEMORY:
            with contextlib.suppress(OSError):
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        db = self._db = self._reader = _connect(name)
        db.execute("PRAGMA page_size = 8192")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA busy_timeout = 5000")
        if name != _IN_MEMORY:
            self.path.chmod(0o600)
            self._reader = _connect(name)
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version == SCHEMA:
            db.executescript("BEGIN IMMEDIATE; SELECT max(no) FROM session; ROLLBACK;")
            return False
        if version or db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            raise sqlite3.DatabaseError("another schema")
        db.executescript(f"BEGIN; {_TABLES} COMMIT;")
        return True

    def throw_away(self) -> None:
        """Close and delete the index; it is made again from the files."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        for db in (self._reader, self._db):
            if db is not None:
                db.close()  # twice is fine
        self._db = self._reader = None

    @property
    def db(self) -> sqlite3.Connection:
        """The connection, for the rooms that read."""
        assert self._db is not None  # it was opened
        return self._db

    @property
    def reader(self) -> sqlite3.Connection:
        """A second connection, for searches, which may be interrupted."""
        assert self._reader is not None  # it was opened
        return self._reader

    def interrupt(self) -> None:
        """End the search that runs now, if one does. May be called on any thread."""
        if self._reader is not None and self._reader is not self._db:
            self._reader.interrupt()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of what is written inside, or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    # ---- what it knows

    def signatures(self, day: str) -> dict[str, Seen]:
        """The files known of one day, by name."""
        rows = self.db.execute(
            "SELECT name, mtime_ns, ctime_ns, size, inode, seen_ns FROM session WHERE day = ?",
            (day,),
        )
        return {row[0]: row[1:] for row in rows}

    def signature_at(self, day: str, name: str) -> Seen | None:
        """What is known of one file, or None."""
        row: Seen | None = self.db.execute(
            "SELECT mtime_ns, ctime_ns, size, inode, seen_ns FROM session"
            " WHERE day = ? AND name = ?",
            (day, name),
        ).fetchone()
        return row

    def days(self) -> list[str]:
        """The dated folders it knows files of, oldest first."""
        return [day for (day,) in self.db.execute("SELECT DISTINCT day FROM session ORDER BY day")]

    def place_of(self, key: str) -> tuple[str, str] | None:
        """Day and name of the file of a session, the oldest if there are several."""
        row = self.db.execute(
            "SELECT day, name FROM session WHERE key = ? ORDER BY day, name", (key,)
        ).fetchone()
        return None if row is None else (row[0], row[1])

    def strays(self) -> list[tuple[str, str]]:
        """Day and name of files whose session belongs in another: wrongly named, or a copy."""
        return self.db.execute(
            "SELECT day, name FROM session AS one WHERE damage = '' AND (name != key || '.json' OR"
            " EXISTS (SELECT 1 FROM session AS other WHERE other.key = one.key"
            " AND other.name = other.key || '.json' AND other.day < one.day))"
        ).fetchall()

    def summaries(self, limit: int = -1, offset: int = 0) -> list[SessionSummary]:
        """The sessions, newest activity first."""
        found = self.db.execute(
            f"SELECT {_SUMMARY} FROM session ORDER BY active DESC, key DESC LIMIT ? OFFSET ?",
            (limit, offset),
        )
        summaries: list[SessionSummary] = []
        while rows := found.fetchmany(256):  # the lock of the interpreter is let go in between
            summaries += map(_summary, rows)
        return summaries

    def summary(self, key: str) -> SessionSummary | None:
        """The summary of one session, or None."""
        row = self.db.execute(f"SELECT {_SUMMARY} FROM session WHERE key = ?", (key,)).fetchone()
        return None if row is None else _summary(row)

    def summary_at(self, day: str, name: str) -> SessionSummary | None:
        """The summary of one file, or None."""
        row = self.db.execute(
            f"SELECT {_SUMMARY} FROM session WHERE day = ? AND name = ?", (day, name)
        ).fetchone()
        return None if row is None else _summary(row)

    def totals(self, today: str, week: str) -> tuple[int, int, int, int]:
        """Sessions, those active since two timestamps, and messages."""
        row = self.db.execute(
            "SELECT count(*), total(active >= ?), total(active >= ?), total(total) FROM session",
            (today, week),
        ).fetchone()
        return (int(row[0]), int(row[1]), int(row[2]), int(row[3]))

    @property
    def is_worn(self) -> bool:
        """Whether so many rows are out of date that it should be made anew."""
        (stale,) = self.db.execute("SELECT value FROM counter WHERE name = 'stale'").fetchone()
        (total,) = self.db.execute("SELECT total(total) FROM session").fetchone()
        return bool(stale > _STALE_SHARE * (total + 1_000))

    # ---- upkeep

    def put(
        self,
        place: tuple[str, str],
        signature: Signature,
        seen_ns: int,
        session: Session | SessionSummary,
        before: Session | None = None,
    ) -> None:
        """Take in a file.

        Args:
            place: Its day and its name.
            signature: Of the bytes `session` was read from or written to.
            seen_ns: When that was.
            session: What it holds, or the summary of a damaged one.
            before: What the index holds of it, if that is known: only what was added
                since has to be taken in.
        """
        summary = session if isinstance(session, SessionSummary) else summarise(session)
        known = self.db.execute(
            "SELECT no, total FROM session WHERE day = ? AND name = ?", place
        ).fetchone()
        if isinstance(session, SessionSummary):
            added, folder = None, ""
            words: list[tuple[int, Message]] = []
        else:
            added = None if before is None or known is None else _added(before, session)
            words = list(_numbered(session)) if added is None else added
            folder = str(session.metadata.get("folder") or "")
        if known is not None and added is None:
            self.remove(place)
        number = known[0] if added is not None else self._next_number()
        self._put_row(number, place, signature, seen_ns, summary, folder)
        if words:
            self._put_words(self._part(number), words)

    def touch(self, place: tuple[str, str], seen_ns: int) -> None:
        """Note that a file was read again and is what it was."""
        self.db.execute(
            "UPDATE session SET seen_ns = ? WHERE day = ? AND name = ?", (seen_ns, *place)
        )

    def remove(self, place: tuple[str, str]) -> None:
        """Forget a file; its words stay behind, unseen, until the next rebuild."""
        found = self.db.execute("SELECT no, total FROM session WHERE day = ? AND name = ?", place)
        for number, total in found.fetchall():
            parts = self.db.execute("SELECT no FROM part WHERE session = ?", (number,)).fetchall()
            self.db.executemany(
                "DELETE FROM moment WHERE id >= ? AND id < ?",
                ((no * PLACES, (no + 1) * PLACES) for (no,) in parts),
            )
            self.db.execute("DELETE FROM part WHERE session = ?", (number,))
            self.db.execute("DELETE FROM session WHERE no = ?", (number,))
            self.db.execute("DELETE FROM titles WHERE rowid = ?", (number,))
            self.db.execute("UPDATE counter SET value = value + ? WHERE name = 'stale'", (total,))

    def _part(self, session: int) -> int:
        """The part new messages of a session go to: its last, if no other came since."""
        (last,) = self.db.execute(
            "SELECT max(no) FROM part WHERE session = ?", (session,)
        ).fetchone()
        (newest,) = self.db.execute("SELECT value FROM counter WHERE name = 'next'").fetchone()
        if last is not None and last == newest - 1:
            return int(last)
        number = self._next_number()
        self.db.execute("INSERT INTO part VALUES (?, ?)", (number, session))
        return number

    def _next_number(self) -> int:
        (number,) = self.db.execute("SELECT value FROM counter WHERE name = 'next'").fetchone()
        self.db.execute("UPDATE counter SET value = value + 1 WHERE name = 'next'")
        return int(number)

    def _put_row(
        self,
        number: int,
        place: tuple[str, str],
        signature: Signature,
        seen_ns: int,
        summary: SessionSummary,
        folder: str,
    ) -> None:
        values = (
            *(number, *place, *signature, seen_ns, session_key(summary.session_id)),
            *(summary.session_id, summary.user_name, summary.started_at, summary.last_updated),
            *(sortable(summary.last_updated), summary.title, summary.type),
            *(summary.total_messages, summary.user_messages, summary.assistant_messages),
            *(summary.errors, summary.preview, orjson.dumps(summary.tags).decode()),
            *(folder, summary.pinned, summary.archived, summary.damage),
        )
        marks = ", ".join("?" * len(_COLUMNS))
        self.db.execute(f"INSERT OR REPLACE INTO session VALUES ({marks})", values)
        self.db.execute("DELETE FROM titles WHERE rowid = ?", (number,))
        if summary.title:
            title = fulltext.spaced(summary.title)
            self.db.execute("INSERT INTO titles (rowid, title) VALUES (?, ?)", (number, title))

    def _put_words(self, part: int, messages: Sequence[tuple[int, Message]]) -> None:
        base = part * PLACES
        whole = [(place, one) for place, one in messages if one.status is not Status.STREAMING]
        self.db.executemany(
            "INSERT INTO words (rowid, body, about) VALUES (?, ?, ?)",
            ((base + place, fulltext.body(one), fulltext.about(one)) for place, one in whole),
        )
        self.db.executemany(
            "INSERT OR REPLACE INTO moment VALUES (?, ?)",
            ((base + place, seconds(one.timestamp)) for place, one in whole),
        )


def seconds(moment: str) -> int:
    """A timestamp as whole seconds since 1970."""
    return int(parse_timestamp(moment).timestamp())


def _connect(name: str) -> sqlite3.Connection:
    return sqlite3.connect(name, isolation_level=None, check_same_thread=False)


def _numbered(session: Session, start: int = 0) -> Iterator[tuple[int, Message]]:
    """Messages with their places: those in view from `start` on, and all others."""
    view = session.messages[start:BRANCHES]
    yield from enumerate(view, start)
    yield from enumerate(session.branches[:BRANCHES], BRANCHES)


def _added(before: Session, session: Session) -> list[tuple[int, Message]] | None:
    """What was added since `before`; None if something else changed too."""
    count = len(before.messages)
    if count > len(session.messages) or len(before.branches) > len(session.branches):
        return None
    # Nearly always all but the last are the very same objects: no need to look inside.
    start = count if all(map(operator.is_, before.messages, session.messages)) else 0
    known = dict(_numbered(before, start))
    fresh = []
    for place, message in _numbered(session, start):
        was = known.get(place)
        if was is None or (was is not message and was.status is Status.STREAMING):
            fresh.append((place, message))
        elif was is not message and was != message:
            return None
    return fresh


def _summary(row: tuple[object, ...]) -> SessionSummary:
    (session_id, day, title, user_name, started_at, last_updated, kind, *rest) = row
    total, users, assistants, errors, preview, tags, pinned, archived, damage = rest
    return SessionSummary(
        session_id=SessionId(str(session_id)),
        day=str(day),
        title=str(title),
        user_name=str(user_name),
        started_at=str(started_at),
        last_updated=str(last_updated),
        type=str(kind),
        total_messages=int(total),  # type: ignore[call-overload]
        user_messages=int(users),  # type: ignore[call-overload]
        assistant_messages=int(assistants),  # type: ignore[call-overload]
        errors=int(errors),  # type: ignore[call-overload]
        preview=str(preview),
        tags=tuple(orjson.loads(str(tags))),
        pinned=bool(pinned),
        archived=bool(archived),
        damage=str(damage),
    )
