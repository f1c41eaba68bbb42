"""What a server means when it says no: statuses, codes and words sorted into kinds.

Error bodies of every wire pass through here, whether they came with an HTTP status
or inside a stream of status 200. What the server said is kept as `detail`, cut to
an excerpt; the sentence a person reads is always ours.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chatapp.domain.errors import ProviderError, ProviderErrorKind
from chatapp.providers import shapes

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = ProviderErrorKind

SOME_SERVER = "The server"
_EXCERPT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a server said, before it is understood.

    Attributes:
        status: The HTTP status, or a number the body gives in its place.
        words: Codes, types and the message, in lower case, to be searched.
        message: The message alone, as it was written.
        details: Structured details, in Google's form.
    """

    status: int | None
    words: str
    message: str
    details: tuple[dict[str, Any], ...] = ()


# In this order: the first whose words are found decides. "Too many tokens a minute" is a
# rate, not a conversation that is too long, so rates come before the context.
_BY_WORDS: tuple[tuple[ProviderErrorKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(words))
    for kind, words in (
        (
            Kind.QUOTA,
            r"insufficient_quota|insufficient balance|credit balance|perday",
        ),
        (
            Kind.RATE_LIMIT,
            r"rate.?limit|too many requests|per minute|per min\b|too many tokens"
            r"|resource_exhausted",
        ),
        (
            Kind.CONTEXT,
            r"context_length|context length|exceed_context_size|context limit|context window"
            r"|context size|prompt is too long|prompt too long|max_seq_len|input is too long"
            r"|maximum allowed input length|maximum context",
        ),
        (
            Kind.AUTHENTICATION,
            r"invalid_api_key|authentication|api.?key.{0,20}(?:invalid|not valid|incorrect|missing)"
            r"|(?:invalid|incorrect|missing).{0,12}api.?key|unauthori[sz]ed",
        ),
        (Kind.LOADING, r"loading model|model is loading|currently loading"),
        (Kind.OVERLOADED, r"overloaded|capacity|unavailable"),
        (
            Kind.MODEL,
            r"model_not_found|not_found_error.{0,40}model|(?:no such|unknown|invalid) model"
            r"|model.{0,80}(?:not found|not exist|not a valid|not supported|unknown)",
        ),
        (Kind.PERMISSION, r"permission|forbidden"),
        (Kind.REQUEST, r"invalid_request|bad request|invalid_argument"),
        (Kind.SERVER, r"server_error|api_error|internal error"),
    )
)
# A status that leaves no doubt; any other waits for the words.
_BY_CLEAR_STATUS = {401: Kind.AUTHENTICATION, 402: Kind.QUOTA, 529: Kind.OVERLOADED}
_BY_STATUS = {
    403: Kind.PERMISSION,
    408: Kind.SERVER,
    429: Kind.RATE_LIMIT,
    503: Kind.OVERLOADED,
}
_CANNOT_BE = {429: {Kind.CONTEXT}, 404: {Kind.OVERLOADED, Kind.REQUEST, Kind.SERVER}}

_SAYINGS: dict[ProviderErrorKind, tuple[str, str]] = {
    Kind.AUTHENTICATION: (
        "{server} rejected the key, or asks for one.",
        "Check the key in the settings.",
    ),
    Kind.PERMISSION: (
        "{server} does not allow this with your key.",
        "Choose another model, or ask who gave you the key.",
    ),
    Kind.MODEL: ("{server} does not have this model.", "Choose another model."),
    Kind.CONTEXT: (
        "The conversation is longer than this model reads.",
        "Leave out older messages, or choose a model that reads more.",
    ),
    Kind.RATE_LIMIT: ("{server} takes no more requests for the moment.", "Wait, then try again."),
    Kind.QUOTA: (
        "{server} says that your quota is used up.",
        "Look at your account there, or choose another model.",
    ),
    Kind.OVERLOADED: ("{server} is overloaded.", "Wait a moment, then try again."),
    Kind.LOADING: ("{server} is still loading the model.", "Try again in a moment."),
    Kind.REQUEST: ("{server} refused the request.", "The details say what it did not accept."),
    Kind.SERVER: ("{server} failed.", "Try again in a moment."),
}
_TOO_LARGE = ("{server} finds the request too large.", "Send fewer or smaller attachments.")
_NO_SUCH_ADDRESS = (
    "{server} does not know this address.",
    "Check the base address in the settings.",
)
_REDIRECTED = (
    "{server} points to another address, and your key is never sent on to one.",
    "Put the right address in the settings.",
)


