"""A conversation as one Markdown page."""

from __future__ import annotations

from hypothesis import given

import strategies
from chatapp.domain.message import Message
from chatapp.domain.session import Session
from chatapp.services.export.markdown import export_chunks

AT = "2026-02-09T12:00:00.000000Z"


def page(*messages, title=None):
    session = Session("a1", "2026-02-09", "User", AT, AT, title=title, messages=list(messages))
    return b"".join(export_chunks(session)).decode()


def test_page_begins_with_the_title_the_beginning_and_the_id():
    assert page(title="A trip\nto Rome") == f"# A trip to Rome\n\nStarted {AT}, id `a1`\n"
    assert page().startswith("# Chat\n")


def test_each_message_stands_under_who_said_it_and_when():
    text = page(
        Message("user", "Hello\n\n", AT),
        Message("assistant", "Hi", AT, {"model": "local/tiny"}),
        Message("narrator", "Meanwhile", AT),
    )
    assert text.endswith(
        f"\n## You · {AT}\n\nHello\n"
        f"\n## Assistant · local/tiny · {AT}\n\nHi\n"
        f"\n## narrator · {AT}\n\nMeanwhile\n"
    )


def test_reply_that_did_not_end_well_says_how():
    assert f"## Assistant · {AT} · stopped\n" in page(
        Message("assistant", "Hi", AT, {"status": "cancelled"})
    )


def test_error_of_a_reply_is_quoted():
    metadata = {"status": "failed", "has_error": True, "error_message": "The disk\nis full."}
    assert page(Message("assistant", "", AT, metadata)).endswith("\n> The disk is full.\n")
    assert page(Message("assistant", "", AT, {"has_error": True})).endswith("\n> It failed.\n")


@given(strategies.sessions())
def test_any_session_has_a_page(session):
    assert b"".join(export_chunks(session)).startswith(b"# ")
