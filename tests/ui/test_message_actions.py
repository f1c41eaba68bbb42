"""What a click in the conversation may open, and what the small actions of a message do."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QDesktopServices

from chatapp.ui import dialogs


@pytest.fixture
def opened(monkeypatch):
    addresses = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: addresses.append(url.toString()))
    return addresses


@pytest.fixture
def asked(monkeypatch):
    questions = []

    async def confirm(_, question, detail, verb):
        questions.append(detail)
        return confirm.answer

    confirm.answer = True
    monkeypatch.setattr(dialogs, "confirm", confirm)
    questions.append(confirm)
    return questions


def follow(desk, address):
    desk.window.wiring.presenter._transcript.link_activated.emit(address)


async def test_a_web_address_opens_after_a_question_that_shows_it(desk, opened, asked):
    await desk.chat("Chat", "one")
    follow(desk, "https://example.org/a")
    await desk.until(lambda: opened)
    assert opened == ["https://example.org/a"]
    assert asked[1:] == ["https://example.org/a"]


async def test_a_no_opens_nothing(desk, opened, asked):
    asked[0].answer = False
    await desk.chat("Chat", "one")
    follow(desk, "https://example.org/a")
    await desk.until(lambda: len(asked) == 2)
    await desk.settle()
    assert opened == []


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "calculator:",
        "smb://host/share",
        "//host/share",
        "\\\\host\\share",
        "ms-msdt:/id",
        "HTTPS://ex ample.org",
    ],
)
async def test_other_addresses_are_never_opened(desk, opened, asked, address):
    await desk.chat("Chat", "one")
    follow(desk, address)
    await desk.until(lambda: desk.notice)
    assert opened == []
    assert len(asked) == 1


async def test_a_quotation_goes_into_the_composer(desk):
    await desk.chat("Chat", "one\ntwo")
    message = desk.window.wiring.presenter.session.messages[0]
    desk.window.wiring.presenter._transcript.action_requested.emit("quote", message.id)
    assert desk.composer.toPlainText() == "> one\n> two\n\n"


async def test_a_deleted_message_comes_back_with_undo(desk):
    await desk.chat("Chat", "one", "two")
    message = desk.window.wiring.presenter.session.messages[0]
    desk.window.wiring.presenter._transcript.action_requested.emit("delete", message.id)
    assert desk.messages() == ["two"]
    assert desk.window.chat.notices.activate()
    await desk.until(lambda: desk.messages() == ["one", "two"])


async def test_an_earlier_version_of_a_reply_is_a_click_away(desk):
    await desk.chat("Chat", "Why?", "One.")
    presenter = desk.window.wiring.presenter
    presenter.regenerate()
    await desk.until(lambda: desk.messages() == ["Why?", "All is well."])
    await desk.quiet()
    reply = presenter.session.messages[-1].id
    assert presenter._transcript.flow.setting.versions(reply) == (2, 2)

    presenter._transcript.action_requested.emit("previous_version", reply)

    await desk.until(lambda: desk.messages() == ["Why?", "One."])
    presenter._transcript.action_requested.emit("next_version", presenter.session.messages[-1].id)
    await desk.until(lambda: desk.messages() == ["Why?", "All is well."])
