"""The transcript against the limits of showing text at all, and against itself at other lengths.

Figures are processor time of this process, so that what else runs counts little.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # read when the application is made

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QTextDocument, QTextLayout
from PySide6.QtWidgets import QApplication

from bench.conversations import WHEN, conversation, long_reply, unit_length
from bench.harness import Comparison
from chatapp.domain.message import Message
from chatapp.ui.chat.transcript.area import TranscriptArea
from chatapp.ui.fonts import choose

WIDTH, HEIGHT = 1000, 800
SCREEN_CHARACTERS = 4500
STEP = 16  # characters of one streamed update: four tokens
FRAMES = 62  # a second has so many


def cpu(act: Callable[[], object]) -> float:
    """The processor seconds `act` takes."""
    begun = time.process_time()
    act()
    return time.process_time() - begun


class Bench:
    """An area, and what is done with it."""

    def __init__(self) -> None:
        self.application = QApplication.instance() or QApplication([])
        self.area = TranscriptArea(choose())
        self.area.resize(WIDTH, HEIGHT)
        self.area.show()
        self._numbers = count()
        self.application.processEvents()

    def idle(self) -> None:
        """Let everything be done that is done ahead of need."""
        while not self.area.pacer.is_quiet:
            self.application.processEvents()

    def draw(self) -> None:
        """Draw what the area asked to be drawn, and no more."""
        QCoreApplication.sendPostedEvents(self.area, QEvent.Type.UpdateRequest.value)

    def switch(self, messages: list[Message]) -> float:
        """Show a conversation, to painted."""

        def act() -> None:
            self.area.show_messages(messages)
            self.area.viewport().repaint()

        return cpu(act)

    def shape(self) -> float:
        """Shape and wrap one screen of text, with nothing around it."""
        text = "".join(message.content for message in conversation(40)[-12:])[:SCREEN_CHARACTERS]
        font = self.area.flow.setting.style.body

        def act() -> None:
            for paragraph in text.split("\n"):
                layout = QTextLayout(paragraph, font)
                layout.beginLayout()
                while (line := layout.createLine()).isValid():
                    line.setLineWidth(720)
                layout.endLayout()

        return cpu(act)

    def one_document(self, messages: list[Message]) -> float:
        """Open a conversation as one document, as simple programs do."""

        def act() -> None:
            document = QTextDocument()
            document.setTextWidth(720)
            document.setMarkdown("\n\n".join(message.content for message in messages))
            document.size()

        return cpu(act)

    # ---- streaming

    def begin(self, kilobytes: float) -> tuple[Message, int]:
        """A reply that has grown to this size."""
        message = Message(
            "assistant", "", WHEN, {"id": f"s{next(self._numbers)}", "status": "streaming"}
        )
        size = round(kilobytes * 1024 / unit_length()) * unit_length() or unit_length()
        self.area.show_messages(conversation(1000))
        self.area.add_message(message)
        self.area.update_message(message.with_content(long_reply(130)[:size]))
        self.idle()
        return message, size

    def stream(self, kilobytes: float, updates: int, *, paint: bool = True) -> float:
        """Grow a reply of this size by some updates; mean seconds of one."""
        message, size = self.begin(kilobytes)
        text, area = long_reply(130), self.area
        values = [message.with_content(text[: size + STEP * n]) for n in range(1, updates + 1)]

        def act() -> None:
            for value in values:
                area.update_message(value)
                area.pacer.on_frame()
                if paint:
                    self.draw()
            area.pacer._frame.stop()
            self.draw()

        return cpu(act) / updates

    def open_block(self, updates: int) -> float:
        """Parse and lay out the last block alone at every such update; mean seconds of one."""
        text, unit = long_reply(130), unit_length()
        growing = [text[unit : unit + STEP * n] for n in range(1, updates + 1)]
        blocks = [grown.rpartition("\n\n")[2] for grown in growing]
        document = QTextDocument()
        document.setTextWidth(720)

        def act() -> None:
            for block in blocks:
                document.setMarkdown(block)
                document.size()

        return cpu(act) / updates

    def whole_reply(self, kilobytes: int, step: int) -> float:
        """Stream a reply from its first character to its last, laid out at every step."""
        text = long_reply(kilobytes)
        message = Message(
            "assistant", "", WHEN, {"id": f"s{next(self._numbers)}", "status": "streaming"}
        )
        self.area.show_messages([message])
        values = [message.with_content(text[:end]) for end in range(step, len(text) + 1, step)]

        def act() -> None:
            for value in values:
                self.area.update_message(value)
                self.area.pacer.on_frame()
            self.area.pacer._frame.stop()
            self.draw()

        return cpu(act)

    def whole_reply_by_setting_it(self, kilobytes: int, step: int, sample: int) -> float:
        """The same by setting the whole text each time; every so manieth is measured."""
        text = long_reply(kilobytes)
        document = QTextDocument()
        document.setTextWidth(720)
        ends = range(step * sample, len(text) + 1, step * sample)

        def act() -> None:
            for end in ends:
                document.setMarkdown(text[:end])
                document.size()

        return cpu(act) * sample

    def second_of_tokens(self, tokens: int) -> float:
        """The share of a second spent on a second of a stream at this speed."""
        message, size = self.begin(50)
        text, area = long_reply(130), self.area
        frames = min(FRAMES, tokens)
        values = [
            message.with_content(text[: size + 4 * tokens * n // frames])
            for n in range(1, frames + 1)
        ]

        def act() -> None:
            for value in values:
                area.update_message(value)
                area.pacer.on_frame()
                self.draw()
            area.pacer._frame.stop()

        return cpu(act)

    # ---- scrolling

    def scroll(self) -> float:
        """The 95th of a hundred scroll steps, the quickest first."""
        bar, taken = self.area.verticalScrollBar(), []
        for _ in range(100):
            taken.append(cpu(lambda: self._step(bar.value() - 120)))
            self.idle()
        return statistics.quantiles(taken, n=20)[-1]

    def _step(self, value: int) -> None:
        self.area.verticalScrollBar().setValue(value)
        self.area.viewport().repaint()

    def repaint(self) -> float:
        """Draw everything in view again."""
        return cpu(self.area.viewport().repaint)

    def resize(self, messages: list[Message]) -> float:
        """Make the window narrower in ten steps; mean seconds of one."""
        self.area.resize(WIDTH, HEIGHT)
        self.area.show_messages(messages)
        self.idle()

        def act() -> None:
            for step in range(10):
                self.area.resize(700 - step * 10, HEIGHT)
                self.area.viewport().repaint()

        taken = cpu(act) / 10
        self.area.resize(WIDTH, HEIGHT)
        return taken


@contextmanager
def comparisons() -> Iterator[list[Comparison]]:
    """What issue and design promise, each with its two sides."""
    bench = Bench()
    short, long, huge = conversation(40), conversation(10_000), conversation(50_000)
    yield [
        Comparison(
            "switch to 50 000 messages, over switch to 40",
            lambda: bench.switch(huge),
            lambda: bench.switch(short),
            1.10,
        ),
        Comparison(
            "switch to 50 000 messages, over shaping one screen",
            lambda: bench.switch(huge),
            bench.shape,
            8.0,
        ),
        Comparison(
            "open 10 000 messages, over one document",
            lambda: bench.switch(long),
            lambda: bench.one_document(long),
            0.01,
            rounds=2,
        ),
        Comparison(
            "layout of a streamed update, over its open block alone",
            lambda: bench.stream(2, 200, paint=False),
            lambda: bench.open_block(200),
            1.8,
        ),
        Comparison(
            "streamed update with painting at 100 KB, over 1 KB",
            lambda: bench.stream(100, 200),
            lambda: bench.stream(1, 200),
            1.05,
        ),
        Comparison(
            "a reply of 100 KB in steps of 50, over setting the whole text each time",
            lambda: bench.whole_reply(100, 50),
            lambda: bench.whole_reply_by_setting_it(100, 50, 40),
            1 / 55,
            rounds=2,
        ),
        Comparison(
            "150 tokens a second, over a second",
            lambda: bench.second_of_tokens(150),
            lambda: 1.0,
            0.10,
            rounds=5,
        ),
        Comparison(
            "1 500 tokens a second, over a second",
            lambda: bench.second_of_tokens(1500),
            lambda: 1.0,
            0.20,
            rounds=5,
        ),
        Comparison(
            "95th of 100 scroll steps at 50 000 messages, over a full repaint",
            bench.scroll,
            bench.repaint,
            3.0,
            rounds=5,
        ),
        Comparison(
            "resize at 50 000 messages, over resize at 40",
            lambda: bench.resize(huge),
            lambda: bench.resize(short),
            1.1,
        ),
    ]
    bench.area.close()