def error_in_payload(
    payload: dict[str, Any], *, server: str = SOME_SERVER, named_error: bool = False
) -> ProviderError | None:
    """The error that a payload of a stream is, if it is one.

    Args:
        payload: One JSON object of the stream.
        server: How a sentence calls the server.
        named_error: The event itself was named `error`.
    """
    if not (payload.get("error") or named_error or payload.get("type") == "error"):
        return None
    return _understood(_complaint(payload, None), server, None)


def error_in_response(
    status: int, headers: Mapping[str, str], body: bytes, *, server: str = SOME_SERVER
) -> ProviderError:
    """What a response with an error status means.

    Args:
        status: The HTTP status, 300 or more.
        headers: With lower-case names, or any mapping that ignores case.
        body: The beginning of the body.
        server: How a sentence calls the server.
    """
    try:
        payload = shapes.load(body.strip())
    except ValueError:
        complaint = Complaint(status, "", plain_excerpt(body))
    else:
        first = payload[0] if isinstance(payload, list) and payload else payload
        complaint = _complaint(shapes.mapping(first), status)
    return _understood(complaint, server, retry_after(headers))


def retry_after(headers: Mapping[str, str], now: dt.datetime | None = None) -> float | None:
    """Seconds a server asks to wait: `retry-after-ms`, else `retry-after` in either form."""
    import email.utils  # 20 ms that only a refusal pays

    try:
        if milliseconds := headers.get("retry-after-ms"):
            return max(0.0, float(milliseconds) / 1000)
        written = headers.get("retry-after", "")
        if re.fullmatch(r"\s*\d+(\.\d+)?\s*", written):
            return float(written)
        moment = email.utils.parsedate_to_datetime(written)
    except ValueError:
        return None
    now = now or dt.datetime.now(dt.UTC)
    return max(0.0, (moment.astimezone(dt.UTC) - now).total_seconds())


def plain_excerpt(words: bytes | str) -> str:
    """The beginning of what a server said, on one line, without control characters."""
    if isinstance(words, bytes):
        words = words[: _EXCERPT_LENGTH * 8].decode("utf-8", "replace")
    shown = "".join(c if c.isprintable() else " " for c in words[: _EXCERPT_LENGTH * 4])
    return " ".join(shown.split())[:_EXCERPT_LENGTH]


def _complaint(payload: dict[str, Any], status: int | None) -> Complaint:
    """The tolerant reading of every error shape the wires have."""
    stated = payload.get("error")
    error = stated if isinstance(stated, dict) else payload
    message = (
        shapes.text(stated)
        or shapes.text(error.get("message"))
        or shapes.text(payload.get("message"))
        or shapes.text(payload.get("detail"))
        or shapes.json_text(stated or payload)
    )
    code = error.get("code")
    if status is None and isinstance(code, int | str) and str(code).isdecimal():
        status = int(code) if len(str(code)) == 3 else None
    details = tuple(shapes.objects(error.get("details")))
    named = (code, error.get("type"), error.get("status"), message, shapes.json_text(list(details)))
    words = " ".join(str(word) for word in named if word).lower()
    return Complaint(status, words, message, details)


def _understood(complaint: Complaint, server: str, wait: float | None) -> ProviderError:
    kind = _kind(complaint)
    sentence, remedy = _SAYINGS[kind]
    if kind is Kind.REQUEST and complaint.status is not None:
        if complaint.status == 413:
            sentence, remedy = _TOO_LARGE
        elif complaint.status in (404, 405):
            sentence, remedy = _NO_SUCH_ADDRESS
        elif complaint.status < 400:
            sentence, remedy = _REDIRECTED
    return ProviderError(
        kind,
        sentence.format(server=server),
        remedy,
        status=complaint.status,
        retry_after=wait if wait is not None else _retry_info(complaint.details),
        detail=plain_excerpt(complaint.message),
    )


def _kind(complaint: Complaint) -> ProviderErrorKind:
    status = complaint.status
    if status in _BY_CLEAR_STATUS:
        return _BY_CLEAR_STATUS[status]
    impossible = _CANNOT_BE.get(status or 0, set())
    for kind, words in _BY_WORDS:
        if kind not in impossible and words.search(complaint.words):
            return kind
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status is None or status >= 500:
        return Kind.SERVER
    return Kind.REQUEST


def _retry_info(details: tuple[dict[str, Any], ...]) -> float | None:
    """Google's way: `{"@type": "…/google.rpc.RetryInfo", "retryDelay": "45.8s"}`."""
    for detail in details:
        delay = shapes.text(detail.get("retryDelay"))
        if re.fullmatch(r"\d+(\.\d+)?s", delay):
            return float(delay[:-1])
    return None
