"""A conversation in the terminal: `chat`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from chatapp.cli.command import Command
from chatapp.cli.window_options import session_id

if TYPE_CHECKING:
    from chatapp.services.core import Core


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--session",
        type=session_id,
        metavar="ID",
        default=argparse.SUPPRESS,
        help="go on with this chat, made if it is unknown",
    )


async def _chat(core: Core, arguments: argparse.Namespace) -> int:
    from chatapp.cli.chat import TerminalChat
    from chatapp.cli.prompt import Prompt

    return await TerminalChat(core, Prompt(), arguments.session).run()


CHAT = Command("chat", "a conversation in the terminal", _add_arguments, _chat, True)
