from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.domain.changes import BranchLeft, MessageAdded, MessageReplaced, MessagesRemoved
from chatapp.domain.ids import SessionId
from chatapp.domain.message import Message
from chatapp.domain.session import Session
from chatapp.storage import codec, layout, splice
from chatapp.storage.documents import Version, read_version
from chatapp.storage.files import RealFiles

AT = "2026-01-01T00:00:00.000000Z"
TRICKY = ["},\n    {\n", '"messages": [\n', "漢 🙂", "", "\n  ]", "x" * 3000]


@pytest.fixture(autouse=True)
def small_files_are_copied_too(monkeypatch):
    monkeypatch.setattr(splice, "WORTH_COPYING", 1)
    monkeypatch.setattr(layout, "_TAIL_BYTES", 300)
    monkeypatch.setattr(splice, "_PIECE", 700)


def message(number, text=None):
    content = TRICKY[number % len(TRICKY)] if text is None else text
    return Message("user", content, AT, {"id": f"m{number}", "nested": {"messages": [{}]}})


def session(count, branches=0):
    return Session(
        SessionId("s"), "2026-01-01", "Ana", AT, AT,
        messages=[message(number) for number in range(count)],
        branches=[message(100 + number) for number in range(branches)],
    )  # fmt: skip


def saved(folder, held):
    path = folder / "s.json"
    path.write_bytes(codec.encode(held))
    signature = RealFiles().signature(path)
    return path, Version(held.snapshot(), signature, 0)


class Reads(RealFiles):
    """Counts the bytes that are read."""

    bytes = 0

    def read(self, path, start=0, size=None):
        data = super().read(path, start, size)
        self.bytes += len(data)
        return data


CHANGES = [
    MessageAdded(message(50)),
    MessageReplaced(message(11, "otherwise"), AT),
    MessageReplaced(message(0, "otherwise"), AT),
    MessagesRemoved(("m11",), AT),
    MessagesRemoved(("m3",), AT),
    BranchLeft("m5", AT),
]


@pytest.mark.parametrize("branches", [0, 2])
@pytest.mark.parametrize("changes", [(), *[(one,) for one in CHANGES], CHANGES[:2]])
def test_spliced_file_is_the_file_made_anew(tmp_path, branches, changes):
    held = session(12, branches)
    path, version = saved(tmp_path, held)
    for change in changes:
        held.apply(change)
    assert b"".join(splice.file_chunks(RealFiles(), held, path, version)) == codec.encode(held)


@given(st.integers(0, 14), st.integers(0, 3), st.integers(0, 3))
def test_any_number_of_messages_is_spliced_alike(tmp_path_factory, count, branches, more):
    held = session(count, branches)
    path, version = saved(tmp_path_factory.mktemp("splice"), held)
    for number in range(more):
        held.apply(MessageAdded(message(60 + number)))
    assert b"".join(splice.file_chunks(RealFiles(), held, path, version)) == codec.encode(held)


def test_old_messages_are_copied_and_not_made_anew(tmp_path, monkeypatch):
    held = session(12)
    path, version = saved(tmp_path, held)
    held.apply(CHANGES[0])
    made = []
    real = codec.message_object
    monkeypatch.setattr(codec, "message_object", lambda one: made.append(one.id) or real(one))
    list(splice.file_chunks(RealFiles(), held, path, version))
    assert made == ["m50"]


def test_file_in_another_layout_is_made_anew(tmp_path):
    held = session(12)
    path, version = saved(tmp_path, held)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    held.apply(CHANGES[0])
    assert b"".join(splice.file_chunks(RealFiles(), held, path, version)) == codec.encode(held)


def test_file_that_changes_while_it_is_copied_is_not_put_together(tmp_path):
    held = session(12)
    path, version = saved(tmp_path, held)
    held.apply(CHANGES[0])
    chunks = splice.file_chunks(RealFiles(), held, path, version)
    next(chunks)
    next(chunks)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(BlockingIOError):
        list(chunks)


@pytest.mark.row("M07")
@pytest.mark.parametrize("branches", [0, 3])
@pytest.mark.parametrize("count", [1, 4, 12, 99])
def test_last_messages_are_read_from_the_end(tmp_path, count, branches):
    held = session(12, branches)
    path, _ = saved(tmp_path, held)
    found = layout.last_messages(RealFiles(), path, count, has_branches=branches > 0)
    assert found == [codec.message_object(one) for one in held.messages[-count:]]


def test_of_a_long_file_only_the_end_is_read(tmp_path):
    held = Session(SessionId("s"), "2026-01-01", "Ana", AT, AT)
    for number in range(500):
        held.apply(MessageAdded(message(number, "y" * 100)))
    path, _ = saved(tmp_path, held)
    files = Reads()
    assert len(layout.last_messages(files, path, 3, has_branches=False)) == 3
    assert files.bytes < path.stat().st_size / 20


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"messages": []}', b"x" * 1000])
def test_other_layouts_have_no_last_messages(tmp_path, raw):
    path = tmp_path / "s.json"
    path.write_bytes(raw)
    assert layout.last_messages(RealFiles(), path, 3, has_branches=False) is None
    assert layout.find_region(raw) is None


def test_each_message_is_found_by_its_borders(tmp_path):
    held = session(12, 2)
    path, _ = saved(tmp_path, held)
    raw = path.read_bytes()
    region = layout.find_region(raw)
    expected = [codec.message_object(one) for one in held.messages]
    assert layout.objects(raw, list(layout.borders(raw, region))) == expected
    assert layout.objects(raw, list(layout.borders_from_end(raw, region))) == expected[::-1]
    assert read_version(RealFiles(), path).session.messages == held.messages
