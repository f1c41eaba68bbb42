import datetime as dt

import pytest

from chatapp.ui.browser.moments import short_moment, spoken_moment

NOW = dt.datetime(2026, 2, 12, 12, 0, tzinfo=dt.UTC)  # a Thursday


@pytest.mark.parametrize(
    ("moment", "short", "spoken"),
    [
        (NOW.replace(hour=9, minute=5), "09:05", "today at 09:05"),
        (NOW + dt.timedelta(days=2), "12:00", "today at 12:00"),  # a clock was set back
        (NOW - dt.timedelta(days=1), "Wed", "yesterday at 12:00"),
        (NOW - dt.timedelta(days=6), "Fri", "Friday at 12:00"),
        (NOW - dt.timedelta(days=7), "5 Feb", "5 February 2026"),
        (NOW - dt.timedelta(days=400), "Jan 2025", "8 January 2025"),
    ],
)
def test_a_list_says_when(moment, short, spoken):
    assert short_moment(moment, NOW) == short
    assert spoken_moment(moment, NOW) == spoken
