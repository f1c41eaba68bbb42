"""Say one thing and write the reply: `send`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from chatapp.cli.command import DONE, FAILED, Command, add_json
from chatapp.cli.output import write_json
from chatapp.cli.window_options import session_id

if TYPE_CHECKING:
    from chatapp.domain.message import Message
    from chatapp.domain.session import Session
    from chatapp.services.core import Core

FROM_STANDARD_INPUT = "-"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--session",
        type=session_id,
        metavar="ID",
        default=argparse.SUPPRESS,
        help="say it in this chat, made if it is unknown; without, in a new one",
    )
    parser.add_argument(
        "--model", metavar="M", help="ask provider/model this once, whatever the chat's own is"
    )
    add_json(parser)
    parser.add_argument("text", metavar="TEXT", help="what you say; - reads standard input")


async def _send(core: Core, arguments: argparse.Namespace) -> int:
    from chatapp.cli.reply_printer import ReplyPrinter, say_ending, stopped_by_control_c
    from chatapp.domain.errors import ChatAppError
    from chatapp.domain.ids import new_session_id

    text = sys.stdin.read() if arguments.text == FROM_STANDARD_INPUT else arguments.text
    if not text.strip():
        raise ChatAppError("There is nothing to send.")
    session = await core.manager.get_or_create_session(
        arguments.session or new_session_id(), user_name=core.settings.get("user_name")
    )
    printer = None if arguments.json else ReplyPrinter(core, session.id)
    with stopped_by_control_c(core, session.id):
        reply = await core.conversation.send(text, session_id=session.id, model=arguments.model)
    if printer is not None and printer.refused is not None:
        raise printer.refused
    if arguments.json:
        write_json(_answer(session, reply))
    return DONE if say_ending(reply) else FAILED


def _answer(session: Session, reply: Message) -> dict[str, Any]:
    return {
        "session_id": session.id,
        "reply": reply.content,
        "model": reply.model,
        "usage": reply.metadata.get("usage") or None,  # unknown is null, never 0
        "status": reply.status.value,
    }


SEND = Command("send", "one message; the reply is written as it comes", _add_arguments, _send, True)
