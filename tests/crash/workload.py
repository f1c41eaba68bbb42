"""A made-up user whose every step is remembered, and the promise checked afterwards.

The workload drives the storage engine over a simulated file system. Each step notes
where in the log of file operations it began and where it was acknowledged. After a
crash at any point a recovered session must be equal to one of the states it had
between the last acknowledged step and the last one begun: nothing acknowledged is
lost, nothing stands twice, nothing was invented.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass, field

import orjson

from chatapp.domain.changes import (
    BranchLeft,
    ErrorNoted,
    HeaderChanged,
    MessageAdded,
    MessageGrew,
    MessageReplaced,
    MessagesRemoved,
    MessagesRestored,
)
from chatapp.domain.ids import SessionId
from chatapp.domain.message import Message
from chatapp.domain.session import Session
from chatapp.storage import codec
from chatapp.storage.engine import Engine
from chatapp.storage.entries import Began, Changed
from crash.simulated import ROOT

SESSIONS, STATE = ROOT / "sessions", ROOT / "state"
DAYS = {"s1": "2026-01-02", "s2": "2026-01-03", "s3": "2026-01-02"}


class StoppedClock:
    def now(self):
        return dt.datetime(2026, 1, 2, tzinfo=dt.UTC)

    def local(self, moment):
        return moment


@dataclass
class Step:
    """One acknowledged (or hoped for) state of one session; None is deleted."""

    session: str
    begun: int
    state: dict | None
    acknowledged: int | None = None


@dataclass
class User:
    """Does things and remembers them.

    Attributes:
        stubborn: Whether an error is taken as an answer, and the day goes on.
    """

    files: object
    engine: Engine
    stubborn: bool = False
    clock: int = 0
    live: dict = field(default_factory=dict)
    begun: set = field(default_factory=set)
    steps: list = field(default_factory=list)

    @property
    def now(self):
        self.clock += 1
        return f"2026-01-02T00:{self.clock // 60:02d}:{self.clock % 60:02d}.000000Z"

    @property
    def log_length(self):
        return len(getattr(self.files, "log", ()))

    def start(self, name):
        at = self.now
        self.live[name] = Session(SessionId(name), DAYS[name], "Ana", at, at, revision=1)
        self._do(name, [])

    def do(self, name, change, *, durable=True):
        self.live[name].apply(change)
        self._do(name, [change], durable=durable)

    def say(self, name, mid, text="", **metadata):
        message = Message("user", text or f"text {mid}", self.now, {"id": mid, **metadata})
        self.do(name, MessageAdded(message))

    def fold(self, *names, now=False):
        for name in names or self.live:
            with self._perhaps():
                self.engine.save(self.live[name].snapshot(), now=now)
        with self._perhaps():
            self.engine.tick()

    def delete(self, name):
        with self._perhaps():
            self.engine.save(self.live[name].snapshot(), now=True)
        step = self._begin(name, None)
        with self._perhaps():
            assert self.engine.delete(name)
            step.acknowledged = self.log_length
        self.begun.discard(name)
        del self.live[name]

    def _perhaps(self):
        return contextlib.suppress(OSError) if self.stubborn else contextlib.nullcontext()

    def _begin(self, name, state):
        step = Step(name, self.log_length, state)
        self.steps.append(step)
        return step

    def _do(self, name, changes, *, durable=True):
        session = self.live[name]
        step = self._begin(name, essence(session))
        entries = [Changed(name, session.day, change) for change in changes]
        if name not in self.begun:
            self.begun.add(name)
            entries.insert(0, Began(name, session.day, codec.encode(session)))
        with self._perhaps():
            self.engine.append(entries, durable=durable)
            if durable:
                step.acknowledged = self.log_length


def essence(session):
    """What must survive of a session: all of it, but for a stream that is interrupted."""
    document = orjson.loads(codec.encode(session))
    for message in document["messages"]:
        if message["metadata"].get("status") == "streaming":
            message["metadata"]["status"] = "interrupted"
    return document


def a_day(files, instance="a1", *, stubborn=False):
    """A workload with every kind of change, several folds and a delete."""
    user = User(files, Engine(files, SESSIONS, STATE, StoppedClock(), instance), stubborn)
    with user._perhaps():
        user.engine.open()
    user.start("s1")
    user.say("s1", "m1", "x" * 700)
    user.start("s2")
    user.say("s2", "n1")
    user.fold()
    user.say("s1", "m2", "", status="streaming")
    user.do("s1", MessageGrew("m2", 7, "hel"), durable=False)
    user.do("s1", MessageGrew("m2", 10, "lo wor"), durable=False)
    user.fold("s1")
    user.do("s1", MessageGrew("m2", 16, "ld"), durable=False)
    done = Message("assistant", "text m2hello world!", user.now, {"id": "m2"})
    user.do("s1", MessageReplaced(done, user.now))
    user.say("s1", "m3")
    user.fold("s1")
    user.say("s2", "n2")
    user.do("s1", BranchLeft("m1", user.now))
    user.say("s1", "m4")
    user.do("s1", HeaderChanged(user.now, title="A title", metadata={"tags": ["a"]}))
    user.fold("s1")
    user.start("s3")
    user.say("s3", "o1")
    gone = user.live["s2"].message("n1")
    user.do("s2", MessagesRemoved(("n1",), user.now))
    user.fold()
    user.do("s2", MessagesRestored(((0, gone),), user.now))
    user.do("s2", ErrorNoted({"timestamp": user.now, "kind": "timeout", "message": "x"}))
    user.fold()
    user.fold()
    user.delete("s3")
    user.say("s2", "n3")
    user.fold()
    user.say("s1", "m5")
    return user


def broken_promise(disk, upto, steps, instance="r1"):
    """Recover the disk and say what is wrong with it, or give None.

    Args:
        disk: What a crash left.
        upto: How many operations of the log there were at the crash.
        steps: What the user had done.
        instance: A name for the recovering instance.
    """
    if torn := _torn_file(disk):
        return torn
    engine = Engine(disk, SESSIONS, STATE, StoppedClock(), instance)
    recovered = engine.open()
    if recovered.owed or recovered.damaged:
        return "recovery left something undone"
    for name in DAYS:
        session = engine.read(name, patient=False)
        found = None if session is None else essence(session)
        allowed = _allowed(name, upto, steps)
        if found not in allowed:
            return f"{name} is not what it was: {_difference(found, allowed)}"
    if engine.session_files.notices:
        return "a pure power cut damaged a file"
    return _torn_file(disk)


def _allowed(name, upto, steps):
    mine = [step for step in steps if step.session == name and step.begun <= upto]
    acknowledged = [
        index
        for index, step in enumerate(mine)
        if step.acknowledged is not None and step.acknowledged <= upto
    ]
    states = [step.state for step in mine]
    return states[acknowledged[-1] :] if acknowledged else [None, *states]


def _difference(found, allowed):
    def ids(state):
        return state and [one["metadata"]["id"] for one in state["messages"]]

    return f"{ids(found)} instead of {ids(allowed[0])}"


def _torn_file(disk):
    for day in disk.folders(SESSIONS) if SESSIONS in disk.names else ():
        for name, _ in disk.entries(SESSIONS / day):
            if name.endswith(".json"):
                raw = disk.read(SESSIONS / day / name)
                try:
                    document = orjson.loads(raw)
                except orjson.JSONDecodeError:
                    return f"{name} is torn"
                if document["stats"]["total_messages"] != len(document["messages"]):
                    return f"{name} has wrong numbers"
    return None
