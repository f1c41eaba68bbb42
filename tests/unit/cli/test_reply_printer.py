from __future__ import annotations

import sys

import pytest

from chatapp.cli.reply_printer import ReplyPrinter, say_ending
from chatapp.domain.errors import ProviderError, ProviderErrorKind
from chatapp.domain.message import Message, Status
from chatapp.domain.stream import End


class Leaving:
    """Standard output whose reader leaves after the first piece."""

    def __init__(self):
        self.pieces = []

    def write(self, text):
        if self.pieces:
            raise BrokenPipeError
        self.pieces.append(text)

    def flush(self):
        pass


def reply(status, **metadata):
    return Message("assistant", "x", "", {"status": status, **metadata})


async def test_only_the_replies_of_the_one_session_are_written(core, scripted, capsys):
    printer = ReplyPrinter(core, "mine")
    scripted.add("My ", "words")
    await core.conversation.send("Hello", session_id="MINE")
    await core.conversation.send("Hello", session_id="other")
    assert capsys.readouterr().out == "My words\n"
    assert printer.refused is None


async def test_each_reply_is_written_from_its_beginning(core, scripted, capsys):
    printer = ReplyPrinter(core, "mine")
    for text in ("A long first reply\n", "Short"):
        scripted.add(text)
        await core.conversation.send("Hello", session_id="mine")
    assert capsys.readouterr().out == "A long first reply\nShort\n"
    assert printer.refused is None


async def test_reply_is_stopped_when_nobody_reads_it(core, scripted, monkeypatch):
    leaving = Leaving()
    monkeypatch.setattr(sys, "stdout", leaving)
    printer = ReplyPrinter(core, "mine")
    scripted.add("first ", "second ", "third")
    kept = await core.conversation.send("Hello", session_id="mine")
    assert kept.status is Status.CANCELLED
    assert leaving.pieces == ["first "]
    assert printer.refused is not None


async def test_reader_that_leaves_at_the_last_word_costs_nothing(core, scripted, monkeypatch):
    leaving = Leaving()
    monkeypatch.setattr(sys, "stdout", leaving)
    printer = ReplyPrinter(core, "mine")
    scripted.add("first ", "last")
    kept = await core.conversation.send("Hello", session_id="mine")
    assert (kept.content, kept.status) == ("first last", Status.COMPLETE)
    assert printer.refused is not None
    assert not core.conversation.is_streaming("mine")
    again = await core.conversation.send("Hello again", session_id="mine")
    assert again.status is Status.COMPLETE


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            reply("truncated"),
            "The connection ended before the reply was complete. What arrived is kept.\n",
        ),
        (reply("cancelled"), "Stopped. What arrived is kept.\n"),
        (reply("interrupted"), "Interrupted. What arrived is kept.\n"),
        (reply("failed", has_error=True, error_message="It was\nrefused."), "It was refused.\n"),
        (reply("failed", has_error=True), "It failed.\n"),
    ],
)
def test_ending_of_a_reply_that_is_not_whole_is_said(message, said, capsys):
    assert not say_ending(message)
    assert capsys.readouterr().err == said


def test_whole_reply_is_not_spoken_of(capsys):
    assert say_ending(reply("complete"))
    assert capsys.readouterr() == ("", "")


async def test_failed_reply_leaves_no_empty_line(core, scripted, capsys):
    refused = ProviderError(ProviderErrorKind.CONNECTION, "It was refused.")
    scripted.add(End(Status.FAILED, refused))
    printer = ReplyPrinter(core, "mine")
    assert not say_ending(await core.conversation.send("Hello", session_id="mine"))
    assert capsys.readouterr() == ("", "It was refused.\n")
    assert printer.refused is None
