"""Which typefaces the window uses.

The interface font of a platform that has a designed one is kept. Where the system
only offers a fallback (a bare Linux desktop answers with DejaVu), the bundled
Inter and JetBrains Mono are used instead; both are under the SIL Open Font
License, which stands beside them.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo

from chatapp.kit.resources import resource

FALLBACKS = ("dejavu", "bitstream vera", "liberation", "nimbus", "helvetica", "freesans", "courier")
INTERFACE_FILES = tuple(
    f"Inter-{style}.otf"
    for style in ("Regular", "Medium", "SemiBold", "Bold", "Italic", "BoldItalic")
)
CODE_FILES = tuple(f"JetBrainsMono-{style}.ttf" for style in ("Regular", "Bold", "Italic"))


@dataclass(frozen=True)
class Families:
    """The names of the two typefaces in use."""

    interface: str
    code: str


def choose() -> Families:
    """The system's typefaces where they are designed for the screen, else the bundled ones."""
    interface = QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)).family()
    code = QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)).family()
    return Families(
        _load(INTERFACE_FILES) or interface if is_fallback(interface) else interface,
        _load(CODE_FILES) or code if is_fallback(code) else code,
    )


def is_fallback(family: str) -> bool:
    """Whether `family` is what a system falls back to when nobody chose a font."""
    name = family.lower()
    return (
        not name
        or name.startswith(FALLBACKS)
        or name in {"monospace", "sans serif", "noto sans mono"}
    )


def _load(files: tuple[str, ...]) -> str:
    """Make the bundled `files` known to Qt; the family they belong to, or an empty text."""
    family = ""
    for name in files:
        number = QFontDatabase.addApplicationFont(str(resource(f"fonts/{name}")))
        if not family and (families := QFontDatabase.applicationFontFamilies(number)):
            family = families[0]
    return family


def code_font(families: Families, points: float) -> QFont:
    """The monospaced font at `points`, with a fallback that stays monospaced."""
    font = QFont([families.code])
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPointSizeF(points)
    return font
