"""Says when a reply begins and ends, for those who cannot see it arrive.

Never while it arrives: a screen reader that reads out every token is of no use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from chatapp.domain.message import Role, Status
from chatapp.ui.chat.transcript import words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from chatapp.domain.message import Message


class Announce(Protocol):
    """Has a sentence read out; an assertive one interrupts what is being read."""

    def __call__(self, text: str, *, assertive: bool) -> None:
        """Read `text` out."""
        ...


class Announcer:
    """Turns what happens to messages into sentences."""

    def __init__(self, announce: Announce) -> None:
        self._announce = announce

    def message_added(self, message: Message) -> None:
        """A message came to the end."""
        if message.role == Role.ASSISTANT and message.status is Status.STREAMING:
            self._announce(f"{words.author(message)} is answering.", assertive=False)

    def message_changed(self, before: Message, after: Message) -> None:
        """A message has a new value."""
        if before.status is not Status.STREAMING or after.status is Status.STREAMING:
            return
        ending = words.ending(after)
        if ending is not None:
            self._announce(ending.sentence, assertive=ending.failed)
        else:
            count = len(after.content.split())
            noun = "word" if count == 1 else "words"
            self._announce(f"The answer is complete, {count} {noun}.", assertive=False)


def announce(widget: QWidget, text: str, *, assertive: bool) -> None:
    """Have `text` read out on behalf of `widget`, if anything listens."""
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

    if not QAccessible.isActive():
        return
    event = QAccessibleAnnouncementEvent(widget, text)
    politeness = QAccessible.AnnouncementPoliteness
    event.setPoliteness(politeness.Assertive if assertive else politeness.Polite)
    QAccessible.updateAccessibility(event)
