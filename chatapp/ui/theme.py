"""The colours and measures every widget draws with.

A theme is a value. A view keeps the one it was given and draws again when it is
given another; nothing asks a global. Lengths are in device-independent pixels.
"""

from __future__ import annotations

from typing import NamedTuple

UNIT = 4  # spacing goes in steps of this: 4, 8, 12, 16, 24, 32
RADIUS_CARD = 8
RADIUS_BUTTON = 6
RADIUS_CHIP = 4
RADIUS_COMPOSER = 14
COLUMN_MAXIMUM = 720
BODY_POINTS = 10.5
CAPTION_POINTS = 9.0
TITLE_POINTS = 13.0
LINE_HEIGHT = 1.5
CODE_SCALE = 0.95


class Theme(NamedTuple):
    """One set of colours, as `#rrggbb`.

    Text colours reach 4.5:1 on every surface they are drawn on, borders of inputs
    and the focus ring 3:1; a test measures each pair.
    """

    name: str
    dark: bool
    page: str
    side: str
    line: str
    border: str  # of inputs: 3:1 on page and side
    text: str
    muted: str
    faint: str
    bubble: str
    hover: str
    selected: str
    accent: str
    on_accent: str
    selection: str
    code: str
    code_header: str
    mark: str
    error: str
    error_page: str
    warning: str
    success: str
    keyword: str
    string: str
    number: str
    function: str
    comment: str
    shadow: str


LIGHT = Theme(
    name="light",
    dark=False,
    page="#ffffff",
    side="#f6f7f9",
    line="#e4e7ec",
    border="#868e9b",
    text="#1c2026",
    muted="#59616e",
    faint="#5f6875",
    bubble="#eef2fb",
    hover="#eceff3",
    selected="#e3eaf8",
    accent="#2f62d0",
    on_accent="#ffffff",
    selection="#b9d2fb",
    code="#f6f8fa",
    code_header="#eef1f4",
    mark="#fff0b3",
    error="#b3261e",
    error_page="#fdeeec",
    warning="#8a5a00",
    success="#1a7f4b",
    keyword="#8a2f8f",
    string="#1f7a3d",
    number="#a34a00",
    function="#1f5fb0",
    comment="#646d79",
    shadow="#24141e32",
)

DARK = Theme(
    name="dark",
    dark=True,
    page="#17191d",
    side="#1d2025",
    line="#2c3037",
    border="#6c7584",
    text="#e6e8ec",
    muted="#a8b0bc",
    faint="#a0a8b4",
    bubble="#262c38",
    hover="#262a31",
    selected="#2a3446",
    accent="#8ab0ff",
    on_accent="#10131a",
    selection="#2f4f86",
    code="#121418",
    code_header="#1f2329",
    mark="#5a4a12",
    error="#ff9b92",
    error_page="#35201f",
    warning="#f0c060",
    success="#6fd09b",
    keyword="#e08bd8",
    string="#8fd19e",
    number="#f0b072",
    function="#8ab0ff",
    comment="#8b94a1",
    shadow="#80000000",
)
