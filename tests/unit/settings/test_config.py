"""config.toml: faults are named by line and key, and writing keeps what the user wrote."""

from __future__ import annotations

import asyncio
import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.domain.errors import SettingsError
from chatapp.settings import config
from chatapp.settings.config import PROVIDER_KINDS, ProviderConfig, Settings, read
from chatapp.settings.schema import SETTINGS
from fakes import Heard

WHOLE = """\
# my settings
default_model = "local/tiny"  # small and quick

[[providers]]
name = "local"  # on this machine
kind = "openai"
base_url = "http://127.0.0.1:8080/v1"
api_key_env = "LOCAL_API_KEY"
models = ["tiny"]

[[providers]]
name = "far"
kind = "anthropic"
"""
LOCAL = ProviderConfig("local", "openai", "http://127.0.0.1:8080/v1", "LOCAL_API_KEY", ("tiny",))
FAR = ProviderConfig("far", "anthropic")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config" / "config.toml"


def written(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def complaint(path, text):
    with pytest.raises(SettingsError) as refused:
        read(written(path, text))
    return refused.value.sentence


# ---- reading


def test_missing_file_has_the_defaults_and_no_providers(path):
    settings = Settings(path)
    assert (settings.error, settings.providers) == (None, ())
    assert all(settings.get(row.name) == row.default for row in SETTINGS)


def test_values_and_providers_are_read(path):
    settings = Settings(written(path, WHOLE))
    assert settings.get("default_model") == "local/tiny"
    assert settings.providers == (LOCAL, FAR)


@pytest.mark.parametrize("kind", PROVIDER_KINDS)
def test_each_kind_of_provider_is_accepted(path, kind):
    assert read(written(path, f'[[providers]]\nname = "p"\nkind = "{kind}"'))[1] == (
        ProviderConfig("p", kind),
    )


def test_keys_nobody_knows_are_left_alone(path):
    text = 'later = 1\n[[providers]]\nname = "p"\nkind = "guide"\ncolour = "teal"\n[other]\na = 1'
    assert read(written(path, text)) == ({}, (ProviderConfig("p", "guide"),))


def test_byte_order_mark_of_a_windows_editor_is_no_fault(path):
    assert read(written(path, b'\xef\xbb\xbftheme = "dark"\r\n'))[0] == {"theme": "dark"}


# ---- faults

HEADER = "[[providers]]"
PROVIDER = '[[providers]]\nname = "p"\nkind = "guide"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("theme = ", "config.toml, line 1 at “theme”: Invalid value."),
        ('\ntheme = "dark', "config.toml, line 2 at “theme”: Unterminated string."),
        ("[[", "config.toml, line 1 at “[[”: Invalid initial character for a key part."),
        ("x = '''\n", "config.toml, line 2: Expected \"'''\"."),
        ("# \u2028 \u0085\ntheme = 5", "config.toml, line 2: theme must be a text in quotes."),
        ("theme = 5", "config.toml, line 1: theme must be a text in quotes."),
        ('"theme" = 5', "config.toml, line 1: theme must be a text in quotes."),
        ("theme.dark = 5", "config.toml, line 1: theme must be a text in quotes."),
        ("[theme]", "config.toml, line 1: theme must be a text in quotes."),
        (
            'theme_of_mine = 1\n\n theme = "pink"',
            "config.toml, line 3: theme must be one of system, light, dark.",
        ),
        ("text_percent = 10", "config.toml, line 1: text_percent must be at least 50."),
        ("text_percent = 1000", "config.toml, line 1: text_percent must be at most 300."),
        ("text_percent = 1.5", "config.toml, line 1: text_percent must be a whole number."),
        ("text_percent = true", "config.toml, line 1: text_percent must be a whole number."),
        ("reduce_motion = 1", "config.toml, line 1: reduce_motion must be true or false."),
        (
            "\nproviders = 1",
            f"config.toml, line 2: providers must be written as {HEADER} tables.",
        ),
        ("[providers]", f"config.toml, line 1: providers must be written as {HEADER} tables."),
        (
            "providers = [1]",
            f"config.toml, line 1: providers must be written as {HEADER} tables.",
        ),
        ('\n[[providers]]\nname = "p"', "config.toml, line 2: [[providers]] needs “kind”."),
        (
            PROVIDER + '[[ providers ]]\nkind = "guide"',
            "config.toml, line 4: [[providers]] needs “name”.",
        ),
        (
            PROVIDER + '[["providers"]]\nname = "q"\nkind = "gpt"',
            "config.toml, line 6: kind must be one of " + ", ".join(PROVIDER_KINDS) + ".",
        ),
        (
            PROVIDER + "models = 5\n" + PROVIDER,
            "config.toml, line 4: models must be a list of texts.",
        ),
        (PROVIDER + "models = [5]", "config.toml, line 4: models must be a list of texts."),
        (PROVIDER + "base_url = 5", "config.toml, line 4: base_url must be a text in quotes."),
        (
            '[[providers]]\nname = "a b"\nkind = "guide"',
            "config.toml, line 2: name may hold letters, digits, “.”, “_” and “-”.",
        ),
        (PROVIDER + "\n" + PROVIDER, "config.toml, line 6: name “p” is used twice."),
        (
            'theme = "dark"\nproviders = [{name = "p"}]',
            "config.toml, line 2: [[providers]] needs “kind”.",
        ),
        (
            PROVIDER + "\n[[providers]]\n[[providers]]\n",
            "config.toml, line 5: [[providers]] needs “name”.",
        ),
        (b"theme = '\xff'", "config.toml is not UTF-8."),
    ],
)
def test_fault_is_named_by_line_and_key(path, text, sentence):
    assert complaint(path, text) == sentence


