"""From a theme to Qt: a palette for what Fusion draws, a thin style sheet for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QPalette

from chatapp.ui.theme import BODY_POINTS, CAPTION_POINTS, TITLE_POINTS

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from chatapp.ui.look import Look
    from chatapp.ui.theme import Theme

SMALL_POINTS = 9.5
KEY_POINTS = 8.5


def apply(application: QApplication, look: Look) -> None:
    """Make the whole application look like `look`."""
    if application.style().objectName() != "fusion":
        application.setStyle("Fusion")
    application.setPalette(palette(look.theme))
    application.setFont(look.font())
    application.setStyleSheet(style_sheet(look))


def palette(theme: Theme) -> QPalette:
    """The theme as the roles Qt's own widgets draw with."""
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.page,
        role.WindowText: theme.text,
        role.Base: theme.page,
        role.AlternateBase: theme.side,
        role.Text: theme.text,
        role.PlaceholderText: theme.faint,
        role.Button: theme.page,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.text,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Accent: theme.accent,
        role.ToolTipBase: theme.text,
        role.ToolTipText: theme.page,
        role.Light: theme.hover,
        role.Midlight: theme.hover,
        role.Mid: theme.line,
        role.Dark: theme.border,
    }
    result = QPalette()
    for which, colour in colours.items():
        result.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.faint))
    return result


def style_sheet(look: Look) -> str:
    """The rules for what a palette cannot say: radii, hairlines, hover, the focus ring."""
    theme, px = look.theme, look.px
    values = theme._asdict()
    values |= {
        "body_pt": f"{BODY_POINTS * look.scale:.2f}pt",
        "small_pt": f"{SMALL_POINTS * look.scale:.2f}pt",
        "key_pt": f"{KEY_POINTS * look.scale:.2f}pt",
        "caption_pt": f"{CAPTION_POINTS * look.scale:.2f}pt",
        "title_pt": f"{TITLE_POINTS * look.scale * 0.9:.2f}pt",
        "heading_pt": f"{TITLE_POINTS * look.scale * 1.3:.2f}pt",
        "h24": f"{px(24)}px",
        "h28": f"{px(28)}px",
        "h30": f"{px(30)}px",
        "h32": f"{px(32)}px",
    }
    sheet = _SHEET
    for name, value in sorted(values.items(), key=lambda item: -len(item[0])):
        sheet = sheet.replace(f"${name}", str(value))
    return sheet


_SHEET = """
QToolTip { background: $text; color: $page; border: 0; padding: 4px 8px; font-size: $caption_pt; }
QSplitter::handle { background: $line; }
#browser { background: $side; }
#chat, #page { background: $page; }
#header { background: $page; border-bottom: 1px solid $line; }
#footer { border-top: 1px solid $line; }
QLabel { background: transparent; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: $small_pt; }
QLabel[role="caption"] { color: $faint; font-size: $caption_pt; }
QLabel[role="error"] { color: $error; font-size: $caption_pt; }
QLabel[role="group"] { color: $faint; font-size: $caption_pt; font-weight: 600; }
QLabel[role="strong"] { font-weight: 500; }
QLabel[role="button"] { font-weight: 500; }
QLabel[role="pageTitle"] { font-size: $title_pt; font-weight: 600; }
QLabel[role="heading"] { font-size: $heading_pt; font-weight: 600; }
QLabel[role="key"] {
  color: $muted; background: $side; border: 1px solid $line; border-radius: 4px;
  padding: 0 5px; font-size: $key_pt;
}
QPushButton {
  background: $page; color: $text; border: 1px solid $line; border-radius: 6px;
  padding: 0 11px; min-height: $h30; font-weight: 500;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $selected; }
QPushButton:focus { border: 2px solid $accent; padding: 0 10px; }
QPushButton:disabled { color: $faint; }
QPushButton::menu-indicator { image: none; width: 0; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="danger"] { color: $error; }
QPushButton[kind="picker"] { color: $muted; font-weight: 400; font-size: $small_pt; }
QPushButton[kind="choice"] {
  border-color: $border; border-radius: 8px; font-weight: 400; text-align: left;
  min-height: $h32;
}
QPushButton[kind="chip"] {
  border-radius: 12px; min-height: 22px; padding: 0 10px; font-weight: 400;
  font-size: $caption_pt; color: $muted; background: transparent;
}
QPushButton[kind="chip"]:hover { background: $hover; }
QPushButton[kind="chip"]:checked { background: $selected; color: $text; border-color: $selected; }
QPushButton[kind="chip"]:focus { border: 2px solid $accent; padding: 0 9px; min-height: 20px; }
QPushButton[kind="link"] {
  border: 1px solid transparent; background: transparent; padding: 0 6px; font-weight: 400;
  min-height: $h24; color: $faint; font-size: $caption_pt;
}
QPushButton[kind="link"]:hover { background: $hover; color: $text; }
QPushButton[kind="link"]:focus { border: 1px solid $accent; color: $text; }
QToolButton { border: 2px solid transparent; border-radius: 6px; background: transparent; }
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked, QToolButton:open { background: $selected; }
QToolButton:focus { border: 2px solid $accent; }
QToolButton::menu-indicator { image: none; }
QLineEdit {
  background: $page; color: $text; border: 1px solid $border; border-radius: 8px;
  padding: 0 8px; min-height: $h32; placeholder-text-color: $faint;
}
QLineEdit:focus { border: 2px solid $accent; padding: 0 7px; }
QLineEdit#title {
  border: 1px solid transparent; border-radius: 6px; background: transparent;
  font-size: $title_pt; font-weight: 600; padding: 0 7px;
}
QLineEdit#title:hover { background: $hover; }
QLineEdit#title:focus { border: 2px solid $accent; background: $page; padding: 0 6px; }
QFrame#palette { background: $page; border: 1px solid $line; border-radius: 12px; }
QLineEdit#paletteField {
  border: 0; border-radius: 0; padding: 0 4px; background: transparent; min-height: $h32;
}
QMenu {
  background: $page; color: $text; border: 1px solid $line; border-radius: 8px; padding: 5px;
}
QMenu::item { padding: 6px 28px 6px 12px; border-radius: 4px; margin: 0 1px; }
QMenu::item:selected { background: $selected; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QListView { background: transparent; border: 0; outline: 0; }
QScrollArea, QScrollArea > QWidget > QWidget#page { background: $page; border: 0; }
QScrollBar:vertical { background: transparent; width: 8px; margin: 0; }
QScrollBar::handle:vertical {
  background: $border; border-radius: 2px; min-height: 32px; margin: 2px;
}
QScrollBar::handle:vertical:hover { background: $faint; border-radius: 3px; margin: 2px 1px; }
QScrollBar:horizontal { background: transparent; height: 8px; margin: 0; }
QScrollBar::handle:horizontal {
  background: $border; border-radius: 2px; min-width: 32px; margin: 2px;
}
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""
