"""The window on a real display: typed into, looked at, killed and opened again."""

from __future__ import annotations

import json
import re
import signal
from dataclasses import dataclass
from typing import Any

import pytest

from chatapp.ui.theme import DARK, LIGHT
from real import picture
from real.waiting import eventually

SEA = "Tell me of the sea"  # the reply to it has no end


@dataclass
class Desk:
    """The program, a display, and what a person does with both."""

    program: Any
    display: Any
    folder: Any

    def open(self, *arguments, title="ChatApp"):
        """Start the window and wait until the chats are listed in it."""
        process = self.program.start(*arguments)
        for line in process.stderr:
            if line.startswith("listed"):
                break
        self.display.wait_for_window(title)
        return process

    def say(self, text):
        """Type a message and send it."""
        self.display.type(text)
        self.display.press("Return")

    def wait_for_title(self, title):
        """Wait until the chat with this title is the one in view."""
        return self.display.wait_for_window(f"^{re.escape(title)} – ChatApp$")

    def picture(self):
        """What the display shows now."""
        return self.display.take_picture(self.folder / "picture.png")

    def take_screenshot(self, *arguments):
        """The picture the program takes of its own window."""
        target = self.folder / "screenshot.png"
        taken = self.program.run(*arguments, "--screenshot", str(target))
        assert taken.returncode == 0, taken.stderr
        return target

    def ink(self):
        """How many pixels of the display have the colour of text."""
        return picture.count(self.picture(), LIGHT.text)

    def messages(self, session_id):
        """The messages of a chat as the program itself reads them."""
        shown = self.program.run("show", session_id, "--json")
        return json.loads(shown.stdout)["messages"] if shown.returncode == 0 else []

    def newest(self):
        """The id of the chat in which something happened last."""
        return json.loads(self.program.run("list", "--json").stdout)["sessions"][0]["session_id"]

    def texts(self, session_id):
        return [message["content"] for message in self.messages(session_id)]


@pytest.fixture
def desk(program, display, llama, tmp_path):
    """A desk with a chat on it that was held earlier, in the light theme."""
    program.configure(llama.base_url, llama.model)
    config = program.data / "config" / "config.toml"
    config.write_text(f'theme = "light"\n{config.read_text()}')
    program.environ = {**display.environment(), "CHATAPP_TRACE_START": "1"}
    assert program.run("send", "--session", "earlier", "An earlier chat").returncode == 0
    return Desk(program, display, tmp_path)


@pytest.mark.row("L17", "L06", "M01", "U19")
def test_typed_message_is_answered_on_the_screen_and_on_the_disk(desk, llama):
    desk.open(title="An earlier chat")
    desk.display.press("ctrl+n")
    desk.display.wait_for_window("^ChatApp$")
    empty = picture.count(desk.picture(), LIGHT.bubble)
    desk.say("Hello there")
    desk.wait_for_title("Hello there")
    session_id = eventually(lambda: desk.newest() != "earlier" and desk.newest())
    eventually(lambda: desk.messages(session_id)[-1]["metadata"].get("status") == "complete")
    assert desk.texts(session_id) == ["Hello there", llama.spoken]
    # The user's words stand in a bubble, the reply's code in a card: both are seen.
    shown = eventually(lambda: picture.count(desk.picture(), LIGHT.code_header) > 1000)
    assert shown
    assert picture.count(desk.picture(), LIGHT.bubble) > empty + 1000
    assert desk.texts("earlier") == ["An earlier chat", llama.spoken]


@pytest.mark.row("L19", "U19", "L05")
def test_restart_opens_the_last_chat_ready_to_be_typed_into(desk, llama):
    first = desk.open(title="An earlier chat")
    desk.display.press("ctrl+n")
    desk.display.wait_for_window("^ChatApp$")
    desk.say("The last chat")
    desk.wait_for_title("The last chat")
    eventually(lambda: desk.newest() != "earlier")
    session_id = desk.newest()
    eventually(lambda: desk.messages(session_id)[-1]["metadata"].get("status") == "complete")
    desk.display.press("ctrl+q")
    assert first.wait(timeout=30) == 0
    desk.open(title="^The last chat – ChatApp$")
    desk.say("Said after the restart")  # without a click
    eventually(lambda: len(desk.messages(session_id)) == 4)
    assert desk.texts(session_id)[2] == "Said after the restart"


@pytest.mark.row("M02", "M01", "T28")
def test_killed_in_the_middle_of_a_reply_and_opened_again(desk, llama):
    window = desk.open(title="An earlier chat")
    desk.display.press("ctrl+n")
    desk.display.wait_for_window("^ChatApp$")
    empty = desk.ink()
    desk.say(SEA)
    eventually(lambda: desk.ink() > empty + 3000)  # it grows on the screen
    session_id = eventually(lambda: desk.newest() != "earlier" and desk.newest())
    eventually(lambda: len(desk.texts(session_id)[-1]) > 500)
    window.kill()
    window.wait()
    user, reply = desk.messages(session_id)
    assert user["content"] == SEA
    assert reply["metadata"]["status"] == "interrupted"
    times = len(reply["content"]) // len(llama.endless) + 1
    assert (llama.endless * times).startswith(reply["content"])
    desk.open(title=f"^{SEA} – ChatApp$")
    assert eventually(lambda: desk.ink() > empty + 5000)  # a page full of what was said
    desk.say("Hello there")
    eventually(lambda: desk.texts(session_id)[2:] == ["Hello there", llama.spoken])
    assert desk.texts(session_id)[1] == reply["content"]


