"""Another program saves at the worst moment, and the clock is not to be trusted."""

from __future__ import annotations

import datetime as dt

import pytest

from chatapp.domain.changes import MessageAdded
from chatapp.domain.ids import SessionId
from chatapp.domain.message import Message
from chatapp.domain.session import Session
from chatapp.storage import codec, swap
from chatapp.storage.engine import Engine
from crash.simulated import SimulatedFiles
from crash.workload import SESSIONS, STATE, StoppedClock

AT = "2026-01-02T00:00:00.000000Z"
DAY = SESSIONS / "2026-01-02"
PATH = DAY / "s.json"


def message(mid):
    return Message("user", mid, AT, {"id": mid})


def session(*mids):
    return Session(SessionId("s"), DAY.name, "Ana", AT, AT, messages=list(map(message, mids)))


def ids(held):
    return [one.id for one in held.messages]


class Meddled(SimulatedFiles):
    """A foreign save lands right before one call of the program."""

    def meddle(self, call, raw):
        real = getattr(self, call)

        def instead(*args):
            setattr(self, call, real)
            self.put(PATH, raw)
            return real(*args)

        setattr(self, call, instead)


@pytest.fixture(params=[True, False], ids=["exchange", "links"])
def files(request):
    return Meddled(exchanges=request.param)


def engine_on(files, clock=None, instance="a1"):
    engine = Engine(files, SESSIONS, STATE, clock or StoppedClock(), instance)
    engine.open()
    return engine


def test_foreign_save_between_look_and_swap_is_merged():
    files = Meddled()
    engine = engine_on(files)
    held = session("one")
    engine.save(held.snapshot())
    files.meddle("exchange", codec.encode(session("one", "foreign")))
    held.apply(MessageAdded(message("mine")))
    kept = engine.save(held.snapshot())
    assert ids(kept) == ["one", "foreign", "mine"]
    assert ids(engine.read("s")) == ["one", "foreign", "mine"]


def test_without_looking_at_what_was_displaced_it_would_be_lost(monkeypatch):
    def blind(files, fresh, target, _spare):
        files.replace(fresh, target)

    files = Meddled()
    engine = engine_on(files)
    held = session("one")
    engine.save(held.snapshot())
    monkeypatch.setattr(swap, "place_over", blind)
    files.meddle("replace", codec.encode(session("one", "foreign")))
    held.apply(MessageAdded(message("mine")))
    engine.save(held.snapshot())
    assert ids(engine.read("s")) == ["one", "mine"]


def test_file_that_appears_while_the_first_one_is_written_is_merged(files):
    engine = engine_on(files)
    files.make_folder(DAY)
    files.meddle("link", codec.encode(session("foreign")))
    assert sorted(ids(engine.save(session("mine")))) == ["foreign", "mine"]


def test_writer_that_still_had_the_displaced_file_open_is_heard(files):
    engine = engine_on(files)
    held = session("one")
    engine.save(held.snapshot())
    held.apply(MessageAdded(message("two")))
    engine.save(held.snapshot())
    (displaced,) = [name for name in files.names[DAY] if name.startswith("~")]
    files.scribble(DAY / displaced, codec.encode(session("one", "late")))
    (told,) = engine.tick()
    assert sorted(ids(told)) == ["late", "one", "two"]
    held.apply(MessageAdded(message("three")))
    kept = engine.save(held.snapshot())
    assert sorted(ids(kept)) == ["late", "one", "three", "two"]


def test_message_removed_by_hand_stays_removed(files):
    engine = engine_on(files)
    held = session("one", "two")
    engine.save(held.snapshot())
    files.put(PATH, codec.encode(session("two")))
    held.apply(MessageAdded(message("three")))
    assert ids(engine.save(held.snapshot())) == ["two", "three"]


def test_older_version_put_in_place_by_a_sync_client_removes_nothing(files):
    engine = engine_on(files)
    held = session("one")
    engine.save(held.snapshot())
    held.apply(MessageAdded(Message("user", "two", "2026-01-02T09:00:00.000000Z", {"id": "two"})))
    engine.save(held.snapshot())
    files.put(PATH, codec.encode(session("one")))
    held.apply(MessageAdded(message("three")))
    assert ids(engine.save(held.snapshot())) == ["one", "two", "three"]


def test_half_written_file_is_given_time_and_then_mended(files):
    engine = engine_on(files)
    held = session("one", "two")
    engine.save(held.snapshot())
    raw = codec.encode(session("one", "two", "foreign"))
    files.put(PATH, raw[:-120])
    with pytest.raises(OSError, match="not whole"):
        engine.save(session("one", "two", "mine"))
    files.put(PATH, raw)
    assert "foreign" in ids(engine.save(session("one", "two", "mine")))
    files.put(PATH, raw[:-120])
    with pytest.raises(OSError, match="not whole"):
        engine.save(session("one", "two", "mine"))
    kept = engine.save(session("one", "two", "mine"))
    assert {"one", "two", "mine"} <= set(ids(kept))
    assert list(files.entries(SESSIONS / ".quarantine" / DAY.name))


class SetClock:
    def __init__(self, year):
        self.year = year

    def now(self):
        return dt.datetime(self.year, 1, 2, tzinfo=dt.UTC)

    def local(self, moment):
        return moment


@pytest.mark.row("D08")
@pytest.mark.parametrize("year", [2016, 2036])
def test_clock_that_is_set_ten_years_off_moves_and_loses_nothing(files, year):
    engine = engine_on(files)
    held = session("one")
    engine.save(held.snapshot())
    engine.close()
    engine = engine_on(files, SetClock(year), "b2")
    held = engine.read("s")
    at = f"{year}-01-02T00:00:00.000000Z"
    held.apply(MessageAdded(Message("user", "off", at, {"id": "off"})))
    held.day = f"{year}-01-02"
    engine.save(held.snapshot())
    files.put(PATH, codec.encode(session("one", "foreign")))
    kept = engine.save(held.snapshot())
    assert set(ids(kept)) == {"one", "off", "foreign"}
    assert engine.delete("s") == PATH
    assert engine.restore("s") == PATH
    assert [day for day in files.folders(SESSIONS) if not day.startswith(".")] == [DAY.name]