@pytest.mark.parametrize("text", ["a = " + "[" * 5_000, "a = " + "1" * 5_000])
def test_file_beyond_all_measure_is_a_fault_too(path, text):
    assert complaint(path, text).startswith("config.toml, line 1 at “a”: ")


def test_fault_inside_an_inline_table_without_a_findable_line_names_the_file(path):
    assert complaint(path, '"prov\\u0069ders" = [{name = "p", kind = "x"}]').startswith(
        "config.toml: kind must be one of"
    )


def test_file_that_cannot_be_read_says_why_without_its_path(path):
    path.mkdir(parents=True)
    with pytest.raises(SettingsError, match=r"cannot be read \(Is a directory\)") as refused:
        read(path)
    assert str(path) not in str(refused.value)


TOML_PIECES = st.lists(
    st.sampled_from(
        [
            *("theme", "providers", "name", "kind", "models", '"theme"', "a", "\n", "\r\n", "\r"),
            *("=", " = ", ".", "[[", "]]", "[", "]", "{", "}", ",", "#", "'", '"', "'''", '"""'),
            *('"dark"', '"p"', '"guide"', "1", "true", "2026-13-01", "nan", "[[providers]]\n"),
            *("\u2028", "\ufeff", "\0", "\\", "\\ud800", "1e999", "0x"),
        ]
    ),
    max_size=16,
).map("".join)


@given(text=TOML_PIECES | st.text())
def test_no_text_raises_anything_but_a_settings_error(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode())
    error = Settings(path).error
    assert error is None or error.sentence.startswith("config.toml")


@given(raw=st.binary())
def test_no_bytes_raise_anything_but_a_settings_error(tmp_path_factory, raw):
    path = tmp_path_factory.getbasetemp() / "bytes.toml"
    path.write_bytes(raw)
    settings = Settings(path)
    assert settings.error is None or settings.error.sentence.startswith("config.toml")


# ---- writing


async def test_value_holds_at_once_and_is_told(path):
    settings, heard = Settings(path), Heard()
    settings.changed.connect(heard)
    await settings.set("theme", "dark")
    assert settings.get("theme") == "dark"
    assert heard.calls == [("theme",)]
    assert Settings(path).get("theme") == "dark"


async def test_same_value_again_writes_nothing(path):
    settings = Settings(path)
    await settings.set("theme", "system")
    assert not path.exists()


async def test_value_that_is_not_allowed_is_refused_by_the_title_of_its_setting(path):
    with pytest.raises(SettingsError, match="“Appearance” must be one of"):
        await Settings(path).set("theme", "pink")
    assert not path.exists()


async def test_writing_keeps_comments_and_providers_and_stands_before_their_tables(path):
    settings = Settings(written(path, WHOLE))
    await settings.set("theme", "dark")
    text = path.read_text()
    assert [line for line in WHOLE.splitlines() if line not in text.splitlines()] == []
    assert text.index('theme = "dark"') < text.index("[[providers]]")
    assert Settings(path).providers == (LOCAL, FAR)


async def test_value_that_is_there_is_changed_in_its_place(path):
    await Settings(written(path, WHOLE)).set("default_model", "far/big")
    assert path.read_text() == WHOLE.replace("local/tiny", "far/big", 1)


