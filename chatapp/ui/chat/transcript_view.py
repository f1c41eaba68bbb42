"""What the chat pane asks of a transcript, whatever draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from chatapp.kit.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
        """Show a conversation; `messages` may be long and is read as needed.

        It is shown from its end, or where it was if it is a new state of the one in
        view: one that begins with the same message.
        """
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

    def set_versions(self, versions: Callable[[MessageId], tuple[int, int]] | None) -> None:
        """Ask `versions` which of how many siblings of a message is in view, from 1.

        Going to another asks for the action `previous_version` or `next_version`.
        """
        ...

    def set_unread(self, message_id: MessageId | None) -> None:
        """Mark the first message that was not read yet."""
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
