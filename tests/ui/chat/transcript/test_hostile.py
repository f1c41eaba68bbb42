"""Hostile text is shown as text, while it streams and afterwards; nothing is read or fetched."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QPixmap, QTextDocument

from chatapp.ui.chat.transcript.document import SafeDocument
from spies import FileSpy, ServerSpy
from transcripts import reply, user

HOSTILE = """<script>alert(1)</script> <img src="file://{file}"> <b>bold</b>

![a](file://{file}) ![b](http://127.0.0.1:{port}/?q=secret) ![c](//127.0.0.1:{port}/share)
![d](data:,x) ![e][ref] <link rel=stylesheet href=//127.0.0.1:{port}/x.css>

| ![t](file://{file}) | <video src=http://127.0.0.1:{port}/v> |
|---|---|
| ![t](http://127.0.0.1:{port}/t.png) | x |

- ![l](file://{file})

> ![q](file://{file})

[ref]: file://{file}
"""


@pytest.fixture
def file_spy(tmp_path, qapp):
    path = tmp_path / "secret.png"
    picture = QPixmap(8, 8)
    picture.fill()
    picture.save(str(path))
    spy = FileSpy(path)
    yield path, spy
    spy.close()


@pytest.fixture
def server_spy():
    spy = ServerSpy()
    yield spy
    spy.close()


def text_of(area, row):
    body = area.flow.item(row).body
    return "\n".join(body.ready_item(n).plain(0, 100_000) for n in range(len(body.segments)))


def test_the_spy_sees_what_qt_alone_would_read(file_spy):
    path, spy = file_spy
    document = QTextDocument()
    document.setMarkdown(f"![a](file://{path})")
    document.size()
    assert spy.touched()


@pytest.mark.parametrize("status", ["complete", "failed"])
def test_hostile_reply_reads_and_fetches_nothing(area, settle, file_spy, server_spy, status):
    path, spy = file_spy
    text = HOSTILE.format(file=path, port=server_spy.port)
    message = reply("", status="streaming", reasoning=text)
    area.flow.setting.unfolded.add((message.id, "toggle_reasoning"))
    area.show_messages([user(text), message])
    for end in range(0, len(text), 11):
        area.update_message(message.with_content(text[:end]))
        settle()
    area.update_message(message.with_content(text).with_metadata(status=status, error_message=text))
    settle()
    area.grab()
    shown = text_of(area, 1)
    assert "<script>alert(1)</script>" in shown
    assert "<b>bold</b>" in shown
    assert "b (127.0.0.1)" in shown
    assert not spy.touched()
    assert not server_spy.touched()


def test_document_answers_every_request_with_nothing(area):
    document = SafeDocument(area.flow.setting.style)
    for kind in (1, 2, 3, 4, 100):
        answer = document.loadResource(kind, QUrl("file:///etc/hostname"))
        assert answer.width() == answer.height() == 1


MONSTERS = {
    "a line of 2 MB without a space": "x" * 2_000_000,
    "code of 2 MB in one line": "```\n" + "x" * 2_000_000,
    "100 000 quotes in one another": ">" * 100_000 + " deep",
    "100 000 quotes on lines": "\n".join(">" * n for n in range(400)) + "\n" + ">" * 100_000,
    "100 000 list items in one another": "- " * 100_000 + "deep",
    "100 000 brackets": "[" * 100_000,
    "100 000 stars": "*" * 100_000 + "a",
    "stars and words": "*a **b _c __d " * 8000,
    "100 000 backticks": "`" * 100_000,
    "backticks of many lengths": " ".join("`" * n for n in range(1, 600)),
    "links in links": "[a](" * 20_000,
    "a table of 5 000 columns": "|".join("a" * 5000) + "\n" + "|".join("-" * 5000) + "\n",
    "combining marks": "a" + "\u0301" * 100_000,
    "direction marks": "\u202e" * 50_000 + "x",
    "a million lines": "\n" * 1_000_000,
    "half a million items": "- a\n" * 250_000,
    "entities": "&amp;" * 100_000,
}


@pytest.mark.parametrize("name", MONSTERS)
def test_monstrous_text_is_drawn_or_cut_short_and_never_hangs(area, name):
    begun = time.process_time()
    area.show_messages([user(MONSTERS[name]), reply(MONSTERS[name])])
    area.grab()
    assert time.process_time() - begun < 10  # it takes a fraction of one; a hang takes minutes


def test_message_of_50_mb_is_cut_short(area):
    begun = time.process_time()
    area.show_messages([reply("word " * 10_000_000)])
    area.grab()
    assert time.process_time() - begun < 10
    assert area.flow.item(0).body.hidden > 40_000_000
