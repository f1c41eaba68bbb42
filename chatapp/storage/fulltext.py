"""Text as the full-text index sees it, and queries in its language.

Languages written without spaces are indexed character by character, each set
apart by spaces on both sides, so a word of one or two Chinese characters is found
as a phrase. What a filter asks of a message (who wrote it, with which model,
whether it has code) stands beside its text as words no person types.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chatapp.domain.session import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatapp.domain.message import Message
    from chatapp.storage.search import SearchQuery

SHORTEST_PREFIX = 3  # letters; a shorter prefix matches too much to be of use, and is slow
SNIPPET_BEFORE = 40
SNIPPET_LENGTH = 160
_WRITTEN_WITHOUT_SPACES = re.compile(
    "([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])"
)
_WORD = re.compile(r"\w+")
_ROLE = "xrole"


def body(message: Message) -> str:
    """The words of a message."""
    return spaced(message.content)


def spaced(text: str) -> str:
    """`text` with every character of a language without spaces set apart."""
    if text.isascii():
        return text
    return _WRITTEN_WITHOUT_SPACES.sub(r" \1 ", text)


def about(message: Message) -> str:
    """What filters ask of a message, as words."""
    marks = [f"{_ROLE}{_slug(message.role)}"]
    if message.model:
        marks.append(f"xmodel{_slug(message.model)}")
    has = {
        "code": "```" in message.content,
        "error": message.has_error,
        "reasoning": bool(message.reasoning),
        "tool": bool(message.metadata.get("tool_calls")),
        "attachment": bool(message.metadata.get("attachments")),
        "link": "://" in message.content,
    }
    marks += [f"xhas{name}" for name, true in has.items() if true]
    return " ".join(marks)


def match_expression(query: SearchQuery) -> str:
    """What FTS5 is asked for (sqlite.org/fts5.html, section 3)."""
    wanted = [_phrase(phrase) for phrase in (*query.words, *query.phrases)]
    if query.beginning:
        wanted.append(_prefix(query.beginning))
    body_terms = [f"body : {term}" for term in wanted if term]
    about_terms = [f'about : "{_ROLE}{_slug(role)}"' for role in query.roles]
    about_terms += [f'about : "xmodel{_slug(model)}" *' for model in query.models]
    about_terms += [f'about : "xhas{_slug(thing)}"' for thing in query.has]
    # Every message has somebody who wrote it.
    terms = [*body_terms, *about_terms] or [f'about : "{_ROLE}" *']
    expression = " AND ".join(terms)
    unwanted = [f"body : {term}" for text in query.excluded if (term := _phrase(text))]
    return f"({expression}) NOT ({' OR '.join(unwanted)})" if unwanted else expression


def title_expression(query: SearchQuery) -> str:
    """The same for titles, which know no filters; empty if there are no words."""
    wanted = [_phrase(phrase) for phrase in (*query.words, *query.phrases)]
    if query.beginning:
        wanted.append(f"{_phrase(query.beginning)} *")
    expression = " AND ".join(term for term in wanted if term)
    unwanted = [term for text in query.excluded if (term := _phrase(text))]
    if expression and unwanted:
        return f"({expression}) NOT ({' OR '.join(unwanted)})"
    return expression


def snippet(text: str, words: Iterable[str]) -> str:
    """The text around the first of the words, on one line."""
    folded = text.casefold()
    places = [folded.find(word.casefold()) for word in words]
    first = min((place for place in places if place >= 0), default=0)
    start = max(0, first - SNIPPET_BEFORE)
    if start:  # at the beginning of a word, if one begins soon
        start = text.find(" ", start, start + SNIPPET_BEFORE // 2) + 1 or start
    found = one_line(text[start:], SNIPPET_LENGTH)
    return f"…{found}" if start else found


def _phrase(text: str) -> str:
    """`text` as one phrase; empty if it has no letter or digit."""
    words = _WORD.findall(spaced(text))
    return '"' + " ".join(words) + '"' if words else ""


def _prefix(text: str) -> str:
    phrase = _phrase(text)
    return f"{phrase} *" if len(text) >= SHORTEST_PREFIX and text.isascii() else phrase


def _slug(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
