import pytest
from PySide6.QtCore import QRect

from chatapp.ui.placement import place

SCREEN = QRect(0, 0, 1600, 1200)
SECOND = QRect(1600, 0, 1280, 1024)


def test_the_first_start_is_in_the_middle():
    assert place(None, [SCREEN]).center() == SCREEN.center()


def test_a_small_screen_gets_a_smaller_window():
    assert SCREEN.contains(place(None, [QRect(0, 0, 800, 600)]))
    assert place(None, [QRect(0, 0, 800, 600)]).width() < 800


def test_the_remembered_place_is_kept():
    assert place([100, 80, 900, 700], [SCREEN, SECOND]) == QRect(100, 80, 900, 700)
    assert place([1700, 80, 900, 700], [SCREEN, SECOND]) == QRect(1700, 80, 900, 700)


@pytest.mark.parametrize(
    "remembered",
    [[-5000, -5000, 900, 700], [5000, 100, 900, 700], [1500, 1100, 900, 700], [0, 0, 9000, 9000]],
)
def test_a_place_that_cannot_be_seen_is_moved_onto_a_screen(remembered):
    assert SCREEN.contains(place(remembered, [SCREEN]))


@pytest.mark.parametrize("remembered", ["text", [1, 2], [1, 2, 3, "4"], [0, 0, 1, 1], {}])
def test_nonsense_is_ignored(remembered):
    assert place(remembered, [SCREEN]) == place(None, [SCREEN])
