"""Text positions: Python counts characters, Qt the 16-bit units of UTF-16."""

from __future__ import annotations


def utf16_length(text: str, end: int) -> int:
    """How many units the first `end` characters of `text` take in Qt."""
    if text.isascii():
        return min(end, len(text))
    return end + sum(1 for character in text[:end] if character > "\uffff")
