"""The versions of a message: what was said in the same place on another branch.

Asking again and writing anew leave the old words as a branch beside the view. Two
messages are versions of one another if they follow the same message and come from
the same speaker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatapp.domain.changes import BranchLeft, MessageAdded
from chatapp.kit.clock import sortable

if TYPE_CHECKING:
    from chatapp.domain.changes import Change
    from chatapp.domain.ids import MessageId
    from chatapp.domain.message import Message
    from chatapp.domain.session import Session


def versions(session: Session, message_id: MessageId) -> list[Message]:
    """The versions of a message in view, itself among them, oldest first; else none."""
    row = session.row(message_id)
    if row is None:
        return []
    shown = session.messages[row]
    before = _before(session, row)
    beside = [
        message
        for message in session.branches
        if message.parent_id == before and message.role == shown.role
    ]
    return sorted([shown, *beside], key=lambda message: (sortable(message.timestamp), message.id))


def place(session: Session, message_id: MessageId) -> tuple[int, int]:
    """Which of how many versions is in view, from 1."""
    if not session.branches:  # asked for each message that is drawn
        return 1, 1
    found = [message.id for message in versions(session, message_id)]
    return (found.index(message_id) + 1, len(found)) if found else (1, 1)


def changes_to(session: Session, message_id: MessageId, step: int, at: str) -> list[Change]:
    """What brings the next version (`step` 1) or the one before (-1) into view.

    What follows the version comes with it, the newest where it branches again; what was in
    view stays beside it. No changes if there is no such version.
    """
    which, count = place(session, message_id)
    row = session.row(message_id)
    if row is None or not 1 <= which + step <= count:
        return []
    chosen = versions(session, message_id)[which - 1 + step]
    return [
        BranchLeft(_before(session, row), at),
        *(MessageAdded(message) for message in _with_followers(session, chosen)),
    ]


def _before(session: Session, row: int) -> MessageId | None:
    return session.messages[row - 1].id if row else None


def _with_followers(session: Session, message: Message) -> list[Message]:
    path = [message]
    while followers := [
        one for one in session.branches if one.parent_id == path[-1].id and one not in path
    ]:
        path.append(max(followers, key=lambda one: (sortable(one.timestamp), one.id)))
    return path
