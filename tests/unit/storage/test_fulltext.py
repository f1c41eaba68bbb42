"""Text becomes words of the index, and a query becomes what the index understands."""

from __future__ import annotations

import pytest

from chatapp.domain.message import Message
from chatapp.storage.fulltext import (
    about,
    body,
    match_expression,
    snippet,
    spaced,
    title_expression,
)
from chatapp.storage.search import SearchQuery

AT = "2026-02-09T12:00:00.000000Z"


def message(content="hello", role="user", **metadata):
    return Message(role, content, AT, metadata)


def test_characters_of_languages_without_spaces_stand_apart():
    assert spaced("我爱Qt").split() == ["我", "爱", "Qt"]
    assert body(message("plain text")) == "plain text"


def test_what_filters_ask_for_stands_beside_the_text():
    assert about(message()) == "xroleuser"
    marked = message(
        "see https://a.b\n```\nx\n```", "assistant",
        model="GPT-4.1", reasoning="hm", tool_calls=[{}], attachments=[{}],
        has_error=True,
    )  # fmt: skip
    assert about(marked).split() == [
        "xroleassistant", "xmodelgpt41",
        "xhascode", "xhaserror", "xhasreasoning", "xhastool", "xhasattachment", "xhaslink",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        (SearchQuery(), 'about : "xrole" *'),
        (SearchQuery(words=("a", "b")), 'body : "a" AND body : "b"'),
        (SearchQuery(phrases=("a b",)), 'body : "a b"'),
        (SearchQuery(beginning="abc"), 'body : "abc" *'),
        (SearchQuery(beginning="ab"), 'body : "ab"'),
        (SearchQuery(words=("!?",)), 'about : "xrole" *'),
        (SearchQuery(words=('a" OR "b',)), 'body : "a OR b"'),
        (SearchQuery(roles=("user",)), 'about : "xroleuser"'),
        (SearchQuery(models=("GPT-4",)), 'about : "xmodelgpt4" *'),
        (SearchQuery(has=("code",)), 'about : "xhascode"'),
        (SearchQuery(words=("a",), excluded=("b", "?")), '(body : "a") NOT (body : "b")'),
    ],
)
def test_query_in_the_words_of_the_index(query, expression):
    assert match_expression(query) == expression


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        (SearchQuery(roles=("user",)), ""),
        (SearchQuery(words=("a",), beginning="b"), '"a" AND "b" *'),
        (SearchQuery(words=("a",), excluded=("b", "c")), '("a") NOT ("b" OR "c")'),
    ],
)
def test_titles_are_asked_for_words_alone(query, expression):
    assert title_expression(query) == expression


def test_snippet_begins_a_little_before_the_first_word_found():
    text = "x" * 100 + " PEARS and apples"
    assert snippet(text, ["apples", "pears"]) == "…" + "x" * 39 + " PEARS and apples"
    assert snippet("short\ntext", ["nothing"]) == "short text"


def test_snippet_begins_with_a_whole_word():
    text = f"{'before ' * 20}the big needle"
    assert snippet(text, ["needle"]) == "…before before before before the big needle"