async def test_file_of_nothing_but_providers_gets_its_value_before_them(path):
    await Settings(written(path, PROVIDER)).set("theme", "dark")
    assert tomllib.loads(path.read_text()) == tomllib.loads(PROVIDER) | {"theme": "dark"}


async def test_values_set_at_once_are_all_written(path):
    settings = Settings(path)
    await asyncio.gather(
        settings.set("theme", "dark"),
        settings.set("text_percent", 150),
        settings.set("reduce_motion", True),
    )
    assert read(path)[0] == {"theme": "dark", "text_percent": 150, "reduce_motion": True}


async def test_what_was_edited_meanwhile_is_kept(path):
    settings = Settings(written(path, WHOLE))
    written(path, 'user_name = "Ada"\n' + WHOLE)
    await settings.set("theme", "dark")
    assert read(path)[0] == {"user_name": "Ada", "default_model": "local/tiny", "theme": "dark"}


async def test_malformed_file_is_never_written_over(path):
    settings = Settings(written(path, "theme = "))
    assert settings.error is not None
    with pytest.raises(SettingsError, match="line 1"):
        await settings.set("text_percent", 150)
    assert path.read_text() == "theme = "
    assert settings.get("text_percent") == 100


@pytest.mark.parametrize("text", ["theme = ", b"\xff"])
async def test_file_that_became_malformed_is_left_alone_and_the_value_holds(path, text):
    settings = Settings(written(path, WHOLE))
    raw = written(path, text).read_bytes()
    with pytest.raises(SettingsError):
        await settings.set("theme", "dark")
    assert path.read_bytes() == raw
    assert settings.get("theme") == "dark"


async def test_refused_value_is_written_when_it_is_set_again(path, monkeypatch):
    settings = Settings(path)

    def refuse(*args):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(config, "replace_file", refuse)
        with pytest.raises(SettingsError, match=r"not written \(No space left on device\)"):
            await settings.set("theme", "dark")
    await settings.set("theme", "dark")
    assert read(path)[0] == {"theme": "dark"}


async def test_read_only_file_is_left_alone(path, monkeypatch):
    settings = Settings(written(path, WHOLE))
    path.chmod(0o400)
    # The superuser of a test machine may write everywhere.
    monkeypatch.setattr(os, "access", lambda *args: False)
    with pytest.raises(SettingsError, match=r"not written \(Permission denied\)"):
        await settings.set("theme", "dark")
    assert path.read_text() == WHOLE


async def test_link_into_a_folder_of_such_files_stays_a_link(path, tmp_path):
    real = tmp_path / "dotfiles.toml"
    real.write_text(WHOLE)
    path.parent.mkdir()
    path.symlink_to(real)
    await Settings(path).set("theme", "dark")
    assert path.is_symlink()
    assert read(real)[0]["theme"] == "dark"


async def test_layout_the_writer_would_break_is_left_alone(path, monkeypatch):
    import tomlkit

    settings = Settings(written(path, WHOLE))
    monkeypatch.setattr(tomlkit, "dumps", lambda document: "")
    with pytest.raises(SettingsError, match="laid out in an uncommon way"):
        await settings.set("theme", "dark")
    assert path.read_text() == WHOLE


LINES = st.lists(
    st.sampled_from(
        [
            *("# a comment", "", "  ", 'user_name = "Ada" # me', "text_percent   =   120"),
            *("later = [ 1,\n  2 ] # list", "inline = { a = 1 }", 'long = """\n[[providers]]\n"""'),
        ]
    ),
    unique_by=lambda line: line.split("=")[0] if "=" in line else object(),
    max_size=6,
)
TABLES = st.lists(
    st.sampled_from(["# on this machine", 'base_url = "http://x" # local', 'colour = "teal"', ""]),
    unique=True,
)


@given(lines=LINES, tables=st.lists(TABLES, max_size=3), end=st.sampled_from(["", "\n", "\n\n"]))
async def test_any_common_file_keeps_every_line_and_every_provider(
    tmp_path_factory, lines, tables, end
):
    providers = [
        "\n".join([f'[[providers]]\nname = "p{number}"\nkind = "guide"', *table])
        for number, table in enumerate(tables)
    ]
    text = "\n".join([*lines, *providers]) + end
    path = Path(tmp_path_factory.getbasetemp() / "common.toml")
    path.write_text(text)
    before = read(path)
    await Settings(path).set("theme", "dark")
    assert read(path) == (before[0] | {"theme": "dark"}, before[1])
    kept = path.read_text().splitlines()
    assert [line for line in text.splitlines() if line.strip() and line not in kept] == []
