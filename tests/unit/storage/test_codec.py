"""A session survives its file: byte for byte where we wrote it, in substance where others did."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from chatapp.domain.changes import MessageAdded
from chatapp.domain.message import Message, new_message
from chatapp.domain.session import Session
from chatapp.storage import codec
from chatapp.storage.codec import MESSAGES_PER_SLICE, DamagedFile, decode, encode, encode_chunks

ROOT = Path(__file__).parents[3]
GOLDEN = sorted((ROOT / "tests/data/sessions").glob("*.json"))
WHOLE = [path for path in GOLDEN if path.stem != "sparse"]
SCHEMA = json.loads((ROOT / "resources/session.schema.json").read_bytes())
AT = "2026-02-09T12:00:00.000000Z"


def load(raw, file_id="file_id"):
    return decode(raw, file_id=file_id, day="2026-02-09")


def validate(raw):
    jsonschema.validate(json.loads(raw), SCHEMA, jsonschema.Draft202012Validator)


def session_of(messages=(), **fields):
    return Session("a", "2026-02-09", "User", AT, AT, messages=list(messages), **fields)


# ---- golden files


def test_there_are_golden_files():
    assert {path.stem for path in WHOLE} == {
        "branches",
        "contract-example",
        "second-precision",
        "unknown-keys",
        "voice",
        "without-ids",
    }


@pytest.mark.row("D07")
@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_golden_file_loads_and_saves_byte_for_byte(path):
    assert encode(load(path.read_bytes())) == path.read_bytes()


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_golden_file_matches_the_schema(path):
    validate(path.read_bytes())


@pytest.mark.row("D07")
def test_example_of_the_contract_is_read_as_it_says():
    session = load((ROOT / "tests/data/sessions/contract-example.json").read_bytes())
    assert (session.id, session.user_name, session.title) == ("abc123def456", "User", "optional")
    assert [(each.role, each.content) for each in session.messages] == [
        ("user", "Hello, how are you?"),
        ("assistant", "I'm doing well, thank you!"),
    ]
    assert session.stats == {
        "total_messages": 2,
        "user_messages": 1,
        "assistant_messages": 1,
        "errors": 0,
    }


def test_sparse_foreign_file_is_saved_with_every_key_in_its_place():
    # What normalises: a byte order mark goes, escapes become characters, half a character is
    # replaced, a null title and a wrong count go, missing keys come, and what is no message
    # is kept aside.
    raw = (ROOT / "tests/data/sessions/sparse.json").read_bytes()
    assert json.loads(encode(load(raw))) == {
        "session_id": "file_id",
        "user_name": "",
        "started_at": "",
        "last_updated": "",
        "unreadable_messages": ["not a message"],
        "messages": [{"role": "user", "content": "Café \ufffd", "timestamp": "", "metadata": {}}],
        "metadata": {},
        "stats": {"total_messages": 1, "user_messages": 1, "assistant_messages": 0, "errors": 0},
        "errors": [],
    }
    validate(encode(load(raw)))


def test_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("key", SCHEMA["required"])
def test_schema_misses_each_key_that_is_always_written(key):
    document = json.loads(WHOLE[0].read_bytes())
    del document[key]
    with pytest.raises(jsonschema.ValidationError, match=key):
        validate(json.dumps(document))


def test_keys_are_written_in_the_order_of_the_schema():
    session = session_of([new_message("user", "a", AT)], title="t")
    session.branches.append(new_message("user", "b", AT))
    document = json.loads(encode(session))
    assert list(document) == [key for key in SCHEMA["properties"] if key in document]
    assert set(document) == set(SCHEMA["properties"])


# ---- any session


@given(strategies.sessions())
def test_any_session_survives_its_file(session):
    found = decode(encode(session), file_id=session.id, day=session.day)
    if session.started_at and not session.last_updated:
        found = replace(found, last_updated="")
    assert found == session
    assert list(found.extra) == list(session.extra)
    assert [list(each.metadata) for each in found.messages] == [
        list(each.metadata) for each in session.messages
    ]


@given(strategies.sessions().map(lambda session: replace(session, errors=[])))
def test_file_of_any_session_matches_the_schema(session):
    validate(encode(session))


@given(strategies.json_objects | strategies.sessions().map(lambda each: json.loads(encode(each))))
def test_reading_what_was_written_after_reading_changes_nothing_more(document):
    document.setdefault("messages", [])
    once = load(orjson.dumps(document))
    assert load(encode(once)) == once


@given(st.dictionaries(st.sampled_from(strategies.KNOWN_KEYS), strategies.json_values))
def test_known_keys_of_any_type_cost_no_more_than_themselves(document):
    document["messages"] = [{"role": "user", "content": "kept"}, *[document.get("messages")]]
    assert load(orjson.dumps(document)).messages[0].content == "kept"


@given(strategies.json_values)
def test_entry_that_is_no_message_is_kept_aside(entry):
    raw = orjson.dumps({"messages": [entry], "branches": [entry]})
    session = load(encode(load(raw)))
    if isinstance(entry, dict):
        assert (len(session.messages), len(session.branches)) == (1, 1)
    else:
        assert session.extra[codec.UNREADABLE] == [entry, entry]


@pytest.mark.parametrize("earlier", [5, None, "text", {"a": 1}])
def test_foreign_key_with_the_name_of_those_kept_aside_does_no_harm(earlier):
    session = load(orjson.dumps({"messages": [1], codec.UNREADABLE: earlier}))
    assert session.extra[codec.UNREADABLE] == [1]


@given(strategies.any_text, strategies.any_text)
def test_any_text_that_comes_in_can_be_written(text, key):
    session = session_of(title=text, metadata={key: text})
    session.apply(MessageAdded(new_message("user", text, AT, {key: {key: [text]}})))
    assert load(encode(session)).messages[0].content == session.messages[0].content


# ---- how it is written


def one_dump(session):
    document = {
        "session_id": session.id,
        "user_name": session.user_name,
        "started_at": session.started_at,
        "last_updated": session.last_updated,
        **({} if session.title is None else {"title": session.title}),
        **session.extra,
        "messages": [codec.message_object(each) for each in session.messages],
        **(
            {"branches": [codec.message_object(each) for each in session.branches]}
            if session.branches
            else {}
        ),
        "metadata": session.metadata,
        "stats": session.stats,
        "errors": session.errors,
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"


@given(strategies.sessions())
def test_pieces_make_what_one_dump_makes(session):
    assert b"".join(encode_chunks(session)) == one_dump(session)


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 511, 512, 513])
@pytest.mark.parametrize("branched", [0, 256, 257])
def test_pieces_make_what_one_dump_makes_at_the_borders_of_a_slice(count, branched):
    session = session_of([Message("user", str(number), AT) for number in range(count)])
    session.branches = [Message("user", str(number), AT) for number in range(branched)]
    assert b"".join(encode_chunks(session)) == one_dump(session)


def test_no_piece_holds_more_messages_than_a_slice():
    session = session_of([Message("user", "x", AT) for _ in range(MESSAGES_PER_SLICE * 3)])
    assert max(piece.count(b'"role"') for piece in encode_chunks(session)) == MESSAGES_PER_SLICE


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({1: "a"}, {"1": "a"}),
        ((1, {2}), [1, [2]]),
        (2**70, str(2**70)),
        (-(2**63), -(2**63)),
        (b"raw", "b'raw'"),
        ({"\ud800": "\udfff"}, {"\ufffd": "\ufffd"}),
        (float("nan"), None),
        ({1: [True, None, 0.5]}, {"1": [True, None, 0.5]}),
    ],
)
def test_value_that_json_cannot_hold_is_written_as_near_as_can_be(value, written):
    assert load(encode(session_of(metadata={"odd": value}))).metadata["odd"] == written


def nested(depth):
    value = "core"
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize("depth", [150, 200, 250, 300])
def test_deeply_nested_value_keeps_its_core(depth):
    assert b"core" in encode(session_of(metadata={"deep": nested(depth)}))


@pytest.mark.parametrize("depth", [900, 1_000, 100_000])
def test_value_nested_without_end_does_not_stop_the_rest_from_being_written(depth):
    session = session_of([Message("user", "kept", AT)], metadata={"deep": nested(depth)})
    assert load(encode(session)).messages == session.messages


def test_value_that_contains_itself_does_not_stop_the_rest_from_being_written():
    circle = {}
    circle["again"] = circle
    session = session_of([Message("user", "kept", AT)], metadata=circle)
    assert load(encode(session)).messages == session.messages


# ---- what is no session


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "The file is empty."),
        (b" \n", "The file is empty."),
        (b"\0" * 4096, "The file holds only zero bytes, as after a power cut."),
        (b'{"messages": [', "The file is not valid JSON (line 1, column 15)."),
        (b'{"messages": [],\n "a": NaN}', "The file is not valid JSON (line 2, column 7)."),
        (b'{"messages": ["\\ud83d", NaN]}', "The file is not valid JSON (line 1, column 16)."),
        (b'{"messages": "\xff\xfe"}', "The file is not valid JSON (line 1, column 1)."),
        (b"[]", "The file is valid JSON, but not a session."),
        (b'"text"', "The file is valid JSON, but not a session."),
        (b'{"theme": "dark"}', "The file is valid JSON, but not a session."),
    ],
)
def test_bytes_that_are_no_session_are_refused_with_the_reason(raw, reason):
    with pytest.raises(DamagedFile) as refused:
        load(raw)
    assert str(refused.value) == reason


@given(st.binary(max_size=60))
def test_any_bytes_are_a_session_or_damaged(raw):
    try:
        session = load(raw)
    except DamagedFile:
        return
    assert load(encode(session)) == session


@given(st.data())
def test_file_cut_off_anywhere_is_damaged_or_whole(data):
    raw = WHOLE[0].read_bytes()
    cut = raw[: data.draw(st.integers(0, len(raw) - 2))]
    with pytest.raises(DamagedFile):
        load(cut)


def test_half_a_character_from_another_program_costs_only_that_character():
    session = load(b'{"messages": [{"role": "user", "content": "a\\uD83d", "n": 1}]}')
    assert session.messages[0].content == "a\ufffd"
    assert session.messages[0].extra == {"n": 1}


def test_half_a_character_in_a_file_nested_without_end_is_damage():
    with pytest.raises(DamagedFile):
        load(b'{"messages": ' + b"[" * 100_000 + b'"\\ud83d')


# ---- which id and which times


def test_id_in_the_file_is_taken():
    assert load(b'{"session_id": "Inside"}', file_id="outside").id == "Inside"


@pytest.mark.row("T25")
@pytest.mark.parametrize("stored", [b'"../../x"', b'""', b"7", b"null"])
def test_unsafe_id_in_a_file_gives_way_to_its_name(stored):
    assert load(b'{"session_id": ' + stored + b"}", file_id="outside").id == "outside"


def test_name_that_is_no_id_is_kept_so_that_the_file_can_be_listed():
    assert load(b'{"messages": []}', file_id="my chat").id == "my chat"


def test_file_without_a_last_update_was_updated_when_it_began():
    assert load(b'{"session_id": "a", "started_at": "2026-02-09"}').last_updated == "2026-02-09"


def test_content_that_is_no_text_is_kept_as_json_text():
    session = load(b'{"messages": [{"role": "user", "content": [{"type": "text"}]}]}')
    assert json.loads(session.messages[0].content) == [{"type": "text"}]


# ---- on one line, as the journal keeps it


@given(strategies.json_objects)
def test_value_on_one_line_is_the_value(value):
    line = codec.dumps_line(value)
    assert b"\n" not in line
    assert json.loads(line) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"a": "\ud800"}, {"a": "\ufffd"}),
        ({"a": 2**70}, {"a": str(2**70)}),
        ({1: (2,)}, {"1": [2]}),
    ],
)
def test_value_json_cannot_hold_is_written_on_one_line_as_near_as_can_be(value, written):
    assert json.loads(codec.dumps_line(value)) == written
