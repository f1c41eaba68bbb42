"""Background tasks that are named, kept alive, and never fail in silence."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from chatapp.kit.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


class Tasks:
    """The one door through which a coroutine is started from a plain callback.

    Attributes:
        failed: Emitted with the task's name and its error; never for a cancelled task.
    """

    def __init__(self) -> None:
        self.failed: Signal[str, BaseException] = Signal()
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Run `coroutine` on the current loop and keep it alive until it ends."""
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._running.add(task)  # the loop itself holds tasks only weakly
        task.add_done_callback(self._on_done)
        return task

    async def close(self) -> None:
        """Cancel what still runs and wait until it has ended."""
        while others := self._running - {asyncio.current_task()}:  # an ending task may start one
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

    def _on_done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.failed.emit(task.get_name(), error)
