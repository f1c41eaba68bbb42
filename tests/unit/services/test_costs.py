from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from chatapp.domain.errors import SettingsError
from chatapp.domain.message import Message, new_message
from chatapp.services.costs import Price, Prices, Total, read_prices

PRICES = Prices({"o/*": Price(9, 9), "o/big": Price(2.0, 10.0, 0.5), "o/plain": Price(2.0, 10.0)})


def reply(model: str, at: str = "2026-02-09T21:30:00Z", **usage: Any) -> Message:
    return new_message("assistant", "x", at, {"model": model, "usage": usage or None})


class Berlin:
    def now(self) -> dt.datetime:
        raise AssertionError

    def local(self, moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(dt.timezone(dt.timedelta(hours=1)))


COUNTED = {"prompt_tokens": 1_000_000, "completion_tokens": 100_000, "cached_tokens": 400_000}


def test_tokens_that_were_read_before_have_their_own_price() -> None:
    assert PRICES.total(reply("o/big", **COUNTED)).cost == pytest.approx(1.2 + 0.2 + 1.0)
    assert PRICES.total(reply("o/plain", **COUNTED)).cost == pytest.approx(3.0)


def test_name_comes_before_a_pattern() -> None:
    assert PRICES.of("o/big") == Price(2.0, 10.0, 0.5)
    assert PRICES.of("o/other") == Price(9, 9)
    assert PRICES.of("p/other") is None


@pytest.mark.row("M12")
@pytest.mark.parametrize(
    ("message", "total"),
    [
        (reply("o/big"), Total(replies=1, uncounted=1)),
        (reply("o/big", prompt_tokens="9"), Total(replies=1, uncounted=1)),
        (reply("o/big", prompt_tokens=9), Total(1, 9, 0, None, unpriced=1)),
        (reply("free/x", **COUNTED), Total(1, 1_000_000, 100_000, None, unpriced=1)),
        (new_message("user", "x", "2026-02-09T21:30:00Z"), Total()),
    ],
)
def test_what_is_not_known_is_unknown_and_never_nought(message: Message, total: Total) -> None:
    assert PRICES.total(message) == total


def test_totals_add_up_by_chat_model_and_day() -> None:
    small = {"prompt_tokens": 500_000, "completion_tokens": 0}
    said = [
        reply("o/plain", "2026-02-09T22:30:00Z", **small),
        reply("o/plain", "2026-02-09T23:30:00Z", **small),
        reply("free/x", "2026-02-09T23:30:00Z", **small),
        new_message("user", "x", "2026-02-01T00:00:00Z"),
    ]
    assert PRICES.add_up(said) == Total(3, 1_500_000, 0, 2.0, unpriced=1)
    assert {model: total.cost for model, total in PRICES.by_model(said).items()} == {
        "o/plain": 2.0,
        "free/x": None,
    }
    assert {day: total.replies for day, total in PRICES.by_day(said, Berlin()).items()} == {
        "2026-02-09": 1,
        "2026-02-10": 2,
    }


def test_file_of_the_user_is_read(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    assert read_prices(path) == Prices()
    path.write_text('["o/big"]\ninput = 2\noutput = 10.0\ncached = 0.5\n')
    assert read_prices(path).of("o/big") == Price(2.0, 10.0, 0.5)


@pytest.mark.parametrize(
    "text",
    ["[", "x = 3", '["o/x"]\ninput = 1', '["o/x"]\ninput = 1\noutput = "2"',
     '["o/x"]\ninput = 1\noutput = -2', b"\xff"],
)  # fmt: skip
def test_malformed_file_is_a_sentence(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / "prices.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SettingsError, match=r"prices\.toml"):
        read_prices(path)


def test_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_prices(tmp_path)
