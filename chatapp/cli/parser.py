"""What may be typed after `chatapp`."""

from __future__ import annotations

import argparse
from pathlib import Path

from chatapp import __version__
from chatapp.cli.command import session_id
from chatapp.cli.commands import COMMANDS
from chatapp.kit.paths import ENVIRONMENT_VARIABLE

DESCRIPTION = "A chat for language models. Without a command the window opens."


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; `command` in its result is a `Command` or None."""
    parser = argparse.ArgumentParser("chatapp", description=DESCRIPTION, allow_abbrev=False)
    parser.set_defaults(command=None)
    parser.add_argument("--version", action="version", version=f"ChatApp {__version__}")
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
    # Options of the whole program are also understood after the command; a default there would
    # undo what stood before it.
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--data-dir", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in COMMANDS:
        row = commands.add_parser(
            command.name,
            help=command.help,
            description=command.help,
            parents=[shared],
            allow_abbrev=False,
        )
        command.add_arguments(row)
        row.set_defaults(command=command)
    return parser
