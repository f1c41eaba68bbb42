"""What lies in the sessions folder by chance or by hand is listed, and never harmed."""

from __future__ import annotations

import json

import pytest

from chatapp.domain.errors import StorageError
from chatapp.sessions import SessionManager
from chatapp.storage import journaled_store
from chatapp.storage.journaled_store import JournaledStore

DAY = "2026-02-09"


@pytest.fixture(autouse=True)
def no_patience(monkeypatch):
    monkeypatch.setattr(journaled_store, "SETTLING_SECONDS", 0.01)


@pytest.fixture
def sessions(tmp_path):
    folder = tmp_path / "sessions"
    (folder / DAY).mkdir(parents=True)
    return folder


@pytest.fixture
async def opened(sessions, tmp_path):
    """A manager over the folder as it is when this is called."""
    managers = []

    async def open_manager():
        store = JournaledStore(sessions, tmp_path / "state", tmp_path / "cache", tick_seconds=60)
        managers.append(SessionManager(store))
        await managers[0].open()
        return managers[0]

    yield open_manager
    await managers[0].close()


def document(session_id, text="hello"):
    message = {"role": "user", "content": text, "timestamp": "2026-02-09T12:00:00Z", "metadata": {}}
    return json.dumps({"session_id": session_id, "messages": [message]})


async def texts(manager, session_id):
    return [message.content for message in await manager.get_messages(session_id)]


@pytest.mark.row("T10")
@pytest.mark.parametrize("raw", [b"", b"\0" * 100, b"not json", b"[]"])
async def test_damaged_file_is_listed_with_its_reason_and_left_alone(sessions, opened, raw):
    path = sessions / DAY / "broken.json"
    path.write_bytes(raw)
    manager = await opened()
    [summary] = (await manager.list_sessions()).sessions
    assert summary.session_id == "broken"
    assert summary.damage.startswith("The file")
    with pytest.raises(StorageError, match="cannot be opened"):
        await manager.load_session("broken")
    with pytest.raises(StorageError):
        await manager.add_message("user", "x", session_id="broken")
    await manager.save_all()
    assert path.read_bytes() == raw


async def test_file_with_capitals_in_its_name_goes_on_under_its_common_name(sessions, opened):
    (sessions / DAY / "Chat_X.json").write_text(document("Chat_X"))
    manager = await opened()
    assert await texts(manager, "chat_x") == ["hello"]
    await manager.add_message("user", "more", session_id="Chat_X")
    await manager.close()
    [file] = (sessions / DAY).iterdir()
    assert file.name == "chat_x.json"
    assert len(json.loads(file.read_bytes())["messages"]) == 2


async def test_file_with_capitals_is_deleted_and_restored_byte_for_byte(sessions, opened):
    path = sessions / DAY / "Chat_X.json"
    path.write_text(document("Chat_X"))
    before = path.read_bytes()
    manager = await opened()
    assert await manager.delete_session("chat_x")
    assert list((sessions / DAY).iterdir()) == []
    assert await manager.restore_session("chat_x")
    [file] = (sessions / DAY).iterdir()
    assert file.read_bytes() == before


async def test_two_files_that_differ_only_in_case_become_one_that_has_the_words_of_both(
    sessions, opened
):
    for name in ("Chat", "chat"):
        (sessions / DAY / f"{name}.json").write_text(document(name, f"I am {name}"))
    manager = await opened()
    assert sorted(await texts(manager, "CHAT")) == ["I am Chat", "I am chat"]
    await manager.close()
    said = {
        message["content"]
        for file in (sessions / DAY).iterdir()
        for message in json.loads(file.read_bytes())["messages"]
    }
    assert said == {"I am Chat", "I am chat"}


@pytest.mark.row("S01")
async def test_link_out_of_the_folder_is_neither_read_nor_written_nor_removed(
    sessions, opened, tmp_path
):
    outside = tmp_path / "outside.json"
    outside.write_text(document("linked", "secret"))
    (sessions / DAY / "linked.json").symlink_to(outside)
    far = tmp_path / "far"
    far.mkdir()
    (far / "other.json").write_text(document("other", "secret"))
    (sessions / "2026-02-10").symlink_to(far)
    manager = await opened()
    before = outside.read_bytes()
    for session_id in ("linked", "other"):
        session = await manager.get_session(session_id)
        assert session is None or session.messages == []
        await manager.add_message("user", "mine", session_id=session_id)
        await manager.save_all()
        await manager.delete_session(session_id)
    assert outside.read_bytes() == before
    assert [file.name for file in far.iterdir()] == ["other.json"]
    assert (far / "other.json").read_text() == document("other", "secret")


async def test_what_is_no_session_is_neither_listed_nor_touched(sessions, opened):
    strangers = {
        sessions / "notes.txt": "mine",
        sessions / DAY / "readme.md": "mine",
        sessions / DAY / ".hidden.json": "mine",
        sessions / "2026-2-9" / "a.json": document("a"),
        sessions / "archive" / "b.json": document("b"),
    }
    for path, text in strangers.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (sessions / DAY / "folder.json").mkdir()
    manager = await opened()
    assert (await manager.list_sessions()).sessions == []
    await manager.add_message("user", "x", session_id="c")
    await manager.save_all()
    assert {path: path.read_text() for path in strangers} == strangers
