from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from ui.desk import ALT, CONTROL, Desk

KEY = Qt.Key


@pytest.mark.row("L01", "U03")
async def test_a_new_chat_is_a_row_with_an_id_of_its_own(desk):
    desk.press(KEY.Key_N, CONTROL)
    await desk.until(lambda: desk.shown_id is not None)
    first = desk.shown_id
    assert desk.rows == ["New chat"]
    assert first in desk.window.chat.status.id_button.text()
    await desk.say("Hello")
    await desk.until(lambda: desk.messages() == ["Hello", "All is well."])
    await desk.quiet()
    desk.core.clock.go(seconds=1)
    desk.press(KEY.Key_N, CONTROL)
    await desk.until(lambda: desk.shown_id != first)
    assert desk.rows == ["New chat", "Hello"]


async def test_what_is_typed_at_once_after_new_chat_belongs_to_it(desk):
    old = await desk.chat("Old", "Hello")
    await desk.until(lambda: desk.shown_id == old)
    desk.press(KEY.Key_N, CONTROL)
    desk.type("no waiting")
    desk.press(KEY.Key_Return)
    await desk.until(lambda: desk.messages()[:1] == ["no waiting"])
    shown = desk.shown_id
    await desk.quiet()
    assert shown != old
    assert await desk.manager.message_count(old) == 1


@pytest.mark.row("U03")
async def test_the_id_is_copied_by_its_button(desk):
    session_id = await desk.chat("Title", "Hello")
    desk.window.chat.status.id_button.click()
    assert QApplication.clipboard().text() == session_id


async def test_an_empty_chat_is_taken_for_the_new_one(desk):
    for _ in range(3):
        desk.press(KEY.Key_N, CONTROL)
        await desk.until(lambda: desk.shown_id is not None)
    assert desk.rows == ["New chat"]


async def test_first_words_without_any_chat_make_one(desk):
    assert desk.window.chat.empty.heading == "Welcome"
    await desk.say("Hello")
    await desk.until(lambda: desk.messages() == ["Hello", "All is well."])
    await desk.quiet()
    assert desk.rows == ["Hello"]


@pytest.mark.row("L18", "U19")
async def test_a_new_chat_keeps_the_old_one(desk):
    old = await desk.chat("Old", "Hello")
    desk.core.clock.go(seconds=1)
    desk.window.browser.new_button.click()
    await desk.until(lambda: desk.shown_id != old)
    assert desk.rows == ["New chat", "Old"]


@pytest.mark.row("U01")
async def test_the_list_is_used_by_the_keyboard_alone(desk):
    first = await desk.chat("First", "one")
    await desk.chat("Second", "two")
    desk.press(KEY.Key_F6)
    assert desk.list.hasFocus()
    desk.press(KEY.Key_Down)
    desk.press(KEY.Key_Return)
    await desk.until(lambda: desk.shown_id == first)
    assert desk.messages() == ["one"]
    assert desk.composer.hasFocus()


