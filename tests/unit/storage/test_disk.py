"""What a disk refuses is told as a sentence, without a path."""

from __future__ import annotations

import errno

import pytest

from chatapp.storage.disk import storage_error


@pytest.mark.row("S03")
@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "The disk is full."),
        (errno.EDQUOT, "The disk is full."),
        (errno.EROFS, "The folder of the chats cannot be written to."),
        (errno.EACCES, "The folder of the chats cannot be written to."),
        (errno.ENOENT, "The folder of the chats is gone."),
        (errno.EIO, "The disk refused (input/output error)."),
    ],
)
def test_refusal_is_named_without_the_path(number, sentence):
    error = storage_error(OSError(number, "Input/output error", "/home/ada/chats/secret.json"))
    assert error.sentence == sentence
    assert "kept in memory" in error.remedy
    assert "ada" not in str(error)


def test_refusal_without_a_reason_says_so():
    assert storage_error(OSError()).sentence == "The disk refused (unknown reason)."
