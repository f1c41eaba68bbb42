"""When a transcript does what: changes once a frame, work ahead of need while nothing happens."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

if TYPE_CHECKING:
    from chatapp.domain.ids import MessageId
    from chatapp.domain.message import Message
    from chatapp.ui.chat.transcript.announcer import Announcer
    from chatapp.ui.chat.transcript.area import TranscriptArea
    from chatapp.ui.chat.transcript.style import Style

FRAME_SECONDS = 0.016
SLICE_SECONDS = 0.003  # of work ahead of need, before events are looked at again
COLOURED_LINES = 40
FORMULA_MILLISECONDS = 30


class Pacer:
    """Gathers what shall happen to one transcript and lets it happen in time."""

    def __init__(self, area: TranscriptArea, announcer: Announcer) -> None:
        self._area = area
        self._announcer = announcer
        self._pending: dict[MessageId, Message] = {}
        self._frame = QTimer(area)
        self._frame.setSingleShot(True)
        self._frame.timeout.connect(self.on_frame)
        self._formulas = QTimer(area)  # several formulas are taken together
        self._formulas.setSingleShot(True)
        self._formulas.setInterval(FORMULA_MILLISECONDS)
        self._formulas.timeout.connect(self._on_formulas_drawn)
        self._idle = QTimer(area)
        self._idle.setInterval(0)
        self._idle.timeout.connect(self._on_idle)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is left to do, neither now nor ahead of need."""
        timers = (self._frame, self._formulas, self._idle)
        return not any(timer.isActive() for timer in timers)

    def follow_style(self, style: Style) -> None:
        """Take formulas drawn in this style as they come."""
        style.formulas.drawn.connect(self._formulas.start)

    # ---- changes

    def change(self, message: Message) -> None:
        """Let a message have a new value with the next frame."""
        self._pending[message.id] = message
        if not self._frame.isActive():
            self._frame.start()

    def forget_changes(self) -> None:
        """The messages are others now."""
        self._pending.clear()

    def apply_changes(self) -> float:
        """Let waiting changes happen; gives the height of the view from which they show."""
        area, pending, self._pending = self._area, self._pending, {}
        shows = float(area.viewport().height())
        for message_id, message in pending.items():
            row = area.flow.rows.find(message_id)
            if row is not None:
                self._announcer.message_changed(area.flow.rows[row], message)
                shows = min(shows, area.flow.update(row, message))
                area.finder.forget(row)
        return shows

    def on_frame(self) -> None:
        """Draw what changed."""
        begun = time.perf_counter()
        self._area.refresh(self.apply_changes())
        cost = time.perf_counter() - begun
        # A long open paragraph is laid out again as a whole: give other work its share.
        self._frame.setInterval(round(1000 * max(FRAME_SECONDS, 4 * cost)))

    # ---- ahead of need

    def look_ahead(self) -> None:
        """Something moved: there may be work to do ahead of need."""
        self._idle.start()

    def _on_idle(self) -> None:
        until = time.perf_counter() + SLICE_SECONDS
        while time.perf_counter() < until:
            if not self._colour_more() and not self._area.flow.measure_ahead():
                self._idle.stop()
                break
        self._area.sync_bar()

    def _colour_more(self) -> bool:
        for _, _, item in self._area.flow.visible():
            if item.body.colour_more(COLOURED_LINES):
                self._area.viewport().update()
                return True
        return False

    def _on_formulas_drawn(self) -> None:
        self._area.flow.take_formulas()
        self._area.refresh()