@pytest.mark.row("D10")
@pytest.mark.parametrize("way", ["ctrl+q", signal.SIGTERM])
def test_ended_in_the_middle_of_a_reply_it_saves_what_was_shown(desk, llama, way):
    window = desk.open(title="An earlier chat")
    desk.say(SEA)
    eventually(lambda: len(desk.texts("earlier")) == 4 and len(desk.texts("earlier")[-1]) > 500)
    if way == signal.SIGTERM:
        window.send_signal(way)
    else:
        desk.display.press(way)
    assert window.wait(timeout=30) == 0
    reply = desk.program.session("earlier")["messages"][-1]  # in the file itself
    assert reply["metadata"]["status"] == "interrupted"
    assert len(reply["content"]) > 500


@pytest.mark.row("U06")
def test_draft_is_back_after_a_kill(desk):
    window = desk.open(title="An earlier chat")
    desk.display.type("Not sent yet")
    drafts = desk.program.data / "state" / "drafts.json"
    eventually(lambda: drafts.exists() and "Not sent yet" in drafts.read_text())
    window.kill()
    window.wait()
    desk.open(title="An earlier chat")
    desk.display.press("Return")
    eventually(lambda: len(desk.texts("earlier")) == 4)
    assert desk.texts("earlier")[2] == "Not sent yet"


@pytest.mark.row("L04")
def test_unknown_chat_that_is_asked_for_is_made(desk, llama):
    desk.open("--session", "deep_link")
    desk.say("Hello there")
    eventually(lambda: desk.texts("deep_link") == ["Hello there", llama.spoken])


@pytest.mark.row("U10")
def test_words_of_another_chat_are_found_and_it_is_opened(desk):
    assert desk.program.run("send", "--session", "other", "The pebble was grey").returncode == 0
    assert desk.program.run("rename", "other", "A title without it").returncode == 0
    desk.open("--session", "earlier", title="An earlier chat")
    desk.display.press("ctrl+shift+f")
    desk.display.type("pebbl")
    desk.display.press("Return")
    desk.wait_for_title("A title without it")


@pytest.mark.row("S06")
def test_terminal_works_on_the_same_chats_while_the_window_is_open(desk, llama):
    window = desk.open(title="An earlier chat")
    sent = desk.program.run("send", "--session", "from_terminal", "Hello from there")
    assert sent.returncode == 0
    desk.say("Hello from here")
    eventually(lambda: desk.texts("earlier")[2:] == ["Hello from here", llama.spoken])
    assert desk.program.run("rename", "from_terminal", "Renamed").returncode == 0
    desk.display.press("ctrl+q")
    assert window.wait(timeout=30) == 0
    assert desk.texts("from_terminal") == ["Hello from there", llama.spoken]
    assert desk.program.session("from_terminal")["title"] == "Renamed"
    assert desk.texts("earlier")[2:] == ["Hello from here", llama.spoken]


def test_malformed_settings_are_said_above_the_conversation(desk):
    config = desk.program.data / "config" / "config.toml"
    config.write_text('theme = "light"\n[[providers]\n')
    taken = desk.take_screenshot()
    assert picture.count(taken, LIGHT.error_page) > 5000  # the banner


def test_damaged_chat_that_is_asked_for_says_why_and_stays_as_it_is(desk):
    path = desk.program.data / "sessions" / "2026-02-09" / "broken.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"session_id": "broken", "mess')
    in_the_row = picture.count(desk.take_screenshot("--session", "earlier"), LIGHT.error)
    assert in_the_row > 50
    opened = picture.count(desk.take_screenshot("--session", "broken"), LIGHT.error)
    assert opened > in_the_row + 50  # the mark on the page that says why
    assert path.read_bytes() == b'{"session_id": "broken", "mess'


@pytest.mark.parametrize(("name", "theme"), [("light", LIGHT), ("dark", DARK)])
def test_screenshot_is_taken_and_the_window_goes(desk, name, theme):
    config = desk.program.data / "config" / "config.toml"
    config.write_text(config.read_text().replace('"light"', f'"{name}"'))
    target = desk.take_screenshot("--session", "earlier")
    whole = picture.pixels(target).size
    assert picture.count(target, theme.page) > whole // 5
    assert picture.count(target, theme.side) > whole // 20
    assert picture.count(target, theme.bubble) > 500
    assert picture.colours(target) > 100  # letters have many
