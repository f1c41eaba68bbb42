"""Searching in the window: what is typed, what is found, where it leads."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt

from chatapp.storage.search import SearchHit, SearchPage, SearchQuery
from chatapp.ui.browser.results import MESSAGES, TITLES, marked_words
from ui.fakes import FailingStore

KEY = Qt.Key


class PacedStore(FailingStore):
    """Answers a search when the test lets it, and notes what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[SearchQuery] = []
        self.ended: list[SearchQuery] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.pages: list[SearchPage] | None = None

    async def search(self, query, limit=50, following=None):
        self.asked.append(query)
        await self.may_answer.wait()
        self.ended.append(query)
        if self.pages is not None:
            return self.pages[following or 0]
        return await super().search(query, limit, following)


@pytest.fixture
async def desk(tmp_path):
    from ui.desk import Desk

    made = Desk(tmp_path, store=PacedStore())
    made.store = made.manager._store
    await made.open()
    yield made
    made.store.may_answer.set()
    await made.close()


def search(desk, text):
    desk.window.wiring.focus_search()
    desk.type(text)


def is_answered(desk):
    """Whether what was found is shown."""
    browser = desk.window.browser
    return browser.list.model() is browser._found and not browser.is_searching


def found(desk):
    """Each row: its title and the text below it."""
    model = desk.window.browser.model
    summaries = [model.index(row).data(model.SummaryRole) for row in range(model.rowCount())]
    return [(summary.title, summary.preview) for summary in summaries]


def remark(desk):
    label = desk.window.browser._remarks
    return label.text() if label.isVisible() else ""


@pytest.mark.row("U10")
async def test_messages_of_every_chat_are_found_below_the_titles(desk):
    await desk.chat("Sea", "a pebble")
    await desk.chat("Journey", "by the sea", "The sea is wide.")
    search(desk, "sea")
    await desk.until(lambda: len(desk.rows) == 3)
    assert found(desk)[0] == ("Sea", "a pebble")
    assert sorted(found(desk)[1:]) == [("Journey", "The sea is wide."), ("Journey", "by the sea")]
    model = desk.window.browser.model
    assert model.headings() == [(0, TITLES), (1, MESSAGES)]
    spoken = {model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in (1, 2)}
    assert "Journey, today at 12:00: by the sea" in spoken


@pytest.mark.row("U10")
async def test_enter_opens_the_chat_at_the_message(desk, monkeypatch):
    first = await desk.chat("Journey", *(f"line {n}" for n in range(60)), "the needle", "end")
    await desk.chat("Other", "nothing")
    gone_to = []
    transcript = desk.window.wiring.presenter._transcript
    monkeypatch.setattr(transcript, "go_to_message", gone_to.append)
    search(desk, "needle")
    await desk.until(lambda: desk.rows == ["Journey"])
    desk.press(KEY.Key_Return)
    await desk.until(lambda: desk.shown_id == first and gone_to)
    message = next(
        m for m in desk.window.wiring.presenter.session.messages if "needle" in m.content
    )
    assert gone_to == [message.id]
    desk.press(KEY.Key_Return, widget=desk.list)  # the chat is open already: it goes there again
    assert gone_to == [message.id, message.id]


async def test_keyboard_leads_from_the_field_to_the_results_and_back(desk):
    await desk.chat("Journey", "sea one", "sea two")
    search(desk, "sea")
    await desk.until(lambda: len(desk.rows) == 2)
    desk.press(KEY.Key_Down)
    assert desk.list.hasFocus()
    assert desk.list.currentIndex().row() == 0
    desk.press(KEY.Key_Down)
    assert desk.list.currentIndex().row() == 1
    desk.window.wiring.focus_search()
    desk.press(KEY.Key_Escape)
    await desk.until(lambda: desk.rows == ["Journey"])
    assert desk.window.browser.search.text() == ""
    assert desk.list.currentIndex().row() == 0  # the chat in view


async def test_enter_before_the_answer_opens_what_is_found_then(desk):
    first = await desk.chat("Journey", "by the sea")
    await desk.chat("Other", "nothing")
    desk.store.may_answer.clear()
    search(desk, "sea")
    desk.press(KEY.Key_Return)
    await desk.until(lambda: desk.store.asked)
    assert desk.shown_id != first
    desk.store.may_answer.set()
    await desk.until(lambda: desk.shown_id == first)


async def test_next_key_ends_the_search_that_still_runs(desk):
    await desk.chat("Journey", "by the sea")
    desk.store.may_answer.clear()
    search(desk, "se")
    await desk.until(lambda: len(desk.store.asked) == 1)
    desk.type("a")
    await desk.until(lambda: len(desk.store.asked) == 2)
    desk.store.may_answer.set()
    await desk.until(lambda: is_answered(desk))
    assert [query.beginning for query in desk.store.ended] == ["sea"]


async def test_nothing_found_is_said_only_when_the_search_has_ended(desk):
    await desk.chat("Journey", "by the sea")
    desk.store.may_answer.clear()
    search(desk, "mountain")
    await desk.until(lambda: desk.store.asked)
    assert desk.rows == ["Journey"]  # as it was
    assert not desk.window.browser._empty.isVisible()
    desk.store.may_answer.set()
    await desk.until(desk.window.browser._empty.isVisible)
    assert desk.window.browser._empty._text.text() == "No chat has the words “mountain”."


async def test_slip_in_a_field_is_said_in_a_quiet_line_until_the_search_ends(desk):
    await desk.chat("Journey", "by the sea")
    search(desk, "form:me sea")
    await desk.until(lambda: remark(desk) == "There is no “form:”. Did you mean “from:”?")
    desk.window.browser.search.clear()
    await desk.until(lambda: remark(desk) == "")


