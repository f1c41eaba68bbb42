"""The installed PySide6 is one that does not abort.

In 6.12.0 every Qt method that returns nothing gives away a reference to None that it does not
own. From Python 3.12 on None is immortal and does not care; before, the process dies after some
thousands of calls.
"""

from __future__ import annotations

import sys

import PySide6
import pytest
from PySide6.QtCore import QObject

NONE_IS_MORTAL = sys.version_info < (3, 12)
CALLS = 1_000


def test_installed_pair_is_not_the_one_that_aborts():
    assert not (NONE_IS_MORTAL and PySide6.__version__ == "6.12.0")


@pytest.mark.skipif(not NONE_IS_MORTAL, reason="None is immortal: its count says nothing here")
def test_void_methods_keep_their_references_to_none():
    subject = QObject()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        subject.setObjectName("a method that returns nothing")
    assert sys.getrefcount(None) > before - CALLS // 10  # other code may keep or drop a few


@pytest.mark.skipif(NONE_IS_MORTAL, reason="None is counted before Python 3.12")
def test_count_of_none_does_not_move_where_it_is_immortal():
    """This is why 6.12.0 is sound here: a lost reference cannot take None away."""
    subject = QObject()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        subject.setObjectName("a method that returns nothing")
    assert sys.getrefcount(None) == before
