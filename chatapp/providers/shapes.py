"""Reading JSON whose shape nobody promises.

Servers leave fields out, send null for an empty list, or a text where an object
belongs. A field of the wrong shape reads as empty, so that no wire needs to be
on its guard twice.
"""

from __future__ import annotations

from typing import Any

import orjson


def load(data: bytes) -> object:
    """The JSON value in `data`.

    orjson is strict: it refuses an escaped lone surrogate, which a server sends that
    cuts an emoji in two, and a stray byte that is no UTF-8. Both are then read by the
    slower standard library, the stray byte as U+FFFD.

    Raises:
        ValueError: It is no JSON, or nested beyond reason.
    """
    try:
        return orjson.loads(data)
    except ValueError:
        import json

        try:
            return json.loads(data.decode("utf-8", "replace"), strict=False)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def load_or_none(written: str) -> object:
    """The JSON value in a text, or None if it is no JSON."""
    try:
        return load(written.encode("utf-8", "replace"))
    except ValueError:
        return None


def mapping(value: object) -> dict[str, Any]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[dict[str, Any]]:
    """The objects in the list `value`; empty if it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """`value` if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def count(value: object) -> int | None:
    """`value` if it is a whole number from nought, else None for unknown."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return None


def json_text(value: object) -> str:
    """`value` as JSON text; a text is taken to be JSON already, None is nothing.

    What cannot be written again (half an emoji, a nesting without end) is nothing too.
    """
    if value is None or isinstance(value, str):
        return value or ""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return ""