@pytest.mark.row("U01")
async def test_a_click_opens_a_row(desk, qtbot):
    first = await desk.chat("First", "one")
    await desk.chat("Second", "two")
    place = desk.list.visualRect(desk.window.browser.model.index_of(first)).center()
    qtbot.mouseClick(desk.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    await desk.until(lambda: desk.shown_id == first)


async def test_alt_arrows_go_from_chat_to_chat(desk):
    first = await desk.chat("First", "one")
    second = await desk.chat("Second", "two")
    desk.press(KEY.Key_Down, ALT)
    await desk.until(lambda: desk.shown_id == first)
    desk.press(KEY.Key_Up, ALT)
    await desk.until(lambda: desk.shown_id == second)


@pytest.mark.row("L10", "U02")
async def test_deleting_the_open_chat_shows_another_and_can_be_undone(desk):
    await desk.chat("First", "one")
    second = await desk.chat("Second", "two")
    desk.list.setFocus()
    desk.press(KEY.Key_Delete)
    await desk.until(lambda: desk.rows == ["First"])
    assert desk.notice == "Moved “Second” to the trash"
    await desk.until(lambda: desk.messages() == ["one"])
    assert await desk.manager.delete_session(second) is False
    assert desk.list.hasFocus()
    desk.press(KEY.Key_Z, CONTROL)
    await desk.until(lambda: "Second" in desk.rows)


async def test_several_chats_are_deleted_together(desk):
    for title in ("One", "Two", "Three"):
        await desk.chat(title, "text")
    desk.list.setFocus()
    desk.list.selectAll()
    desk.press(KEY.Key_Delete)
    await desk.until(lambda: desk.rows == [])
    assert desk.notice == "Moved 3 chats to the trash"
    await desk.until(lambda: desk.shown_id is None)


async def test_f2_renames_in_the_row(desk):
    session_id = await desk.chat("Old name", "text")
    desk.list.setFocus()
    desk.press(KEY.Key_F2)
    desk.type("New name")
    desk.press(KEY.Key_Return)
    await desk.until(lambda: desk.rows == ["New name"])
    assert desk.header.title.text() == "New name"
    assert (await desk.manager.get_session(session_id)).title == "New name"


async def test_escape_leaves_a_rename_as_it_was(desk):
    await desk.chat("Old name", "text")
    desk.list.setFocus()
    desk.press(KEY.Key_F2)
    desk.type("New name")
    desk.press(KEY.Key_Escape)
    await desk.settle()
    assert desk.rows == ["Old name"]


async def test_the_header_renames_too(desk):
    await desk.chat("Old name", "text")
    desk.header.title.setFocus()
    desk.header.title.selectAll()
    desk.type("New name")
    desk.press(KEY.Key_Return)
    await desk.until(lambda: desk.rows == ["New name"])


@pytest.mark.row("L19", "U19")
async def test_a_restart_opens_the_last_chat_with_the_composer_ready(desk, tmp_path):
    await desk.chat("Newest", "two")
    chosen = await desk.chat("Chosen", "one")
    await desk.chat("Last written", "three")
    desk.window.wiring.open(chosen)
    await desk.until(lambda: desk.shown_id == chosen)
    again = Desk(tmp_path, store=desk.manager._store)
    again.core.window_state.set("session", desk.core.window_state.get("session"))
    await again.open()
    await again.until(lambda: again.shown_id == chosen)
    assert again.messages() == ["one"]
    assert again.composer.hasFocus()
    await again.close()


async def test_an_unknown_id_asked_for_at_the_start_is_made(desk, tmp_path):
    again = Desk(tmp_path)
    await again.open("from_outside")
    await again.until(lambda: again.shown_id == "from_outside")
    await again.close()


@pytest.mark.row("U06")
async def test_each_chat_keeps_its_draft(desk):
    first = await desk.chat("First", "one")
    desk.composer.setFocus()
    desk.type("unfinished")
    second = await desk.chat("Second", "two")
    assert desk.composer.toPlainText() == ""
    assert desk.core.drafts.get(first) == "unfinished"
    desk.type("other")
    desk.window.wiring.open(first)
    await desk.until(lambda: desk.composer.toPlainText() == "unfinished")
    assert desk.core.drafts.get(second) == "other"


async def test_a_reply_goes_on_in_a_chat_that_is_not_open(desk):
    desk.provider.pause_after = 1
    await desk.say("Question")
    await desk.until(lambda: desk.messages() == ["Question", "All "])
    asked = desk.shown_id
    other = await desk.chat("Other", "text")
    assert desk.messages() == ["text"]
    desk.provider.go_on.set()
    await desk.until(lambda: not desk.core.conversation.is_streaming(asked))
    assert desk.shown_id == other
    assert desk.messages() == ["text"]
    index = desk.window.browser.model.index_of(asked)
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert "unread reply" in spoken
    desk.window.wiring.open(asked)
    await desk.until(lambda: desk.messages() == ["Question", "All is well."])
    await desk.quiet()
    assert "unread" not in index.data(Qt.ItemDataRole.AccessibleTextRole)


async def test_coming_back_while_it_streams_shows_the_live_reply(desk):
    desk.provider.pause_after = 1
    await desk.say("Question")
    asked = desk.shown_id
    await desk.chat("Other", "text")
    desk.window.wiring.open(asked)
    await desk.until(lambda: desk.messages() == ["Question", "All "])
    assert desk.window.chat.composer._streaming
    desk.provider.go_on.set()
    await desk.until(lambda: desk.messages() == ["Question", "All is well."])
    await desk.quiet()
    assert not desk.window.chat.composer._streaming


async def test_escape_stops_a_reply_and_keeps_its_words(desk):
    desk.provider.pause_after = 2
    await desk.say("Question")
    await desk.until(lambda: desk.messages() == ["Question", "All is "])
    desk.press(KEY.Key_Escape)
    await desk.quiet()
    assert desk.messages() == ["Question", "All is "]


@pytest.mark.row("M05")
async def test_a_failed_reply_is_marked_and_can_be_asked_for_again(desk):
    desk.provider.fails = True
    await desk.say("Question")
    await desk.until(lambda: desk.messages() == ["Question", "All is well."])
    await desk.quiet()
    reply = desk.window.wiring.presenter.session.messages[-1]
    assert reply.has_error
    assert reply.metadata["error_message"] == "The server hung up. Try again."
    desk.provider.fails = False
    desk.press(KEY.Key_R, CONTROL)
    await desk.until(lambda: desk.messages() == ["Question", "All is well."])
    await desk.quiet()


async def test_up_edits_the_last_message_and_asks_again(desk):
    await desk.say("Qestion")
    await desk.until(lambda: desk.messages() == ["Qestion", "All is well."])
    await desk.quiet()
    desk.press(KEY.Key_Up)
    assert desk.composer.toPlainText() == "Qestion"
    desk.window.chat.composer.set_text("Question")
    desk.press(KEY.Key_Return)
    await desk.until(lambda: desk.messages() == ["Question", "All is well."])
    await desk.quiet()


async def test_an_unreadable_chat_says_why_and_offers_its_file(desk):
    good = await desk.chat("Good", "text")
    bad = await desk.chat("Bad", "text")
    desk.window.wiring.open(good)
    await desk.until(lambda: desk.shown_id == good)
    await desk.manager.save_all()
    desk.manager._store.unreadable.add(bad)
    desk.manager._live._live.pop(bad)
    desk.window.wiring.open(bad)
    await desk.until(lambda: "not JSON" in desk.window.chat.empty.text)
    assert not desk.window.chat.composer.isEnabled()
    assert "Bad" in desk.rows


@pytest.mark.row("U04")
async def test_a_thousand_chats_are_all_there(desk):
    await desk.chat("Chat", "one")
    one = next(iter(desk.manager.catalogue))
    many = [replace(one, session_id=f"id{number}") for number in range(1000)]
    desk.manager.catalogue.fill(many)
    await desk.until(lambda: "1\u202f000 chats" in desk.window.browser.totals.text())
    assert desk.window.browser.model.rowCount() == 1000
    desk.list.setFocus()
    desk.press(KEY.Key_End)
    last = desk.window.browser.model.index(999)
    assert desk.list.currentIndex() == last
    assert desk.list.viewport().rect().contains(desk.list.visualRect(last))


async def test_search_narrows_the_list_while_typing_and_enter_opens(desk):
    await desk.chat("Apples", "one")
    await desk.chat("Pears", "two")
    desk.window.wiring.focus_search()
    desk.type("appl")
    await desk.until(lambda: desk.rows == ["Apples"])
    desk.press(KEY.Key_Return)
    await desk.until(lambda: desk.messages() == ["one"])
    await desk.until(lambda: not desk.window.browser.is_searching)


async def test_search_without_a_match_says_so_and_leads_back(desk):
    await desk.chat("Apples", "one")
    desk.window.browser.search.setText("zzz")
    await desk.until(lambda: desk.rows == [])
    empty = desk.window.browser._empty
    await desk.until(empty.isVisible)
    assert "zzz" in empty._text.text()
    empty.button.click()
    await desk.until(lambda: desk.rows == ["Apples"])
    await desk.until(lambda: not desk.window.browser.search.text())
    await desk.settle()


async def test_pinned_and_archived_chips_filter(desk):
    await desk.chat("Plain", "one")
    pinned = await desk.chat("Pinned one", "two")
    archived = await desk.chat("Archived one", "three")
    desk.window.wiring.verbs.mark([pinned], "pinned", on=True)
    desk.window.wiring.verbs.mark([archived], "archived", on=True)
    await desk.until(lambda: desk.rows == ["Pinned one", "Plain"])
    chips = desk.window.browser._chips
    chips.button(1).click()
    assert desk.rows == ["Pinned one"]
    chips.button(2).click()
    assert desk.rows == ["Archived one"]


async def test_a_narrow_window_folds_the_list_and_slides_it_over(desk):
    await desk.chat("Chat", "one")
    desk.window.resize(420, 700)
    await desk.settle()
    assert not desk.window.browser.isVisible()
    assert desk.header.unfold_button.isVisible()
    desk.press(KEY.Key_F9)
    assert desk.window.browser.isVisible()
    desk.press(KEY.Key_Escape, widget=desk.window)
    await desk.until(lambda: not desk.window.browser.isVisible())
    desk.window.resize(1180, 800)
    await desk.settle()
    assert desk.window.browser.isVisible()


async def test_text_size_follows_the_keys_and_stays(desk):
    desk.press(KEY.Key_Plus, CONTROL)
    await desk.until(lambda: desk.core.settings.get("text_percent") == 110)
    assert desk.window.look.scale == pytest.approx(1.1)
    desk.press(KEY.Key_0, CONTROL)
    await desk.until(lambda: desk.window.look.scale == 1.0)


async def test_dark_is_switched_live(desk):
    await desk.core.settings.set("theme", "dark")
    assert desk.window.look.theme.dark
    assert desk.window.palette().window().color().name() == desk.window.look.theme.page


async def test_the_window_remembers_its_place(desk):
    desk.window.setGeometry(30, 40, 900, 640)
    await desk.settle()
    desk.window.remember()
    assert desk.core.window_state.get("geometry") == [30, 40, 900, 640]


@pytest.mark.row("S03")
async def test_an_error_is_a_sentence_and_a_bug_shows_no_details(desk):
    async def fail():
        raise RuntimeError("/home/somebody/secret sk-123")

    desk.core.tasks.start(fail(), name="broken")
    await desk.until(lambda: desk.notice != "")
    assert desk.notice == "Something went wrong. The log has the details."


async def test_export_writes_the_open_chat(desk, tmp_path, monkeypatch):
    from chatapp.ui import dialogs

    target = tmp_path / "out.md"

    async def chosen(*_):
        return target

    monkeypatch.setattr(dialogs, "ask_save_path", chosen)
    await desk.chat("Chat", "one", "two")
    desk.window.actions_["export_markdown"].trigger()
    await desk.until(lambda: desk.notice == "Exported to “out.md”")
    assert "one" in target.read_text("utf-8")


async def test_settings_are_changed_on_their_page(desk):
    desk.press(KEY.Key_Comma, CONTROL)
    page = desk.window.pages.currentWidget()
    assert page is not desk.window.chat
    page.editors["theme"].choose("dark")
    await desk.until(lambda: desk.window.look.theme.dark)
    assert page.editors["theme"].text() == "Dark"
    page.editors["reduce_motion"].click()
    await desk.until(lambda: desk.window.panes.reduce_motion)
    page.editors["text_percent"].setFocus()
    desk.press(KEY.Key_Up)
    await desk.until(lambda: desk.window.look.scale == 1.1)
    page.editors["user_name"].setText("Ada")
    page.editors["user_name"].editingFinished.emit()
    await desk.until(lambda: desk.core.settings.get("user_name") == "Ada")
    desk.press(KEY.Key_Escape)
    assert desk.window.pages.currentWidget() is desk.window.chat


async def test_the_palette_finds_chats_and_actions(desk):
    lisbon = await desk.chat("Trip to Lisbon", "one")
    await desk.chat("Other", "two")
    desk.press(KEY.Key_K, CONTROL)
    desk.type("lisb")
    desk.press(KEY.Key_Return)
    await desk.until(lambda: desk.shown_id == lisbon)
    desk.press(KEY.Key_K, CONTROL)
    desk.type("dark app")
    desk.press(KEY.Key_Return)
    await desk.until(lambda: desk.window.look.theme.dark)


async def test_find_opens_over_the_conversation(desk):
    await desk.chat("Chat", "one two", "two three")
    desk.header.find_button.click()
    await desk.settle()
    field = QApplication.focusWidget()
    assert field.accessibleName() == "Find in this chat"
    desk.press(KEY.Key_Escape)
    await desk.until(lambda: not field.isVisible())


async def test_the_model_of_a_chat_is_picked_in_the_header(desk):
    session_id = await desk.chat("Chat", "one")
    desk.header.models_menu.aboutToShow.emit()
    assert [action.text() for action in desk.header.models_menu.actions()] == ["Built-in guide"]
    desk.header.model_chosen.emit("local/tiny")
    await desk.until(lambda: desk.header.picker.text() == "tiny · local")
    session = await desk.manager.get_session(session_id)
    assert session.metadata["model"] == "local/tiny"


async def test_a_row_menu_names_what_it_does(desk):
    session_id = await desk.chat("Chat", "one")
    other = await desk.chat("Other", "one")
    verbs = desk.window.wiring.verbs
    texts = [action.text() for action in verbs.menu([session_id], desk.window).actions()]
    assert [text for text in texts if text] == ["Rename", "Export as", "Pin", "Archive", "Delete"]
    texts = [action.text() for action in verbs.menu([session_id, other], desk.window).actions()]
    assert texts[-1] == "Delete 2 chats"


async def test_archiving_can_be_undone(desk):
    session_id = await desk.chat("Chat", "one")
    desk.window.wiring.verbs.mark([session_id], "archived", on=True)
    await desk.until(lambda: desk.rows == [])
    assert desk.notice == "Archived 1 chat"
    desk.window.chat.notices.activate()
    await desk.until(lambda: desk.rows == ["Chat"])


async def test_a_draft_is_marked_in_its_row(desk):
    await desk.chat("Chat", "one")
    desk.composer.setFocus()
    desk.type("unfinished")
    index = desk.window.browser.model.index(0)
    assert "draft" in index.data(Qt.ItemDataRole.AccessibleTextRole)


async def test_every_key_stands_on_the_page_of_shortcuts(desk):
    desk.press(KEY.Key_F1)
    page = desk.window.pages.currentWidget()
    shown = {label.text() for label in page.findChildren(QLabel)}
    for action in desk.window.actions_:
        if action.keys:
            assert action.text in shown
    desk.press(KEY.Key_Escape)
    assert desk.window.pages.currentWidget() is desk.window.chat


async def test_no_two_actions_share_a_key(desk):
    keys = [(keys, action.where) for action in desk.window.actions_ for keys in action.keys]
    assert len(keys) == len(set(keys))


async def test_saving_is_shown_with_its_time(desk):
    await desk.chat("Chat", "one")
    await desk.manager.save_all()
    assert desk.window.chat.status.saved.text() == "Saved 12:00:01"


async def test_a_failed_save_says_so(desk):
    from chatapp.domain.errors import StorageError

    await desk.chat("Chat", "one")
    await desk.settle()
    desk.manager._store.refusal = StorageError("The disk is full.", "Free some space.")
    desk.window.wiring.verbs.rename(desk.shown_id, "x")
    await desk.until(lambda: desk.problems)
    assert desk.notice == "The disk is full. Free some space."
    assert not await desk.manager.save_all()
    assert "The disk is full." in desk.window.chat.status.saved.text()
    assert "The disk is full." in desk.window.chat.banner.text


async def test_closing_asks_whoever_made_the_window(desk):
    heard = []

    def on_closed():
        heard.append(True)

    desk.window.closed.connect(on_closed)
    desk.window.close()
    assert heard == [True]
    assert desk.window.isVisible()


async def test_a_picture_is_saved(desk, tmp_path):
    await desk.window.save_screenshot(tmp_path / "window.png")
    assert (tmp_path / "window.png").read_bytes().startswith(b"\x89PNG")
