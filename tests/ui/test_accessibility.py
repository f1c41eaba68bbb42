"""Everything by the keyboard, everything with a name, nothing that guesses rich text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from ui.desk import ALT

KEY = Qt.Key
LEAST_TARGET = 24  # WCAG 2.2, 2.5.8


def focusable(window: QWidget) -> list[QWidget]:
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.window() is window  # the list of a closed combo box is a window of its own
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not widget.objectName().startswith("qt_")
        and widget.focusProxy() is None
    ]


def spoken(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


async def everywhere(desk) -> None:
    """Bring up every page and a chat, so that all widgets exist."""
    await desk.chat("Chat", "one", "two")
    desk.window.wiring.show_settings()
    desk.window.wiring.show_shortcuts()
    desk.window.show_chat()
    desk.window.wiring.show_palette()


async def test_every_focusable_widget_has_a_name(desk):
    await everywhere(desk)
    containers = ("QSplitter", "QStackedWidget", "QTabBar", "QMenu")
    nameless = [
        widget
        for widget in focusable(desk.window)
        if type(widget).__name__ not in containers and not spoken(widget)
    ]
    assert nameless == []


async def test_no_label_guesses_rich_text(desk):
    await everywhere(desk)
    labels = desk.window.findChildren(QLabel)
    assert len(labels) > 20
    guessing = [
        label
        for label in labels
        if label.textFormat() != Qt.TextFormat.PlainText and label.text() != ""
    ]
    assert guessing == []


@pytest.mark.row("U01")
async def test_tab_goes_browser_header_transcript_composer(desk):
    await desk.chat("Chat", "one", "two")
    desk.window.browser.new_button.setFocus()
    order = []
    for _ in range(30):
        order.append(QApplication.focusWidget())
        desk.press(KEY.Key_Tab)
    places = [
        desk.window.browser.new_button,
        desk.window.browser.search,
        desk.list,
        desk.header.title,
        desk.window.chat.middle,
        desk.composer,
    ]
    rows = [order.index(place) for place in places]
    assert rows == sorted(rows)


async def test_tab_is_never_caught(desk):
    await desk.chat("Chat", "one", "two")
    desk.composer.setFocus()
    for _ in range(40):
        desk.press(KEY.Key_Tab)
        if desk.composer.hasFocus():
            return
    raise AssertionError("Tab did not come round")


async def test_buttons_are_large_enough_to_hit(desk):
    await desk.chat("Chat", "one", "two")
    small = [
        button
        for button in desk.window.findChildren(QAbstractButton)
        if button.isVisible() and min(button.width(), button.height()) < LEAST_TARGET - 1
    ]
    assert small == []


async def test_a_row_says_everything_that_is_drawn_in_it(desk):
    await desk.chat("Trip to Lisbon", "one", "two", pinned=True, type="voice")
    index = desk.window.browser.model.index(0)
    said = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Trip to Lisbon, today at 12:00, 2 messages, pinned, voice"
    rows = QAccessible.queryAccessibleInterface(desk.list)
    assert rows.role() == QAccessible.Role.List
    assert rows.child(0).text(QAccessible.Text.Name) == said


async def test_a_reply_is_announced_at_its_end(desk, monkeypatch):
    from chatapp.ui.chat import presenter

    said = []
    monkeypatch.setattr(presenter, "announce", lambda _, text, **__: said.append(text))
    await desk.say("Question")
    await desk.until(lambda: desk.messages() == ["Question", "All is well."])
    await desk.quiet()
    assert said == ["Reply started", "Reply finished, 3 words"]


@pytest.mark.parametrize("percent", [100, 200, 300])
async def test_large_text_fits_a_narrow_window(desk, percent):
    await desk.chat("A title that is rather long for a narrow window", "one", "two")
    await desk.core.settings.set("text_percent", percent)
    desk.window.resize(420, 700)
    await desk.settle()
    assert desk.window.width() == 420
    outside = [
        widget
        for widget in desk.window.chat.findChildren(QWidget)
        if widget.isVisible()
        and widget.parentWidget() is desk.window.chat
        and not desk.window.chat.rect().contains(widget.geometry())
    ]
    assert outside == []


async def test_hostile_titles_stay_text(desk):
    await desk.chat("<img src=file:///etc/passwd><h1>x", "<b>one</b>")
    assert desk.header.title.text() == "<img src=file:///etc/passwd><h1>x"
    desk.list.setFocus()
    desk.press(KEY.Key_Delete)
    await desk.until(lambda: "<img src" in desk.notice)
    label = desk.window.chat.notices.findChild(QLabel)
    assert label.textFormat() == Qt.TextFormat.PlainText


async def test_alt_down_works_from_the_composer(desk):
    first = await desk.chat("First", "one")
    await desk.chat("Second", "two")
    desk.composer.setFocus()
    desk.press(KEY.Key_Down, ALT)
    await desk.until(lambda: desk.shown_id == first)
