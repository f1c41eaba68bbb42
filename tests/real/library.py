"""Many chats on disk, the same for the same seed, in the form the contract of the files gives.

Written without the program's own codec, so that what it reads is not what it wrote itself.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

BEGINNING = dt.datetime(2026, 1, 1, 9, 0, tzinfo=dt.UTC)
SPACING = dt.timedelta(hours=5)  # between the beginnings of two chats
# fmt: off
WORDS = (
    "the", "of", "and", "to", "in", "is", "it", "that", "was", "for", "on", "with", "as",
    "they", "at", "this", "from", "have", "by", "one", "had", "not", "but", "what", "all",
    "were", "when", "we", "there", "can", "harbour", "lantern", "orchard", "meadow", "river",
    "winter", "letter", "garden", "engine", "window", "music", "stone",
)
# fmt: on


def write_library(
    folder: Path, sessions: int, messages: int = 10, characters: int = 300, seed: int = 0
) -> None:
    """Write `sessions` chats below `folder`, each with `messages` of about `characters`."""
    chance = random.Random(seed)
    for number in range(sessions):
        session = make_session(chance, number, messages, characters)
        day = dt.datetime.fromisoformat(session["started_at"]).astimezone().date()
        path = folder / day.isoformat() / f"{session['session_id']}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(session, indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")


def make_session(
    chance: random.Random, number: int, messages: int, characters: int
) -> dict[str, Any]:
    """One chat as the JSON of its file, told apart from others by `number`."""
    began = BEGINNING + number * SPACING
    moments = [began + (place + 1) * dt.timedelta(seconds=10) for place in range(messages)]
    turns = [
        {
            "role": "assistant" if place % 2 else "user",
            "content": make_text(chance, characters),
            "timestamp": stamp(moment),
            "metadata": {"id": f"{number:013d}{place:013d}"},
        }
        for place, moment in enumerate(moments)
    ]
    return {
        "session_id": f"{chance.getrandbits(48):012x}",
        "user_name": "User",
        "started_at": stamp(began),
        "last_updated": stamp(moments[-1] if moments else began),
        "title": " ".join(chance.choices(WORDS, k=4)).capitalize(),
        "messages": turns,
        "metadata": {"type": "chat"},
        "stats": {
            "total_messages": messages,
            "user_messages": messages - messages // 2,
            "assistant_messages": messages // 2,
            "errors": 0,
        },
        "errors": [],
    }


def make_text(chance: random.Random, characters: int) -> str:
    """Sentences of common words, about `characters` long."""
    sentences = []
    while sum(map(len, sentences)) < characters:
        sentences.append(" ".join(chance.choices(WORDS, k=chance.randint(5, 15))).capitalize())
    return ". ".join(sentences) + "."


def stamp(moment: dt.datetime) -> str:
    """`moment` as the files write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
