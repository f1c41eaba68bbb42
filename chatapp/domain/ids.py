"""Names of sessions and messages.

Session ids come from outside too (`user_123`, a UUID, a front end's own scheme),
and become file names. So only letters, digits, `_` and `-` are accepted, at most
64 of them; two ids that differ only in case are the same session; names that
Windows reserves are refused.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from typing import NewType

from chatapp.domain.errors import InvalidSessionId

SessionId = NewType("SessionId", str)
MessageId = NewType("MessageId", str)

_SAFE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_RESERVED_BY_WINDOWS = frozenset(
    ["con", "prn", "aux", "nul"] + [f"{port}{n}" for port in ("com", "lpt") for n in range(10)]
)
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # base 32 of the ULID specification


def new_session_id() -> SessionId:
    """Twelve hexadecimal digits nobody can predict."""
    return SessionId(secrets.token_hex(6))


def check_session_id(text: str) -> SessionId:
    """`text` as a session id, with its case kept.

    Raises:
        InvalidSessionId: The text could not be a safe file name on every system.
    """
    if not _SAFE.fullmatch(text) or text.lower() in _RESERVED_BY_WINDOWS:
        raise InvalidSessionId(
            "That is not a session id.",
            "An id has 1 to 64 letters, digits, “_” or “-”, and is no reserved device name.",
        )
    return SessionId(text)


def session_key(session_id: str) -> str:
    """What two spellings of one id have in common; also the stem of its file name."""
    return session_id.lower()


class MessageIds:
    """Makes message ids that sort in the order they were made.

    26 characters, a ULID (github.com/ulid/spec): 48 bits of milliseconds, 80
    random bits. Within one process each id is greater than the one before, even
    in the same millisecond and when the clock is set back.
    """

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def new(self) -> MessageId:
        """The next id."""
        with self._lock:
            fresh = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
            self._last = max(fresh, self._last + 1)
            number = self._last
        return MessageId("".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5)))


new_message_id = MessageIds().new
