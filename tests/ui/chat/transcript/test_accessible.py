"""The tree a screen reader walks, walked here without a bus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible

from transcripts import Shown, reply, user

TEXT = (
    "# Title\n\nA [link](https://example.com) and more.\n\n"
    "```py\nx = 1\n```\n\n---\n\n- one\n- two\n"
)
NAME, ROLE = QAccessible.Text.Name, QAccessible.Role


@pytest.fixture
def root(area):
    return QAccessible.queryAccessibleInterface(area)


def nodes(node):
    yield node
    for index in range(node.childCount()):
        yield from nodes(node.child(index))


def test_every_part_has_a_role_and_a_name(area, settle, root):
    area.show_messages([user("Hello"), reply(TEXT, reasoning="Thoughts")])
    settle()
    tree = [(node.role(), node.text(NAME)) for node in nodes(root)][1:]
    assert all(name for role, name in tree if role != ROLE.Separator)
    assert (ROLE.ListItem, tree[0][1]) == tree[0]
    assert tree[0][1].startswith("You, ")
    for expected in (
        (ROLE.Heading, "Title"),
        (ROLE.Paragraph, "A link and more."),
        (ROLE.Link, "link"),
        (ROLE.Paragraph, "Code in py:\nx = 1"),
        (ROLE.List, "one\ntwo"),
        (ROLE.Button, "Copy code"),
        (ROLE.Button, "Thought about it"),
    ):
        assert expected in tree


def test_parents_and_places_agree(area, settle, root):
    area.show_messages([user("Hello"), reply(TEXT)])
    settle()
    for node in nodes(root):
        for index in range(node.childCount()):
            child = node.child(index)
            assert child.parent() is node
            assert node.indexOfChild(child) == index
            assert child.isValid()
        assert node.child(node.childCount()) is None
        assert node.child(-1) is None
    message = root.child(1)
    inside = message.rect().center()
    assert root.childAt(inside.x(), inside.y()) is message
    copy = next(node for node in nodes(root) if node.text(NAME) == "Copy code")
    middle = copy.rect().center()
    assert copy in [message.childAt(middle.x(), middle.y()), copy]
    assert root.childAt(-5, -5) is None


def test_message_out_of_view_is_off_the_screen_and_can_still_be_read(area, settle, root):
    area.show_messages([user(f"Message {n} " * 40) for n in range(200)])
    settle()
    assert root.childCount() == 200
    assert root.child(0).state().offscreen
    assert not root.child(199).state().offscreen
    assert "Message 0" in root.child(0).text(NAME)


def test_reply_that_arrives_is_busy_and_a_failed_one_says_so(area, settle, root):
    area.show_messages(
        [reply("", status="streaming"), reply("", status="failed", error_message="No key.")]
    )
    settle()
    assert root.child(0).state().busy
    assert not root.child(1).state().busy
    assert "No key." in root.child(1).text(NAME)


def test_actions_do_what_a_click_does(area, settle, root):
    shown = Shown(area)
    area.show_messages([reply(TEXT)])
    settle()
    for node in nodes(root):
        if node.role() in {ROLE.Link, ROLE.Button}:
            node.doAction(node.actionNames()[0])
    assert shown.links == ["https://example.com"]
    assert [action for action, _ in shown.actions] == ["regenerate", "quote"]


def test_focus_of_the_keyboard_is_told(area, settle, root, monkeypatch, qtbot):
    told = []
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: told.append(event.type()))
    area.show_messages([user("Hello"), reply("Hi")])
    settle()
    message = root.child(1)
    area.activateWindow()
    message.doAction(message.actionNames()[0])
    assert area.focused == (1, -1)
    qtbot.waitUntil(area.hasFocus)
    assert root.focusChild() is message
    assert message.state().focused
    area._keyboard.step_button(1)
    assert root.focusChild().text(NAME) == "Copy"
    assert QAccessible.Event.Focus in told


def test_end_of_a_reply_is_announced(area, settle, monkeypatch):
    said = []
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(
        QAccessible, "updateAccessibility", lambda event: said.append(event.message())
    )
    message = reply("", status="streaming")
    area.show_messages([user("Hello")])
    area.add_message(message)
    for count in range(20):
        area.update_message(message.with_content("word " * count))
        settle()
    area.update_message(message.with_content("two words").with_metadata(status="complete"))
    settle()
    assert said == ["qwen3 is answering.", "The answer is complete, 2 words."]


def test_nodes_of_an_earlier_conversation_are_invalid(area, settle, root):
    area.show_messages([user("Hello"), reply(TEXT)])
    settle()
    old = list(nodes(root))[1:]
    area.show_messages([user("Other")])
    settle()
    assert not any(node.isValid() for node in old)
    assert all(node.text(NAME) == "" for node in old)


def test_find_bar_is_part_of_the_tree_while_it_is_open(area, settle, root, qtbot):
    area.show_messages([user("Hello")])
    qtbot.keyClick(area, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert root.childCount() == 2
    bar = root.child(1)
    assert bar.text(NAME) == "Find in this conversation"
    assert root.indexOfChild(bar) == 1
    buttons = [node for node in nodes(bar) if node.role() == ROLE.Button]
    assert all(node.text(NAME) for node in buttons)
