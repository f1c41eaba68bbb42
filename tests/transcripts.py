"""Messages to put into a transcript, and an ear for what it says."""

from __future__ import annotations

from chatapp.domain.message import new_message

WHEN = "2026-11-20T21:44:00.000000Z"


def user(text):
    return new_message("user", text, WHEN)


def reply(text, **metadata):
    return new_message("assistant", text, WHEN, {"model": "qwen3", **metadata})


class Shown:
    """What a transcript told the outside."""

    def __init__(self, area):
        self.actions, self.links, self.below = [], [], []
        area.action_requested.connect(self.on_action)
        area.link_activated.connect(self.on_link)
        area.bottom_left.connect(self.on_bottom_left)

    def on_action(self, action, message_id):
        self.actions.append((action, message_id))

    def on_link(self, address):
        self.links.append(address)

    def on_bottom_left(self, below):
        self.below.append(below)
