"""Watches what the program must not touch: a file on disk, a server on the network."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
from pathlib import Path

IN_OPEN = 0x20
IN_ACCESS = 0x01


class FileSpy:
    """Tells whether anybody opened a file; Linux only (inotify)."""

    def __init__(self, path: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._queue = libc.inotify_init1(os.O_NONBLOCK)
        assert self._queue >= 0
        assert libc.inotify_add_watch(self._queue, os.fsencode(path), IN_OPEN | IN_ACCESS) >= 0

    def touched(self) -> bool:
        """Whether it was opened or read since the spy was made."""
        try:
            return len(os.read(self._queue, 4096)) >= struct.calcsize("iIII")
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self._queue)


class ServerSpy:
    """A server nobody must connect to."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]

    def touched(self) -> bool:
        """Whether anybody connected."""
        try:
            self._listener.accept()
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        self._listener.close()
