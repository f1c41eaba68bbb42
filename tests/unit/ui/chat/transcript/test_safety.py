"""What untrusted text may not do. Each sample stands for an incident of another program."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatapp.ui.chat.transcript import safety

REFUSED = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "\x01javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>",
    "data:charset,x",  # CVE-2025-5455
    "vbscript:x",
    "file:///etc/passwd",
    "FILE://host/share",
    "//host/share",  # an SMB share on Windows
    "\\\\host\\share",
    "https:\\\\evil.example",
    "smb://host/share",
    "ms-msdt:/id",  # CVE-2025-55733
    "calculator:",
    "ftp://example.com",
    "ssh://example.com",
    "tel:123",
    "about:blank",
    "chrome://settings",
    "view-source:https://example.com",
    "http:",
    "https://",
    "http:///path",
    "https://[bad",
    "example.com",
    "relative/path",
    "#anchor",
    "",
    "https://example.com/a b",
    "https://exam\u202eple.com",
    "https://example.com/\x00",
]


@pytest.mark.parametrize("address", REFUSED)
def test_only_web_and_mail_addresses_are_opened(address):
    assert safety.openable(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/x?q=1#y",
        "http://127.0.0.1:8080",
        "mailto:a@b.example",
        "HTTPS://x.example",
    ],
)
def test_web_and_mail_addresses_are_opened_as_they_are(address):
    assert safety.openable(address) == address


def test_real_target_is_shown_in_ascii_with_nothing_hidden():
    assert safety.shown_target("https://bücher.example/ä") == "https://xn--bcher-kva.example/ä"
    assert "xn--" in safety.shown_target("https://аpple.com")  # a Cyrillic letter
    assert (
        safety.shown_target("https://a.example/\u202egpj.exe")
        == "https://a.example/⟨U+202E⟩gpj.exe"
    )
    assert safety.shown_target("https://[bad") == "https://[bad"
    assert safety.shown_target("https://" + "ü" * 80 + ".example")


def test_hidden_characters_are_written_out_and_others_stay():
    assert safety.visible("plain\ttext\n") == "plain\ttext\n"
    assert safety.visible("a\u202eb\u200bc\x07") == "a⟨U+202E⟩b⟨U+200B⟩c⟨U+0007⟩"
    assert safety.visible("\U000e0041") == "⟨U+E0041⟩"
    assert safety.visible("日本 🙂 é") == "日本 🙂 é"


@given(st.text(max_size=200))
def test_what_is_visible_hides_nothing(text):
    assert safety.visible(safety.visible(text)) == safety.visible(text)


def test_long_runs_get_places_to_break():
    run = safety.breakable("x" * 2_000_000)
    assert max(map(len, run.split("\u200b"))) == safety.RUN_LIMIT
    assert run.replace("\u200b", "") == "x" * 2_000_000
    assert safety.breakable("short words stay") == "short words stay"


def test_deep_nesting_is_made_shallow_in_no_time():
    begun = time.process_time()
    for text in (
        ">" * 100_000 + " x",
        "> " * 100_000 + "x",
        "- " * 100_000 + "x",
        "* - + " * 50_000,
    ):
        assert len(safety.shallow(text)) < 200
    assert time.process_time() - begun < 5
    assert safety.shallow("> > quote\n- - list") == "> > quote\n- - list"
