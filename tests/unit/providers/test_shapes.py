from __future__ import annotations

import pytest

from chatapp.providers import shapes


def test_escaped_halves_of_an_emoji_are_read() -> None:
    assert shapes.load(b'"\\ud83d"') == "\ud83d"


def test_a_byte_that_is_no_utf8_becomes_a_replacement() -> None:
    assert shapes.load(b'"a\xffb"') == "a\ufffdb"


def test_raw_control_characters_in_a_string_are_read() -> None:
    assert shapes.load(b'"a\x00\x1fb"') == "a\x00\x1fb"


@pytest.mark.parametrize("bad", [b"", b"{", b"nope", b"[" * 200_000])
def test_what_is_no_json_is_a_value_error(bad: bytes) -> None:
    with pytest.raises(ValueError):
        shapes.load(bad)


def test_wrong_shapes_read_as_empty() -> None:
    assert shapes.mapping([1]) == {}
    assert shapes.objects({"a": 1}) == []
    assert shapes.objects([1, {"a": 1}, None]) == [{"a": 1}]
    assert shapes.text(5) == ""
    assert [shapes.count(value) for value in (3, 0, -1, True, 2.0, "3", None)] == [
        3, 0, None, None, None, None, None,
    ]  # fmt: skip


def test_json_text_keeps_text_and_writes_objects() -> None:
    assert shapes.json_text('{"a"') == '{"a"'
    assert shapes.json_text({"a": 1}) == '{"a":1}'
    assert shapes.json_text(None) == ""
    assert shapes.json_text(["\ud83d"]) == ""
