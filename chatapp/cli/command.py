"""What a command of the terminal is, and the kinds of arguments commands take."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from chatapp.cli.window_options import session_id

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from chatapp.services.core import Core

    Run: TypeAlias = Callable[[Core, argparse.Namespace], Coroutine[None, None, int]]

DONE = 0
FAILED = 1  # it could not be done; one sentence on standard error says why
WRONG_USAGE = 2


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the terminal.

    Attributes:
        name: What is typed.
        help: What it does, for the list of commands.
        add_arguments: Declares what it takes.
        run: Does it and gives the exit status; a `ChatAppError` is said and ends with `FAILED`.
        needs_models: Whether it cannot be done with settings that cannot be read.
        opens_chats: Whether the chats are opened before it runs, as nearly every command needs.
    """

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Run
    needs_models: bool = False
    opens_chats: bool = True


def day(text: str) -> str:
    """The argument `text` as a day, `YYYY-MM-DD`."""
    import datetime as dt

    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date().isoformat()  # noqa: DTZ007 - only a day
    except ValueError as error:
        message = "A day is written as 2026-02-09."
        raise argparse.ArgumentTypeError(message) from error


def count(text: str) -> int:
    """The argument `text` as a number that is not negative."""
    if not (text.isascii() and text.isdigit()):
        message = "A whole number from 0 is needed."
        raise argparse.ArgumentTypeError(message)
    return int(text)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Let a command answer in JSON."""
    parser.add_argument("--json", action="store_true", help="write JSON")


def add_session_id(parser: argparse.ArgumentParser) -> None:
    """Let a command take the id of one chat."""
    parser.add_argument("id", type=session_id, metavar="ID", help="the chat's id, in full")


def add_session_ids(parser: argparse.ArgumentParser) -> None:
    """Let a command take the ids of several chats."""
    parser.add_argument("ids", type=session_id, metavar="ID", nargs="+", help="ids of chats")
