"""`chatapp`: the window without a command, the terminal with one."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

INSTEAD = "“chatapp chat” talks in the terminal, on the same chats."


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and give its exit status; wrong usage ends it with 2."""
    from chatapp.cli.window_options import parse_window_options

    if (options := parse_window_options(sys.argv[1:] if argv is None else argv)) is not None:
        return _open_window(options)

    from chatapp.cli.parser import build_parser

    arguments = build_parser().parse_args(argv)
    if arguments.command is None:
        return _open_window(arguments)

    from chatapp.app.terminal import run_command

    return run_command(arguments.command, arguments)


def _open_window(arguments: argparse.Namespace) -> int:
    from chatapp.cli.output import note

    if (reason := _why_no_window()) is not None:
        note(f"{reason} {INSTEAD}")
        return 1

    from chatapp.app.window import run
    from chatapp.kit.paths import Paths

    return run(
        Paths.choose(arguments.data_dir),
        session_id=arguments.session,
        screenshot=arguments.screenshot,
        new_instance=arguments.new_instance,
    )


def _why_no_window() -> str | None:
    """Why no window can be opened, as a sentence; None if one can."""
    chosen = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in chosen):
        return "There is no display for a window here."
    try:
        import PySide6.QtWidgets  # noqa: F401 - needed by the window a moment later
    except ImportError:
        return "The window needs Qt, which is not installed or cannot be loaded here."
    return None


if __name__ == "__main__":
    sys.exit(main())
