"""What may be typed after `chatapp`."""

from __future__ import annotations

import argparse

from chatapp import __version__
from chatapp.cli.commands import COMMANDS
from chatapp.cli.window_options import add_window_options

DESCRIPTION = "A chat for language models. Without a command the window opens."


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; `command` in its result is a `Command` or None."""
    parser = argparse.ArgumentParser("chatapp", description=DESCRIPTION, allow_abbrev=False)
    parser.set_defaults(command=None)
    parser.add_argument("--version", action="version", version=f"ChatApp {__version__}")
    add_window_options(parser)
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
