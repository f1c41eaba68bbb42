"""The event model: what a wire leaves out is unknown, never nought."""

from __future__ import annotations

from chatapp.domain.message import Status
from chatapp.domain.stream import End, Usage


def test_counts_a_server_does_not_tell_are_unknown():
    assert Usage(prompt_tokens=9).completion_tokens is None


def test_end_without_an_error_is_only_its_status():
    assert End(Status.COMPLETE) == End(Status.COMPLETE, error=None)
