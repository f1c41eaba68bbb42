import pytest

from chatapp.ui.theme import DARK, LIGHT, Theme

TEXT = 4.5  # WCAG 2.2, 1.4.3
SHAPE = 3.0  # 1.4.11

TEXT_PAIRS = [
    *((ink, paper) for ink in ("text", "muted") for paper in (
        "page", "side", "bubble", "hover", "selected", "code", "code_header", "error_page")),
    *(("faint", paper) for paper in ("page", "side", "hover", "selected", "code_header")),
    *(("accent", paper) for paper in ("page", "side", "bubble")),
    *(("error", paper) for paper in ("page", "side", "hover", "selected", "error_page")),
    *((ink, "page") for ink in ("warning", "success")),
    *((ink, "code") for ink in ("keyword", "string", "number", "function", "comment")),
    ("on_accent", "accent"),
    ("text", "mark"),
    ("text", "selection"),
    ("page", "text"),  # the undo bar is drawn inverted
]  # fmt: skip
SHAPE_PAIRS = [
    *((line, paper) for line in ("border", "accent") for paper in ("page", "side")),
    *((mark, paper) for mark in ("accent", "error", "success", "faint")
      for paper in ("side", "hover", "selected")),
]  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance, by the formula of WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_gives_the_known_ends():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize(("ink", "paper"), TEXT_PAIRS)
def test_text_can_be_read(theme: Theme, ink: str, paper: str):
    assert contrast(getattr(theme, ink), getattr(theme, paper)) >= TEXT


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize(("ink", "paper"), SHAPE_PAIRS)
def test_shapes_can_be_seen(theme: Theme, ink: str, paper: str):
    assert contrast(getattr(theme, ink), getattr(theme, paper)) >= SHAPE
