"""Reads the tree of a program from the accessibility bus; run by the system's own Python.

Prints one line a node, `depth|role|name`, of the last message, and presses every
button and link in it.
"""

import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402 - gi wants its version first

PATIENCE_SECONDS = 20


def find(role, where=None, depth=0):
    where = where or Atspi.get_desktop(0)
    if where.get_role_name() == role:
        return where
    for index in range(min(where.get_child_count(), 20)) if depth < 6 else ():
        child = where.get_child_at_index(index)
        found = find(role, child, depth + 1) if child else None
        if found:
            return found
    return None


def show(node, depth=0):
    print(f"{depth}|{node.get_role_name()}|{node.get_name()!r}", flush=True)
    for index in range(node.get_child_count()):
        show(node.get_child_at_index(index), depth + 1)
    if node.get_role_name() in {"link", "push button"}:
        Atspi.Action.do_action(node, 0)


deadline = time.monotonic() + PATIENCE_SECONDS
conversation = None
while conversation is None and time.monotonic() < deadline:
    time.sleep(0.1)
    conversation = find("list")
if conversation is None:
    sys.exit("no conversation on the bus")
print(f"count|{conversation.get_child_count()}", flush=True)
show(conversation.get_child_at_index(conversation.get_child_count() - 1))
