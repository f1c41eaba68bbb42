from __future__ import annotations

import subprocess
import sys

import pytest

from chatapp.app.instance import LOCK_NAME, claim

HOLD = """
import sys
from pathlib import Path
from chatapp.app.instance import claim
print(claim(Path(sys.argv[1])).is_first, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process, which took the place and holds it."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert process.stdout.readline() == "True\n"
    yield process
    process.kill()
    process.communicate()


def test_first_start_takes_the_place_and_makes_the_folder(tmp_path):
    place = claim(tmp_path / "new" / "state")
    assert place.is_first
    assert (tmp_path / "new" / "state" / LOCK_NAME).exists()
    place.lock.release()


def test_later_start_does_not_get_the_place(tmp_path, holder):
    place = claim(tmp_path)
    assert (place.is_first, place.lock) == (False, None)


def test_place_of_a_killed_process_is_free(tmp_path, holder):
    holder.kill()
    holder.wait()
    place = claim(tmp_path)
    assert place.is_first
    place.lock.release()


def test_folder_that_cannot_be_made_keeps_no_window_from_opening(tmp_path):
    (tmp_path / "file").write_text("in the way")
    place = claim(tmp_path / "file" / "state")
    assert (place.is_first, place.lock) == (True, None)
