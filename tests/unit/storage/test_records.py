from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.storage.records import frame, salt, scan

SEED = salt("a1b2c3d4", 7)
TRICKY = ["", "W1 ", "a\nb", "漢字 🙂", "x" * 300, '{"op"', "\u2028"]
PAYLOADS = [json.dumps({"n": n, "text": text}).encode() for n, text in enumerate(TRICKY * 2)]
LINES = [frame(payload, SEED) for payload in PAYLOADS]
SEGMENT = b"".join(LINES)
ENDS = [len(b"".join(LINES[: count + 1])) for count in range(len(LINES))]
TAILS = [b"", bytes(37), b"\xff" * 50, SEGMENT[100:180], b"W1 deadbeef 00000005 12345\n"]


def test_records_are_lines_of_readable_text():
    assert SEGMENT.count(b"\n") == len(LINES)
    assert LINES[0] == b'W1 %08x %08x {"n": 0, "text": ""}\n' % (
        int(LINES[0][3:11], 16),
        len(PAYLOADS[0]),
    )


@pytest.mark.parametrize("tail", TAILS)
def test_after_any_cut_every_whole_record_is_found_and_no_other(tail):
    for cut in range(len(SEGMENT) + 1):
        found = scan(SEGMENT[:cut] + tail, SEED)
        whole = sum(end <= cut for end in ENDS)
        assert found.payloads[:whole] == PAYLOADS[:whole], cut
        assert all(payload in PAYLOADS for payload in found.payloads)
        if not tail:
            assert len(found.payloads) == whole
            assert found.torn == (cut not in (0, *ENDS))
            assert not found.damaged


def test_no_flipped_byte_gives_a_wrong_record_or_costs_more_than_two():
    for place in range(len(SEGMENT)):
        for value in {0, 0x20, SEGMENT[place] ^ 1, SEGMENT[place] ^ 0x80} - {SEGMENT[place]}:
            broken = SEGMENT[:place] + bytes([value]) + SEGMENT[place + 1 :]
            found = scan(broken, SEED)
            assert all(payload in PAYLOADS for payload in found.payloads), (place, value)
            assert len(found.payloads) >= len(PAYLOADS) - 2


def test_without_the_checksum_flipped_bytes_would_be_accepted(monkeypatch):
    monkeypatch.setattr("zlib.crc32", lambda _data, _seed=0: 0)
    segment = b"".join(frame(payload, 0) for payload in PAYLOADS)
    wrong = 0
    for place in range(len(segment)):
        broken = segment[:place] + bytes([segment[place] ^ 1]) + segment[place + 1 :]
        wrong += any(payload not in PAYLOADS for payload in scan(broken, 0).payloads)
    assert wrong > 100


def test_records_of_an_older_segment_never_validate():
    older = b"".join(frame(payload, salt("a1b2c3d4", 6)) for payload in PAYLOADS)
    for start in range(0, len(older), 3):
        assert scan(SEGMENT + older[start:], SEED).payloads == PAYLOADS


def test_record_after_broken_ones_is_damage_but_after_zeros_it_is_a_power_cut():
    broken = LINES[0] + LINES[1][:-9] + b"garbage!\n" + LINES[2]
    assert scan(broken, SEED).damaged
    assert not scan(LINES[0] + bytes(len(LINES[1]) - 1) + b"\n" + LINES[2], SEED).damaged


@given(st.binary())
def test_arbitrary_bytes_are_no_records(raw):
    assert scan(raw, SEED).payloads == []
