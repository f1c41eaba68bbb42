"""A typed publish/subscribe signal that knows nothing of Qt."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable
from typing import Generic, ParamSpec

P = ParamSpec("P")

log = logging.getLogger(__name__)


class Signal(Generic[P]):
    """Calls every connected receiver, in order of connection.

    Receivers are held weakly, so a view that goes away takes its connections
    with it. A receiver that raises is logged and skipped: one broken view must
    not stop the others, or the save.
    """

    def __init__(self) -> None:
        self._receivers: list[weakref.ref[Callable[P, None]]] = []

    def connect(self, receiver: Callable[P, None]) -> None:
        """Call `receiver` on every emit, for as long as someone else keeps it.

        Raises:
            TypeError: For a lambda, which nobody else would keep.
        """
        if getattr(receiver, "__name__", "") == "<lambda>":
            raise TypeError("a lambda would be collected at once; connect a method")
        reference = weakref.WeakMethod if hasattr(receiver, "__self__") else weakref.ref
        self._receivers.append(reference(receiver))

    def disconnect(self, receiver: Callable[P, None]) -> None:
        """Stop calling `receiver`; unknown receivers are ignored."""
        self._receivers = [ref for ref in self._receivers if ref() not in (None, receiver)]

    def emit(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call the receivers that are still alive."""
        # A receiver may connect, disconnect and emit: what it leaves behind is a new list.
        self._receivers = [reference for reference in self._receivers if reference() is not None]
        for reference in tuple(self._receivers):
            receiver = reference()
            if receiver is None:
                continue
            try:
                receiver(*args, **kwargs)
            except Exception:
                log.exception("Receiver %r failed", receiver)
