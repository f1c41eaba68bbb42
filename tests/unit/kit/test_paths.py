"""Where a profile keeps its things."""

from __future__ import annotations

from pathlib import Path

from chatapp.kit.paths import ENVIRONMENT_VARIABLE, Paths


def test_everything_lies_below_one_folder(tmp_path):
    paths = Paths.below(tmp_path)
    assert {paths.sessions, paths.state, paths.cache, paths.config, paths.backups} == {
        tmp_path / "sessions",
        tmp_path / "state",
        tmp_path / "cache",
        tmp_path / "config",
        tmp_path / "backups",
    }


def test_home_is_written_as_a_tilde(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert Paths.below(Path("~/chats")).sessions == tmp_path / "chats" / "sessions"


def test_relative_folder_becomes_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert Paths.below(Path("here")).state == tmp_path / "here" / "state"


def test_named_folder_goes_before_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "environment"))
    assert Paths.choose(str(tmp_path / "named")) == Paths.below(tmp_path / "named")


def test_environment_goes_before_the_system(monkeypatch, tmp_path):
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path))
    assert Paths.choose() == Paths.below(tmp_path)


def test_system_decides_when_nobody_else_does(monkeypatch):
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    paths = Paths.choose()
    assert paths.sessions.name == "sessions"
    assert paths.backups == paths.sessions.with_name("backups")
    assert all("chatapp" in str(path) for path in (paths.state, paths.cache, paths.config))
