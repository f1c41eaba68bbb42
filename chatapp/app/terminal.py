"""A command of the terminal, from its start to its exit status.

0: done; 1: it could not be done, and one sentence on standard error says why;
2: wrong usage, said by the parser. Whatever ends a command (Ctrl-C, a signal, a
reader who has gone), replies are ended and marked, and what is owed is saved first.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

from chatapp.cli import output
from chatapp.cli.command import FAILED
from chatapp.cli.prompt import ENDING_SIGNALS, on_signals
from chatapp.domain.errors import ChatAppError, StorageError
from chatapp.kit.paths import Paths

if TYPE_CHECKING:
    import argparse

    from chatapp.cli.command import Command
    from chatapp.services.core import Core

ENDING_SECONDS = 1.0  # a command that was told to end may say its last words


def run_command(command: Command, arguments: argparse.Namespace) -> int:
    """Do what `command` does and give the exit status."""
    output.prepare(sys.stdin, sys.stdout, sys.stderr)
    try:
        return asyncio.run(_live(command, arguments))
    except StorageError as error:
        output.note(error.sentence)  # its remedy speaks of a memory that ends with the command
    except ChatAppError as error:
        output.complain(error)
    except output.OutputRefused as refused:
        _leave_output(refused)
    except (KeyboardInterrupt, asyncio.CancelledError):
        pass  # whoever sent the signal knows why
    return FAILED


async def _live(command: Command, arguments: argparse.Namespace) -> int:
    from chatapp.app.core import close_core, make_core, open_core

    core = make_core(Paths.choose(arguments.data_dir))
    if core.settings.error is not None:
        if command.needs_models:
            raise core.settings.error
        output.complain(core.settings.error)
    try:
        if command.opens_chats and (problem := await open_core(core)) is not None:
            raise problem
        core.manager.start_auto_save()
        return await _run(core, command, arguments)
    finally:
        await close_core(core)


async def _run(core: Core, command: Command, arguments: argparse.Namespace) -> int:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()

    def end(*_: object) -> None:
        loop.call_soon_threadsafe(told.set)

    with on_signals(ENDING_SIGNALS, end):
        work = core.tasks.start(command.run(core, arguments), name=command.name)
        signals = core.tasks.start(told.wait(), name="signals")
        try:
            await asyncio.wait({work, signals}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                await core.conversation.close()
                await asyncio.wait({work}, timeout=ENDING_SECONDS)
                work.cancel()
        except asyncio.CancelledError:  # Ctrl-C: the command ends what it does, and says so
            work.cancel()
        return await work


def _leave_output(refused: output.OutputRefused) -> None:
    """Say why the output ended, unless its reader has simply gone, and write nothing more."""
    if not isinstance(refused.__cause__, BrokenPipeError):
        output.note("The output could not be written.")
    # What is still buffered would be tried again, and complained about, at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
