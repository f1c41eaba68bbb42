from __future__ import annotations

import os
from pathlib import Path

import orjson
import pytest

from chatapp.domain.errors import SettingsError
from chatapp.settings import key_file
from chatapp.settings.key_file import KeyFile


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_file, "_COST", 2**4)


async def test_keys_survive_under_the_passphrase_and_are_not_readable(tmp_path: Path) -> None:
    path = tmp_path / "config" / "keys.encrypted"
    file = KeyFile(path)
    assert not file.exists
    assert not file.is_open
    await file.open("open sesame")
    await file.set("a", "sk-canary-1")
    await file.set("b", "sk-canary-2")
    await file.set("b", None)
    again = KeyFile(path)
    assert again.exists
    assert again.get("a") is None
    await again.open("open sesame")
    assert again.is_open
    assert (again.get("a"), again.get("b")) == ("sk-canary-1", None)
    assert b"canary" not in path.read_bytes()
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600


async def test_wrong_passphrase_is_said(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "k")
    await file.open("right")
    await file.set("a", "x")
    with pytest.raises(SettingsError, match="not the passphrase"):
        await KeyFile(tmp_path / "k").open("wrong")


async def test_nothing_is_kept_while_it_is_closed(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="closed"):
        await KeyFile(tmp_path / "k").set("a", "x")


@pytest.mark.parametrize(
    "damage",
    [b"", b"[]", b"{}", b'{"salt":5}', b'{"salt":"","nonce":"","sealed":"","cost":16}',
     b'{"salt":"","nonce":"AAAAAAAAAAAAAAAA","sealed":"","cost":3}'],
)  # fmt: skip
async def test_damaged_file_is_a_sentence(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "k").write_bytes(damage)
    with pytest.raises(SettingsError):
        await KeyFile(tmp_path / "k").open("x")


async def test_tampered_file_is_noticed(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "k")
    await file.open("x")
    await file.set("a", "secret")
    stored = orjson.loads((tmp_path / "k").read_bytes())
    stored["sealed"] = ("B" if stored["sealed"][0] == "A" else "A") + stored["sealed"][1:]
    (tmp_path / "k").write_bytes(orjson.dumps(stored))
    with pytest.raises(SettingsError):
        await KeyFile(tmp_path / "k").open("x")


async def test_refused_write_is_said_without_a_path(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file in the way")
    file = KeyFile(tmp_path / "folder" / "k")
    file._passphrase = "x"
    with pytest.raises(SettingsError) as raised:
        await file.set("a", "secret")
    assert str(tmp_path) not in str(raised.value)
