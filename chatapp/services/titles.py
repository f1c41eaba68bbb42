"""A title for a chat, made from what was said: no model is asked."""

from __future__ import annotations

import re

TITLE_LENGTH = 48
# What begins a line, code marks, and emphasis at the edge of a word; `my_name` and `2 * 3` stay.
_MARKUP = re.compile(r"^[\s#>*+\-`~]+|`+|(?<!\w)[*_~]+(?=\S)|(?<=\S)[*_~]+(?!\w)")


def title_from(text: str) -> str:
    """The beginning of the first line with words, cut between words; may be empty."""
    for line in text[:4000].splitlines():
        words = _MARKUP.sub("", line).split()
        if words:
            return _cut(words)
    return ""


def _cut(words: list[str]) -> str:
    title = words[0][:TITLE_LENGTH]
    for word in words[1:]:
        if len(title) + 1 + len(word) > TITLE_LENGTH:
            return f"{title.rstrip('.,;:!–-')}…"
        title = f"{title} {word}"
    return title.rstrip(".,;:")
