"""What the chat pane asks of a transcript, whatever draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from chatapp.kit.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from chatapp.domain.ids import MessageId
    from chatapp.domain.message import Message
    from chatapp.ui.theme import Theme


class TranscriptView(Protocol):
    """Draws one conversation.

    Attributes:
        action_requested: The user asked for an action on a message: its id (`retry`, `continue`,
            `regenerate`, `edit`, `branch`, `delete`, `details`, …) and the message's. Copying
            is done by the transcript itself.
        link_activated: The user followed a link; the address is as written and not yet trusted.
        bottom_left: Whether newer text lies below what is in view.
    """

    action_requested: Signal[str, MessageId]
    link_activated: Signal[str]
    bottom_left: Signal[bool]

    @property
    def widget(self) -> QWidget:
        """The widget to put into the pane."""
        ...

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Show a conversation from its end; `messages` may be long and is read as needed."""
        ...

    def add_message(self, message: Message) -> None:
        """A message came to the end."""
        ...

    def update_message(self, message: Message) -> None:
        """A message has a new value; called at every delta, drawn at most once a frame."""
        ...

    def go_to_message(self, message_id: MessageId) -> None:
        """Bring a message into view."""
        ...

    def go_to_end(self) -> None:
        """Bring the newest text into view, and keep it there."""
        ...

    def set_actions(self, own: tuple[str, ...], reply: tuple[str, ...]) -> None:
        """Offer these actions on the user's messages and on replies."""
        ...

    def open_find(self) -> None:
        """Show the bar that finds text in the conversation, with the keyboard in it."""
        ...

    def find_next(self, change: int = 1) -> None:
        """Go to the next place found, or with -1 to the one before."""
        ...

    def set_theme(self, theme: Theme, text_scale: float) -> None:
        """Draw with `theme`; `text_scale` is 1.0 at 100 %. The place being read stays."""
        ...
