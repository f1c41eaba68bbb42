"""The options of a start without a command, apart from the commands.

A double-click must not pay for reading the rows of a terminal it will not see.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from chatapp.kit.paths import ENVIRONMENT_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Sequence


def parse_window_options(argv: Sequence[str]) -> argparse.Namespace | None:
    """What `argv` says of the window; None if it says anything else."""
    if argv and not argv[0].startswith("-"):
        return None
    parser = argparse.ArgumentParser("chatapp", add_help=False, allow_abbrev=False)
    add_window_options(parser)
    arguments, rest = parser.parse_known_args(argv)
    return None if rest else arguments


def add_window_options(parser: argparse.ArgumentParser) -> None:
    """Let `parser` understand the options of the window."""
    parser.add_argument(
        "--data-dir",
        metavar="DIR",
        help=f"keep everything below this folder (or set {ENVIRONMENT_VARIABLE})",
    )
    window = parser.add_argument_group("the window")
    window.add_argument(
        "--session", type=session_id, metavar="ID", help="open this chat, made if it is unknown"
    )
    window.add_argument(
        "--screenshot", type=Path, metavar="FILE", help="save a picture of the window, then quit"
    )
    window.add_argument(
        "--new-instance", action="store_true", help="open a second window on the same chats"
    )


def session_id(text: str) -> str:
    """The argument `text` as a session id; nothing is opened to find out."""
    from chatapp.domain.errors import InvalidSessionId
    from chatapp.domain.ids import check_session_id

    try:
        return check_session_id(text)
    except InvalidSessionId as error:
        raise argparse.ArgumentTypeError(str(error)) from error
