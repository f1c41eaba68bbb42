"""The window's life, told in order.

Start: a lock tells whether the profile has a window already, which then comes forward
instead. Else the bare frame is painted where the window was; then its panes are made;
only then are the event loop and the core imported and made, the sessions read and the
last chat opened; last of all it listens for later starts.

End: closing the window and a signal from the system do the same: replies are ended
and marked, everything owed is saved, then the loop ends. Qt never ends it on its
own, or the last save would be lost.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from chatapp.app.instance import Place, claim
from chatapp.domain.errors import ChatAppError
from chatapp.kit.atomic import make_folder
from chatapp.settings.config import FILE_NAME, Settings
from chatapp.storage.notebook import Notebook
from chatapp.ui.garbage import GarbageCollector
from chatapp.ui.main_window import MainWindow

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator
    from pathlib import Path

    from chatapp.kit.paths import Paths

APPLICATION_ID = "chatapp"
FIRST_PAINT_SECONDS = 0.25
NO_ANSWER = (
    "ChatApp is open on these chats already, but its window does not answer. "
    "Wait a moment, or open a second one with “chatapp --new-instance”."
)


def run(
    paths: Paths,
    *,
    session_id: str | None = None,
    screenshot: Path | None = None,
    new_instance: bool = False,
) -> int:
    """Open the window and stay until it is closed and everything is saved.

    Where a window is open on the profile already, that one comes forward instead.

    Args:
        paths: The profile.
        session_id: The chat to open, made if unknown; the last one without it.
        screenshot: Save a picture of the window here once it is idle, then quit. That takes a
            window of its own.
        new_instance: Open another window even so.

    Returns:
        The exit status.
    """
    qt = QApplication(sys.argv[:1])
    qt.setApplicationName("ChatApp")
    qt.setDesktopFileName(APPLICATION_ID)
    qt.setQuitOnLastWindowClosed(False)
    GarbageCollector(qt)
    place: Place | None = claim(paths.state)
    if place is not None and not (place.is_first or new_instance or screenshot):
        from chatapp.app.doorbell import call_first

        place = call_first(paths.state, session_id)
        if place is not None and not place.is_first:
            print(NO_ANSWER, file=sys.stderr)  # noqa: T201 - asked for from a terminal
            return 1
    if place is None:
        return 0
    settings = Settings(paths.config / FILE_NAME)
    window_state = Notebook(paths.state / "window.json")
    window = MainWindow(settings, window_state)
    window.show_where_it_was()
    _wait_for_first_paint(qt, window)
    window.furnish()

    import asyncio

    import qasync

    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(qt)) as runner:
        wish = Wish(place, session_id, screenshot)
        return runner.run(_live(window, paths, settings, window_state, wish))


@dataclass(frozen=True, slots=True)
class Wish:
    """What this start is to be: the arguments of `run`, and its place among the windows."""

    place: Place
    session_id: str | None
    screenshot: Path | None


def _wait_for_first_paint(qt: QApplication, window: MainWindow) -> None:
    """Let the frame come on screen before anything that takes time.

    The display answers when it likes; one that does not answer soon is not waited for.
    """
    deadline = time.monotonic() + FIRST_PAINT_SECONDS
    while not window.was_painted and time.monotonic() < deadline:
        qt.processEvents()
        time.sleep(0.0005)
    qt.processEvents()


async def _live(
    window: MainWindow,
    paths: Paths,
    settings: Settings,
    window_state: Notebook,
    wish: Wish,
) -> int:
    import asyncio

    from chatapp.app.core import close_core, keep_notebooks, make_core, open_core
    from chatapp.services.upkeep import look_after

    leaving = asyncio.Event()
    window.closed.connect(leaving.set)
    _leave_on_signals(leaving)
    core = make_core(paths, settings=settings, window_state=window_state)
    problem = await open_core(core)
    _log_crashes(paths)
    core.manager.start_auto_save()
    core.tasks.start(keep_notebooks(core), name="keep notebooks")
    core.tasks.start(look_after(core), name="look after the library")
    window.attach(core)
    if not wish.place.is_first:
        window.chat.status.mark_second_window()
    if (worst := problem or settings.error) is not None:
        window.show_problem(worst)
    await window.open_first(wish.session_id)
    status = 0
    if wish.screenshot is not None:
        status = await _take_picture(window, wish.screenshot)
        leaving.set()
    with _doorbell(window, paths, wish.place):
        await leaving.wait()
    window.hide()
    await close_core(core)
    return status


@contextlib.contextmanager
def _doorbell(window: MainWindow, paths: Paths, place: Place) -> Iterator[None]:
    """Let later starts bring the window forward meanwhile, if it is the first."""
    if place.lock is None:
        yield
        return
    from chatapp.app.doorbell import Doorbell, address
    from chatapp.app.request import TOKEN_VARIABLE, Request

    def on_rung(request: Request) -> None:
        if request.token:  # Qt takes it from there when the window asks for the focus
            os.environ[TOKEN_VARIABLE] = request.token
        window.come_forward(request.session_id)

    doorbell = Doorbell(address(paths.state))
    doorbell.rung.connect(on_rung)
    try:
        yield
    finally:
        doorbell.close()


async def _take_picture(window: MainWindow, path: Path) -> int:
    """Save a picture of the window; gives the exit status."""
    try:
        await window.save_screenshot(path)
    except ChatAppError as error:
        print(error, file=sys.stderr)  # noqa: T201 - asked for from a terminal
        return 1
    return 0


def _leave_on_signals(leaving: asyncio.Event) -> None:
    import asyncio

    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(name, leaving.set)


def _log_crashes(paths: Paths) -> None:
    """A crash of the interpreter leaves its traceback in a local file; nothing is sent."""
    with contextlib.suppress(OSError):
        make_folder(paths.state)
        # Stays open for the life of the process: the handler writes to its descriptor.
        faulthandler.enable((paths.state / "crash.log").open("a"))
