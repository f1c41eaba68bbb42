from __future__ import annotations

import pytest

from chatapp.app.request import LONGEST_REQUEST, Request, parse_request
from chatapp.domain.ids import SessionId


@pytest.mark.parametrize(
    "request_",
    [
        Request(),
        Request(SessionId("abc-1_X")),
        Request(SessionId("a" * 64), "t" * 256),
        Request(None, "gnome-shell/x/123-0-host_TIME42"),
    ],
)
def test_request_arrives_as_it_was_sent(request_):
    assert len(request_.encoded()) <= LONGEST_REQUEST
    assert parse_request(request_.encoded()) == request_


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "ü", "t" * 257])
def test_token_of_another_form_is_left_out(token):
    sent = Request(SessionId("abc"), token).encoded()
    assert parse_request(sent) == Request(SessionId("abc"))


@pytest.mark.row("L21", "T25")
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"GET / HTTP/1.1\r\n",
        b"chatapp-1 open abc *",
        b"chatapp-1 open abc *\n\n",
        b"chatapp-1 open ../../etc *\n",
        b"chatapp-1 open CON *\n",
        b"chatapp-1 open " + b"a" * 65 + b" *\n",
        b"chatapp-1 open \xff *\n",
        b"chatapp-1 delete abc *\n",
        b"chatapp-2 open abc *\n",
        b"\0" * LONGEST_REQUEST,
    ],
)
def test_anything_else_is_no_request(data):
    assert parse_request(data) is None
