"""The one owner of live sessions, and the view of all of them that every front end draws."""

from chatapp.sessions.manager import SessionManager

__all__ = ["SessionManager"]
