"""What a later start asks of the first window, as it goes through the local socket.

What arrives there may be from anybody, so there is one short form, and everything
else is dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chatapp.domain.errors import InvalidSessionId
from chatapp.domain.ids import SessionId, check_session_id

LONGEST_REQUEST = 512  # bytes, with the line break
UNDERSTOOD = b"yes\n"
TOKEN_VARIABLE = "XDG_ACTIVATION_TOKEN"  # of xdg-activation-v1
_REQUEST = re.compile(rb"chatapp-1 open ([A-Za-z0-9_-]{1,64}|\*) ([!-~]{1,256})\n")
_TOKEN = re.compile(r"[!-~]{1,256}")
_NOTHING = "*"


@dataclass(frozen=True, slots=True)
class Request:
    """What a later start asks of the first window: to come forward, and what with.

    Attributes:
        session_id: The chat to open.
        token: The leave to take the focus that the desktop gave to the later start
            in `XDG_ACTIVATION_TOKEN`, or nothing.
    """

    session_id: SessionId | None = None
    token: str = ""

    def encoded(self) -> bytes:
        """As it goes through the socket; a token of another form is left out."""
        token = self.token if _TOKEN.fullmatch(self.token) else _NOTHING
        return f"chatapp-1 open {self.session_id or _NOTHING} {token}\n".encode("ascii")


def parse_request(data: bytes) -> Request | None:
    """The request that arrived; None for anything else, or a session id that is none."""
    match = _REQUEST.fullmatch(data)
    if match is None:
        return None
    name, token = (part.decode("ascii") for part in match.groups())
    try:
        session_id = None if name == _NOTHING else check_session_id(name)
    except InvalidSessionId:
        return None
    return Request(session_id, "" if token == _NOTHING else token)
