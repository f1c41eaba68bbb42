"""A window with one conversation, and a screen reader that reads it over a real bus.

    program.py PYTHON READER

Shows the window, runs READER with PYTHON, prints what both said, and ends with it.
"""

from __future__ import annotations

import subprocess
import sys
import threading

from PySide6.QtCore import QMetaObject, Qt
from PySide6.QtWidgets import QApplication

from chatapp.ui.chat.transcript.area import TranscriptArea
from chatapp.ui.fonts import Families
from transcripts import reply, user

REPLY = "# A heading\n\nSome [link](https://example.com).\n\n```python\nx = 1\n```\n"


class Ear:
    """Prints what the conversation asks for."""

    def on_action(self, action, message_id):
        print("asked", action, flush=True)

    def on_link(self, address):
        print("link", address, flush=True)


def main() -> None:
    application = QApplication(sys.argv)
    area = TranscriptArea(Families("DejaVu Sans", "DejaVu Sans Mono"))
    area.resize(800, 600)
    ear = Ear()
    area.action_requested.connect(ear.on_action)
    area.link_activated.connect(ear.on_link)
    area.show_messages([user("A question")] * 500 + [reply(REPLY)])
    area.show()
    threading.Thread(target=read, args=(application,), daemon=True).start()
    application.exec()


def read(application) -> None:
    """Let the screen reader read, then end."""
    subprocess.run(sys.argv[1:], check=False)
    QMetaObject.invokeMethod(application, "quit", Qt.ConnectionType.QueuedConnection)


if __name__ == "__main__":
    main()
