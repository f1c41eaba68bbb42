"""What servers say, sorted: TV48-TV52, TV68, TV75, TV87."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from chatapp.domain.errors import ProviderErrorKind as Kind
from chatapp.providers.failures import (
    error_in_payload,
    error_in_response,
    plain_excerpt,
    retry_after,
)


def openai(message: str, **more: object) -> dict[str, object]:
    return {"error": {"message": message, **more}}


CONTEXT_WORDS = [
    "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",
    "prompt is too long: 210000 tokens > 200000 maximum",
    "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
    "the request exceeds the available context size. try increasing the context size",
    "Requested token count exceeds the model's maximum context length of 8192",
    "The input exceeds the maximum allowed input length of 4096",
    "Prompt too long: 5000 tokens exceeds max_seq_len 4096",
]


@pytest.mark.parametrize("words", CONTEXT_WORDS)
def test_every_wording_of_a_full_context_is_known(words: str) -> None:
    error = error_in_response(400, {}, json.dumps(openai(words)).encode())
    assert error.kind is Kind.CONTEXT


@pytest.mark.parametrize("code", ["context_length_exceeded", "exceed_context_size_error"])
def test_code_of_a_full_context_is_known(code: str) -> None:
    assert error_in_payload(openai("no", type=code)).kind is Kind.CONTEXT
    assert error_in_payload(openai("no", code=code)).kind is Kind.CONTEXT


@pytest.mark.parametrize(
    "words",
    [
        "Request too large for gpt-4 on tokens per min (TPM): Limit 30000, Requested 40000.",
        "Too many tokens, please wait before trying again.",
        "This request would exceed your organization's rate limit of 40,000 input tokens",
    ],
)
def test_too_many_tokens_a_minute_are_no_full_context(words: str) -> None:
    assert error_in_response(429, {}, json.dumps(openai(words)).encode()).kind is Kind.RATE_LIMIT
    assert error_in_payload(openai(words)).kind is Kind.RATE_LIMIT


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, openai("Unsupported parameter: 'temperature'"), Kind.REQUEST),
        (400, openai("API key not valid. Please pass a valid API key."), Kind.AUTHENTICATION),
        (400, openai("Your credit balance is too low to access the API."), Kind.QUOTA),
        (401, openai("Incorrect API key provided"), Kind.AUTHENTICATION),
        (401, {}, Kind.AUTHENTICATION),
        (402, openai("Insufficient Balance"), Kind.QUOTA),
        (403, openai("Country not supported"), Kind.PERMISSION),
        (404, openai("The model `x` does not exist", code="model_not_found"), Kind.MODEL),
        (404, {"error": "model 'x' not found, try pulling it first"}, Kind.MODEL),
        (404, {"type": "error", "error": {"type": "not_found_error", "message": "model: claude-x"}},
         Kind.MODEL),
        (404, {"detail": "Not Found"}, Kind.REQUEST),
        (413, {"type": "error", "error": {"type": "request_too_large", "message": "big"}},
         Kind.REQUEST),
        (422, {"detail": "bad field"}, Kind.REQUEST),
        (429, openai("You exceeded your current quota", type="insufficient_quota"), Kind.QUOTA),
        (429, {}, Kind.RATE_LIMIT),
        (500, openai("boom"), Kind.SERVER),
        (503, openai("Loading model", code=503, type="unavailable_error"), Kind.LOADING),
        (503, {}, Kind.OVERLOADED),
        (529, {"type": "error", "error": {"type": "overloaded_error", "message": "O"}},
         Kind.OVERLOADED),
        (504, [{"error": {"message": "slow"}}], Kind.SERVER),
        (500, ["odd"], Kind.SERVER),
    ],
)  # fmt: skip
def test_response_with_an_error_status_is_sorted(status: int, body: object, kind: Kind) -> None:
    error = error_in_response(status, {}, json.dumps(body).encode())
    assert (error.kind, error.status) == (kind, status)
    assert error.sentence.endswith(".")
    assert error.remedy


def test_page_in_place_of_json_is_shown_as_plain_text() -> None:
    error = error_in_response(502, {}, b"<html>\r\n<h1>Bad\x00 Gateway</h1>" + b"x" * 999)
    assert error.kind is Kind.SERVER
    assert error.detail.startswith("<html> <h1>Bad Gateway</h1>")
    assert len(error.detail) == 200


def test_sentences_of_one_status_differ_where_the_remedy_does() -> None:
    sentences = {error_in_response(s, {}, b"").sentence for s in (307, 400, 404, 413)}
    assert len(sentences) == 4


def test_server_is_named() -> None:
    assert error_in_response(401, {}, b"", server="api.example").sentence.startswith("api.example")


GOOGLE = {
    "error": {
        "code": 429,
        "message": "You exceeded your current quota, please check your plan and billing details.",
        "status": "RESOURCE_EXHAUSTED",
        "details": [
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "45.837906927s"}
        ],
    }
}


def test_google_tells_its_pause_in_the_body() -> None:
    error = error_in_response(429, {}, json.dumps(GOOGLE).encode())
    assert (error.kind, error.retry_after) == (Kind.RATE_LIMIT, 45.837906927)


def test_quota_of_the_day_is_no_pause() -> None:
    details = [{"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]}]
    payload = {"error": {**GOOGLE["error"], "details": details}}
    assert error_in_payload(payload).kind is Kind.QUOTA


NOW = dt.datetime(2026, 2, 9, 21, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "Mon, 09 Feb 2026 21:30:30 GMT"}, 30.0),
        ({"retry-after": "Mon, 09 Feb 2026 21:00:00 GMT"}, 0.0),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "x"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


def test_payload_without_an_error_is_none() -> None:
    assert error_in_payload({"error": None, "type": "x"}) is None
    assert error_in_payload({"error": {}}) is None


def test_excerpt_is_one_line_without_control_characters() -> None:
    assert plain_excerpt("a\x1b[31m\n\tb\u202e") == "a [31m b"
