"""Errors are sentences with their remedy."""

from __future__ import annotations

from chatapp.domain.errors import ChatAppError, ProviderError, ProviderErrorKind


def test_error_reads_as_sentence_and_remedy():
    error = ChatAppError("The disk is full.", "Free some space.")
    assert str(error) == "The disk is full. Free some space."


def test_error_without_a_remedy_is_its_sentence():
    assert str(ChatAppError("The disk is full.")) == "The disk is full."


def test_what_a_server_said_is_no_part_of_the_sentence():
    error = ProviderError(
        ProviderErrorKind.QUOTA, "The quota is used up.", status=429, retry_after=2.5, detail="sk-1"
    )
    assert "sk-1" not in str(error)
    assert (error.kind, error.status, error.retry_after, error.detail) == (
        "quota",
        429,
        2.5,
        "sk-1",
    )
