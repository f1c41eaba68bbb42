"""Find words in all chats: `search`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from chatapp.cli.command import DONE, Command, add_json, count
from chatapp.cli.output import note, plain_line, write_json, write_line

if TYPE_CHECKING:
    import argparse

    from chatapp.services.core import Core


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", metavar="QUERY", help="words that all occur in a message")
    add_json(parser)
    parser.add_argument("--limit", type=count, default=20, metavar="N", help="at most so many")


async def _search(core: Core, arguments: argparse.Namespace) -> int:
    from chatapp.cli.transcript import local_time
    from chatapp.services.search import search

    # The space says that the last word is whole; nobody goes on typing here.
    results = await search(core.manager, f"{arguments.query} ", arguments.limit)
    hits = [hit for hit in results.hits if hit.message_id is not None]
    for remark in results.remarks:
        note(remark)
    if arguments.json:
        write_json([asdict(hit) for hit in hits])
    for hit in () if arguments.json else hits:
        when = local_time(hit.timestamp, core.clock)
        write_line(f"{hit.session_id}  {when}  {plain_line(f'{hit.title}: {hit.snippet}')}")
    if not hits:
        note("Nothing was found.")
    return DONE


SEARCH = Command("search", "find words in all chats", _add_arguments, _search)
