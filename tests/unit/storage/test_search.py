from __future__ import annotations

from chatapp.storage.search import SearchQuery


def test_what_is_sought_is_shown_phrases_first_and_the_unfinished_word_last():
    query = SearchQuery(words=("one",), phrases=("two words",), beginning="thr", excluded=("no",))
    assert query.sought == ("two words", "one", "thr")


def test_query_without_words_seeks_none():
    assert SearchQuery(roles=("user",)).sought == ()
