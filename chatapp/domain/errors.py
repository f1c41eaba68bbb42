"""The errors a person may meet.

    ChatAppError                 a sentence and its remedy; shown as text, never as a traceback
     ├─ InvalidSessionId         the id is unsafe or malformed; nothing was touched
     ├─ SessionNotFound          no session has this id
     ├─ SettingsError            a settings file cannot be read; names line and key
     ├─ StorageError             the disk said no; what was said stays in memory
     ├─ ExportError              the export could not be written
     └─ ProviderError            the model did not answer, or not wholly

Foreign errors are translated into this tree once, at the border. Whatever is not
in it is a bug and is reported with its traceback; a cancelled task is silent.
"""

from __future__ import annotations

import enum


class ChatAppError(Exception):
    """Something a person can understand and act on.

    Attributes:
        sentence: What happened, as a person would say it. No path, no key.
        remedy: What to do about it, or an empty text.
    """

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(f"{sentence} {remedy}".rstrip())
        self.sentence = sentence
        self.remedy = remedy


class InvalidSessionId(ChatAppError):  # noqa: N818 - the field's name for it
    """The id is unsafe or malformed."""


class SessionNotFound(ChatAppError):  # noqa: N818 - the field's name for it
    """No session has this id."""


class SettingsError(ChatAppError):
    """A settings file cannot be read."""


class StorageError(ChatAppError):
    """The disk refused a read or a write."""


class ExportError(ChatAppError):
    """An export could not be made."""


class ProviderErrorKind(enum.StrEnum):
    """Why a model did not answer, in the words the rest of the program decides by."""

    CONNECTION = "connection"  # refused, no route, reset, name unknown
    CERTIFICATE = "certificate"
    TIMEOUT = "timeout"
    AUTHENTICATION = "authentication"  # key missing or rejected
    PERMISSION = "permission"
    MODEL = "model"  # unknown or gone
    CONTEXT = "context"  # the conversation is longer than the model reads
    RATE_LIMIT = "rate_limit"
    QUOTA = "quota"  # used up; waiting a minute does not help
    OVERLOADED = "overloaded"
    LOADING = "loading"  # the server is still loading the model
    REQUEST = "request"  # the server refuses the request as it is
    SERVER = "server"  # 5xx
    PROTOCOL = "protocol"  # the bytes are not the promised wire format
    EMPTY = "empty"  # the reply ended without a word


class ProviderError(ChatAppError):
    """A model did not answer, or not wholly.

    Attributes:
        kind: Why.
        status: The HTTP status, if there was one.
        retry_after: Seconds the server asks to wait, if it said so.
        detail: What the server itself said: untrusted, shown only as plain text.
    """

    def __init__(
        self,
        kind: ProviderErrorKind,
        sentence: str,
        remedy: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(sentence, remedy)
        self.kind = kind
        self.status = status
        self.retry_after = retry_after
        self.detail = detail
