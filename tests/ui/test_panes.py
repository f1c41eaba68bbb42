"""The pointer, the palette and the panes themselves."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from chatapp.ui.palette import Palette
from ui.desk import CONTROL, Desk

KEY = Qt.Key
LEFT = Qt.MouseButton.LeftButton


@pytest.mark.row("L20")
async def test_a_chat_left_long_ago_is_not_resumed_when_that_is_set(desk, tmp_path):
    old = await desk.chat("Old", "one")
    again = Desk(tmp_path, store=desk.manager._store)
    await again.core.settings.set("resume_minutes", 30)
    again.core.clock.go(minutes=31)
    await again.open()
    await again.until(lambda: again.shown_id not in (None, old))
    assert again.messages() == []
    await again.close()


@pytest.mark.row("L20")
async def test_a_chat_left_a_moment_ago_is_resumed(desk, tmp_path):
    old = await desk.chat("Old", "one")
    again = Desk(tmp_path, store=desk.manager._store)
    await again.core.settings.set("resume_minutes", 30)
    again.core.clock.go(minutes=29)
    await again.open()
    await again.until(lambda: again.shown_id == old)
    await again.close()


async def test_the_newest_button_comes_when_reading_further_up(desk):
    await desk.chat("Chat", *(f"Message {number} " * 40 for number in range(30)))
    button = desk.window.chat.newest_button
    assert not button.isVisible()
    bar = desk.window.chat.middle.verticalScrollBar()
    bar.setValue(0)
    await desk.until(button.isVisible)
    button.click()
    await desk.until(lambda: not button.isVisible())


@pytest.mark.row("U01")
async def test_the_menu_button_of_a_row_opens_its_menu(desk, qtbot):
    session_id = await desk.chat("Chat", "one")
    view = desk.list
    row = view.visualRect(desk.window.browser.model.index_of(session_id))
    place = view._delegate.menu_rect(row).center()
    qtbot.mouseMove(view.viewport(), place)
    qtbot.mouseClick(view.viewport(), LEFT, pos=place)
    menus = [menu for menu in desk.window.findChildren(QMenu) if menu.isVisible()]
    assert menus[0].actions()[0].text() == "Rename"
    menus[0].actions()[0].trigger()
    editor = view.findChild(QLineEdit, "rename")
    assert editor.isVisible()
    desk.press(KEY.Key_Escape, widget=editor)
    menus[0].close()


async def test_a_click_with_ctrl_selects_without_opening(desk, qtbot):
    first = await desk.chat("First", "one")
    second = await desk.chat("Second", "two")
    place = desk.list.visualRect(desk.window.browser.model.index_of(first)).center()
    qtbot.mouseClick(desk.list.viewport(), LEFT, CONTROL, pos=place)
    await desk.settle()
    assert desk.shown_id == second
    assert set(desk.list.selected_ids()) == {first, second}
    desk.list.setFocus()
    desk.press(KEY.Key_Escape)
    assert desk.list.selected_ids() == [first]


async def test_paging_through_the_list(desk):
    for number in range(40):
        await desk.manager.start_new_session(title=f"Chat {number}")
    await desk.settle()
    desk.list.setFocus()
    desk.list.setCurrentIndex(desk.window.browser.model.index(0))
    desk.press(KEY.Key_PageDown)
    below = desk.list.currentIndex().row()
    assert 3 < below < 30
    desk.press(KEY.Key_PageUp)
    assert desk.list.currentIndex().row() == 0
    desk.press(KEY.Key_End)
    desk.press(KEY.Key_Home)
    assert desk.list.currentIndex().row() == 0


async def test_the_palette_goes_by_escape_and_by_a_press_beside_it(desk, qtbot):
    await desk.chat("Chat", "one")
    desk.composer.setFocus()
    for leave in ("escape", "press"):
        desk.press(KEY.Key_K, CONTROL)
        palette = desk.window.findChild(Palette)
        assert palette.isVisible()
        if leave == "escape":
            desk.press(KEY.Key_Escape)
        else:
            qtbot.mouseClick(palette, LEFT, pos=QPoint(5, 5))
        await desk.settle()
        assert desk.window.findChild(Palette) is None
        assert desk.composer.hasFocus()


async def test_the_palette_says_when_nothing_is_found_and_moves_by_arrows(desk):
    await desk.chat("Chat", "one")
    desk.press(KEY.Key_K, CONTROL)
    palette = desk.window.findChild(Palette)
    desk.type("qqq")
    assert [entry.text for entry in palette.entries] == ["Nothing has these letters"]
    desk.press(KEY.Key_Return)
    assert palette.isVisible()
    palette.field.clear()
    first = palette.list.currentIndex().row()
    desk.press(KEY.Key_Down)
    assert palette.list.currentIndex().row() > first
    desk.press(KEY.Key_Up)
    assert palette.list.currentIndex().row() == first
    assert not palette.grab().isNull()
    desk.press(KEY.Key_Escape)


async def test_f6_goes_round_the_panes(desk):
    await desk.chat("Chat", "one")
    desk.composer.setFocus()
    stops = []
    for _ in range(3):
        desk.press(KEY.Key_F6)
        stops.append(QApplication.focusWidget())
    assert stops == [desk.list, desk.window.chat.middle, desk.composer]


async def test_folding_is_remembered(desk):
    desk.press(KEY.Key_F9)
    assert not desk.window.browser.isVisible()
    desk.window.remember()
    assert desk.core.window_state.get("browser_folded") is True
    desk.header.unfold_button.click()
    assert desk.window.browser.isVisible()


async def test_a_press_beside_the_list_sends_it_away_in_a_narrow_window(desk, qtbot):
    desk.window.resize(420, 700)
    await desk.settle()
    desk.window.panes.reduce_motion = True
    desk.press(KEY.Key_F9)
    assert desk.window.browser.isVisible()
    qtbot.mouseClick(desk.window.panes._scrim, LEFT, pos=QPoint(410, 300))
    assert not desk.window.browser.isVisible()


async def test_the_undo_bar_goes_by_itself_but_not_under_the_focus(desk):
    notices = desk.window.chat.notices
    notices.say("Done", "Undo", lambda: None)
    notices._button.setFocus()
    notices._on_timeout()
    assert desk.notice == "Done"
    desk.composer.setFocus()
    notices._on_timeout()
    assert desk.notice == ""
    assert not notices.activate()


async def test_servers_are_asked_for_their_models_when_the_menu_opens(desk):
    from chatapp.settings.config import ProviderConfig

    desk.core.settings.providers = (ProviderConfig("local", "openai", models=("tiny",)),)
    desk.header.models_menu.aboutToShow.emit()
    shown = [action.text() for action in desk.header.models_menu.actions()]
    assert shown == ["Built-in guide", "tiny · local", "Asking the servers…"]
    await desk.until(lambda: len(desk.header.models_menu.actions()) == 2)
