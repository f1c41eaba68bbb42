"""The local socket on which a later start asks the first window to come forward.

It is no lock: a second listener may silently take the name of a live one. So only
the holder of the profile's lock listens. Nothing here touches the network: it is a
Unix socket that is open to the user alone, or a named pipe on Windows.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from chatapp.app.instance import Place, claim
from chatapp.app.request import (
    LONGEST_REQUEST,
    TOKEN_VARIABLE,
    UNDERSTOOD,
    Request,
    parse_request,
)
from chatapp.domain.ids import SessionId
from chatapp.kit.signal import Signal

if TYPE_CHECKING:
    from pathlib import Path

CALLERS = 4
CALLER_MILLISECONDS = 2_000
ANSWER_SECONDS = 10.0  # a window that is still starting answers when its chats are there
NEXT_TRY_SECONDS = 0.05


def address(state: Path) -> str:
    """Where the first window on the profile with this state folder listens.

    A hash of the path, because a socket's name has hardly 100 characters (`sun_path`, unix(7)).
    """
    whole = os.path.normcase(state.resolve())
    name = f"chatapp-{hashlib.sha256(whole.encode('utf-8', 'surrogateescape')).hexdigest()[:24]}"
    folder = os.environ.get("XDG_RUNTIME_DIR")  # the user's own; else Qt takes the temporary one
    return f"{folder}/{name}" if folder else name


class Doorbell(QObject):
    """Listens for later starts; only for the holder of the profile's lock.

    Attributes:
        rung: A later start asks the window to come forward.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.rung: Signal[Request] = Signal()
        QLocalServer.removeServer(name)  # left behind by one that was killed
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(CALLERS)
        self._server.newConnection.connect(self._on_new_connection)
        self._server.listen(name)

    def close(self) -> None:
        """Hear nobody any more."""
        self._server.close()

    def _on_new_connection(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.setReadBufferSize(LONGEST_REQUEST)
            caller.disconnected.connect(caller.deleteLater)
            caller.readyRead.connect(self._on_ready_read)
            QTimer.singleShot(CALLER_MILLISECONDS, caller, caller.abort)

    def _on_ready_read(self) -> None:
        caller = self.sender()
        assert isinstance(caller, QLocalSocket)
        if not caller.canReadLine() and caller.bytesAvailable() < LONGEST_REQUEST:
            return
        request = parse_request(bytes(caller.readLine(LONGEST_REQUEST + 1).data()))
        if request is None:
            caller.abort()
            return
        caller.write(UNDERSTOOD)
        caller.disconnectFromServer()
        self.rung.emit(request)


def call_first(
    state: Path, session_id: str | None, seconds: float = ANSWER_SECONDS
) -> Place | None:
    """Ask the window that is open on a profile to come forward; None once it does.

    Args:
        state: The profile's state folder.
        session_id: The chat it is to open.
        seconds: How long to wait for its answer.

    Returns:
        This start's own place otherwise: the first, if the other window went away meanwhile; a
        later one if it stays and does not answer.
    """
    token = os.environ.get(TOKEN_VARIABLE, "")
    request = Request(SessionId(session_id) if session_id else None, token)
    deadline = time.monotonic() + seconds
    _let_others_come_forward()
    while True:
        if ring(address(state), request, deadline - time.monotonic()):
            return None
        place = claim(state)
        if place.is_first or time.monotonic() >= deadline:
            return place
        time.sleep(NEXT_TRY_SECONDS)


def _let_others_come_forward() -> None:
    """Pass on the right to take the focus, which Windows gave to the process just started."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(-1)  # ASFW_ANY


def ring(name: str, request: Request, seconds: float) -> bool:
    """Ask the window that listens at `name` to come forward; whether it said it does."""
    deadline = time.monotonic() + seconds
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_left(deadline)):
        return False
    socket.write(request.encoded())
    while not socket.canReadLine() and socket.waitForReadyRead(_left(deadline)):
        pass
    answered = socket.readLine(len(UNDERSTOOD) + 1).data() == UNDERSTOOD
    socket.abort()
    return answered


def _left(deadline: float) -> int:
    return max(0, round((deadline - time.monotonic()) * 1000))
