"""Look at what there is: `list`, `show`, `stats`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatapp.cli.command import DONE, Command, add_json, add_session_id, count, day
from chatapp.cli.output import note, plain_line, write_json, write_json_bytes, write_line

if TYPE_CHECKING:
    import argparse

    from chatapp.domain.session import SessionSummary
    from chatapp.services.core import Core
    from chatapp.sessions.catalogue import SessionPage

_SUMMARY_KEYS = (
    "session_id",
    "title",
    "user_name",
    "started_at",
    "last_updated",
    "type",
    "total_messages",
    "user_messages",
    "assistant_messages",
    "errors",
    "preview",
)


def _add_list_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)
    parser.add_argument("--limit", type=count, default=100, metavar="N", help="at most so many")
    parser.add_argument("--offset", type=count, default=0, metavar="N", help="skip so many")
    parser.add_argument("--from", type=day, dest="from_day", metavar="DAY", help="active since")
    parser.add_argument("--to", type=day, dest="to_day", metavar="DAY", help="active until")
    parser.add_argument("--tag", metavar="TAG", help="only chats with this tag")
    parser.add_argument("--archived", action="store_true", help="the archived chats instead")


async def _list(core: Core, arguments: argparse.Namespace) -> int:
    page = await core.manager.list_sessions(
        arguments.limit,
        arguments.offset,
        from_day=arguments.from_day,
        to_day=arguments.to_day,
        tag=arguments.tag,
        archived=arguments.archived,
    )
    if arguments.json:
        write_json(_page_object(page))
        return DONE
    if page.sessions:
        write_line(_table(core, page.sessions))
    if not page.total_sessions:
        note("There are no chats here.")
    elif (shown := page.offset + len(page.sessions)) < page.total_sessions:
        note(f"{page.total_sessions} chats; --offset {shown} shows the next.")
    return DONE


def _page_object(page: SessionPage) -> dict[str, Any]:
    return {
        "sessions": [_summary_object(summary) for summary in page.sessions],
        "total_sessions": page.total_sessions,
        "sessions_today": page.sessions_today,
        "sessions_this_week": page.sessions_this_week,
        "total_messages": page.total_messages,
        "limit": page.limit,
        "offset": page.offset,
    }


def _summary_object(summary: SessionSummary) -> dict[str, Any]:
    known = {key: getattr(summary, key) for key in _SUMMARY_KEYS} | {"tags": summary.tags}
    return known | ({"damage": summary.damage} if summary.damage else {})


def _table(core: Core, summaries: list[SessionSummary]) -> str:
    from chatapp.cli.transcript import local_time

    width = max(len(summary.session_id) for summary in summaries)
    return "\n".join(
        f"{summary.session_id:{width}}  {local_time(summary.last_updated, core.clock)}"
        f"  {summary.total_messages:>4}  {plain_line(_name(summary))}"
        for summary in summaries
    )


def _name(summary: SessionSummary) -> str:
    if summary.damage:
        return f"[cannot be opened: {summary.damage}]"
    tags = "".join(f" #{tag}" for tag in summary.tags)
    return (summary.title or summary.preview or "New chat") + tags


async def _show(core: Core, arguments: argparse.Namespace) -> int:
    from chatapp.cli.transcript import transcript
    from chatapp.domain.errors import SessionNotFound
    from chatapp.storage.codec import encode

    session = await core.manager.get_session(arguments.id)
    if session is None:
        raise SessionNotFound("There is no chat with this id.", "“chatapp list” shows them all.")
    if arguments.json:
        write_json_bytes(encode(session))
        return DONE
    if session.title:
        write_line(f"{plain_line(session.title)}\n")
    write_line(transcript(session.messages, core.clock))
    return DONE


def _add_show_arguments(parser: argparse.ArgumentParser) -> None:
    add_session_id(parser)
    add_json(parser)


async def _stats(core: Core, arguments: argparse.Namespace) -> int:
    from chatapp.sessions.catalogue import SessionFilter

    summaries = core.manager.catalogue.summaries(SessionFilter(archived=None))
    totals = core.manager.catalogue.totals(summaries)
    numbers = {
        "total_sessions": totals.sessions,
        "sessions_today": totals.sessions_today,
        "sessions_this_week": totals.sessions_this_week,
        "archived_sessions": sum(summary.archived for summary in summaries),
        "damaged_sessions": sum(bool(summary.damage) for summary in summaries),
        "total_messages": totals.messages,
        "user_messages": sum(summary.user_messages for summary in summaries),
        "assistant_messages": sum(summary.assistant_messages for summary in summaries),
        "errors": sum(summary.errors for summary in summaries),
    }
    if arguments.json:
        write_json(numbers)
    else:
        width = max(map(len, numbers))
        rows = (f"{name.replace('_', ' '):{width}}  {number}" for name, number in numbers.items())
        write_line("\n".join(rows))
    return DONE


LIST = Command("list", "the chats, newest activity first", _add_list_arguments, _list)
SHOW = Command("show", "one conversation; as JSON, its file", _add_show_arguments, _show)
STATS = Command("stats", "how much there is", add_json, _stats)
