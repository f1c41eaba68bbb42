"""Text positions: Python counts characters, Qt the 16-bit units of UTF-16."""

from __future__ import annotations


def utf16_length(text: str, end: int) -> int:
    """How many units the first `end` characters of `text` take in Qt."""
    if text.isascii():
        return min(end, len(text))
    return end + sum(1 for character in text[:end] if character > "\uffff")


def character_index(text: str, units: int) -> int:
    """How many characters of `text` the first `units` units of Qt are; halves count."""
    if text.isascii():
        return min(units, len(text))
    for index, character in enumerate(text):
        if units <= 0:
            return index
        units -= 2 if character > "\uffff" else 1
    return len(text)