async def test_words_of_the_search_language_reach_the_index(desk):
    await desk.chat("Journey", "by the sea")
    search(desk, 'from:ai has:code "two words" -no sea ')
    await desk.until(lambda: desk.store.asked)
    asked = desk.store.asked[-1]
    assert (asked.roles, asked.has, asked.phrases) == (("assistant",), ("code",), ("two words",))
    assert (asked.excluded, asked.words) == (("no",), ("sea",))


@pytest.mark.row("U11")
async def test_day_chip_narrows_list_and_search_to_local_days(desk):
    await desk.chat("Earlier", "old sea")
    desk.core.clock.go(hours=12)  # 00:00 of the next day
    await desk.chat("Later", "new sea")
    chip = desk.window.browser.day_chip
    chip.choose("Today")
    assert desk.rows == ["Later"]
    chip.choose("Yesterday")
    assert desk.rows == ["Earlier"]
    search(desk, "sea")
    await desk.until(lambda: desk.store.asked)
    asked = desk.store.asked[-1]
    assert asked.from_moment == "2026-02-12T00:00:00.000000Z"
    assert asked.to_moment == "2026-02-13T00:00:00.000000Z"
    desk.window.browser.show_all()
    assert chip.text() == "Any time"
    await desk.until(lambda: desk.rows == ["Later", "Earlier"])


async def test_chips_narrow_a_search_as_well(desk):
    await desk.chat("Sea plain", "one")
    pinned = await desk.chat("Sea pinned", "two")
    archived = await desk.chat("Sea archived", "three")
    desk.window.wiring.verbs.mark([pinned], "pinned", on=True)
    desk.window.wiring.verbs.mark([archived], "archived", on=True)
    search(desk, "sea")
    await desk.until(lambda: len(desk.rows) == 3)  # a search finds archived chats too
    chips = desk.window.browser._chips
    chips.button(1).click()
    await desk.until(lambda: desk.rows == ["Sea pinned"])
    chips.button(2).click()
    await desk.until(lambda: desk.rows == ["Sea archived"])
    await desk.until(lambda: not desk.window.browser.is_searching)


async def test_more_is_fetched_at_the_end_of_the_list(desk):
    session_id = await desk.chat("Journey", "by the sea")

    def page(start, following):
        hits = [
            SearchHit(session_id, "Journey", f"m{n}", "user", "2026-02-12T10:00:00Z", f"sea {n}", n)
            for n in range(start, start + 50)
        ]
        return SearchPage(hits, following)

    desk.store.pages = [page(0, 1), page(50, None)]
    search(desk, "sea")
    await desk.until(lambda: len(desk.rows) == 50)
    bar = desk.list.verticalScrollBar()
    bar.setValue(bar.maximum())
    await desk.until(lambda: len(desk.rows) == 100)
    bar.setValue(bar.maximum())
    await desk.settle()
    assert len(desk.store.asked) == 2


async def test_rows_of_a_deleted_chat_go(desk):
    await desk.chat("Sea", "a sea")
    await desk.chat("Journey", "the sea", "sea")
    search(desk, "sea")
    await desk.until(lambda: len(desk.rows) == 4)
    await desk.manager.delete_session(desk.shown_id)
    assert desk.rows == ["Sea", "Sea"]


async def test_renamed_chat_is_renamed_in_its_results(desk):
    session_id = await desk.chat("Journey", "the sea")
    search(desk, "sea")
    await desk.until(lambda: is_answered(desk))
    desk.press(KEY.Key_Down)
    desk.press(KEY.Key_F2)
    desk.type("Voyage")
    desk.press(KEY.Key_Return)
    await desk.until(lambda: desk.rows == ["Voyage"])
    assert (await desk.manager.get_session(session_id)).title == "Voyage"


async def test_alt_arrows_go_from_result_to_result(desk):
    await desk.chat("Journey", "sea one", "sea two")
    search(desk, "sea")
    await desk.until(lambda: len(desk.rows) == 2)
    desk.press(KEY.Key_Return)
    await desk.settle()
    desk.window.wiring.step(1)
    assert desk.list.currentIndex().row() == 1


@pytest.mark.row("U05")
async def test_totals_equal_a_recount_and_roll_over_at_midnight(desk):
    await desk.chat("One", "a", "b")  # a Thursday
    await desk.chat("Two", "c")
    browser = desk.window.browser
    await desk.until(lambda: browser.totals.text() == "2 chats · 2 today")
    assert browser.totals.toolTip() == "2 chats today, 2 this week, 3 messages in all"
    desk.core.clock.go(hours=12)
    browser.refresh_times()
    assert browser.totals.text() == "2 chats · 0 today"
    assert browser.totals.toolTip() == "0 chats today, 2 this week, 3 messages in all"
    desk.core.clock.go(days=3)  # Monday
    browser.refresh_times()
    assert browser.totals.toolTip() == "0 chats today, 0 this week, 3 messages in all"


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        (SearchQuery(words=("sort",)), "sort, sorted, Sort", ["sort", "Sort"]),
        (SearchQuery(beginning="sor"), "sort resort", ["sor"]),
        (SearchQuery(phrases=("by the sea",)), "By the sea", ["By the sea"]),
        (SearchQuery(words=("a+b",)), "a+b aab", ["a+b"]),
        (SearchQuery(words=("世界",)), "你好世界人", ["世界"]),
        (SearchQuery(words=("c++",)), "in c++ too", ["c++"]),
    ],
)
def test_words_are_marked_as_they_were_sought(query, text, marked):
    assert marked_words(query).findall(text) == marked


def test_query_without_words_marks_nothing():
    assert marked_words(SearchQuery(roles=("user",))) is None
