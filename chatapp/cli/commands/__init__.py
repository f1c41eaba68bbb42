"""Every command of the terminal, one row each.

The rooms import what they need when they run: the parser is on the way to the
window, and `chatapp list` must not wait for a network library.
"""

from __future__ import annotations

from chatapp.cli.command import Command
from chatapp.cli.commands import browse, chat, export, models, organise, search, send, trash, upkeep

COMMANDS: tuple[Command, ...] = (
    chat.CHAT,
    send.SEND,
    browse.LIST,
    browse.SHOW,
    search.SEARCH,
    export.EXPORT,
    organise.RENAME,
    organise.TAG,
    organise.ARCHIVE,
    trash.DELETE,
    trash.RESTORE,
    trash.TRASH,
    browse.STATS,
    models.MODELS,
    upkeep.DOCTOR,
    upkeep.BACKUP,
)
