"""How a list says when."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

DAYS_OF_A_WEEK = 7


def short_moment(moment: dt.datetime, now: dt.datetime) -> str:
    """The clock today, the weekday within a week, the date before; both moments are local."""
    age = (now.date() - moment.date()).days
    if age <= 0:
        return f"{moment:%H:%M}"
    if age < DAYS_OF_A_WEEK:
        return f"{moment:%a}"
    if moment.year == now.year:
        return f"{moment.day} {moment:%b}"
    return f"{moment:%b %Y}"


def spoken_moment(moment: dt.datetime, now: dt.datetime) -> str:
    """The same in words for a screen reader."""
    age = (now.date() - moment.date()).days
    clock = f"{moment:%H:%M}"
    if age <= 0:
        return f"today at {clock}"
    if age == 1:
        return f"yesterday at {clock}"
    if age < DAYS_OF_A_WEEK:
        return f"{moment:%A} at {clock}"
    return f"{moment.day} {moment:%B %Y}"
