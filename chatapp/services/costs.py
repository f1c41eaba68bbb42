"""What replies cost, as far as that is known.

Prices stand in a file the user edits, `prices.toml` beside the settings; none are
built in, since they would be wrong before long:

    ["openai/gpt-5"]        # a model as it is written everywhere, or "openai/*"
    input = 1.25            # per million tokens, in a currency of the user's choice
    cached = 0.125          # optional: tokens read again
    output = 10.0

What a server did not count, and what has no price, is unknown and said to be so;
it is never nought.
"""

from __future__ import annotations

import fnmatch
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chatapp.domain.errors import SettingsError
from chatapp.domain.message import Message, Role
from chatapp.kit.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

FILE_NAME = "prices.toml"
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost.

    Attributes:
        cached: Of the prompt, where the server had them already; None for the usual price.
    """

    input: float
    output: float
    cached: float | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over replies.

    Attributes:
        cost: Of those whose cost is known; None if that is none of them.
        uncounted: How many replies no server counted.
        unpriced: How many were counted, but have no price.
    """

    replies: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    uncounted: int = 0
    unpriced: int = 0

    def __add__(self, other: Total) -> Total:
        known = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Total(
            self.replies + other.replies,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            sum(known) if known else None,
            self.uncounted + other.uncounted,
            self.unpriced + other.unpriced,
        )


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of models, by name or pattern; the first that fits counts, names first."""

    by_pattern: dict[str, Price] = field(default_factory=dict)

    def of(self, model: str) -> Price | None:
        """The price of `provider/model`, or None if nobody wrote one down."""
        if model in self.by_pattern:
            return self.by_pattern[model]
        fitting = (
            price
            for pattern, price in self.by_pattern.items()
            if fnmatch.fnmatchcase(model, pattern)
        )
        return next(fitting, None)

    def total(self, message: Message) -> Total:
        """What one reply took; a message that is no reply took nothing."""
        if message.role != Role.ASSISTANT:
            return Total()
        usage = message.metadata.get("usage")
        counts = usage if isinstance(usage, dict) else {}
        prompt, completion = _count(counts, "prompt_tokens"), _count(counts, "completion_tokens")
        if prompt is None and completion is None:
            return Total(replies=1, uncounted=1)
        price = self.of(message.model)
        known = price is not None and prompt is not None and completion is not None
        return Total(
            replies=1,
            prompt_tokens=prompt or 0,
            completion_tokens=completion or 0,
            cost=_cost(price, prompt or 0, completion or 0, counts) if price and known else None,
            unpriced=int(not known),
        )

    def add_up(self, messages: Iterable[Message]) -> Total:
        """What all the replies among `messages` took."""
        return sum(map(self.total, messages), Total())

    def by_model(self, messages: Iterable[Message]) -> dict[str, Total]:
        """What the replies of each model took."""
        return self._grouped(messages, lambda message: message.model)

    def by_day(self, messages: Iterable[Message], clock: Clock) -> dict[str, Total]:
        """What the replies of each local day took, by `YYYY-MM-DD`."""
        return self._grouped(
            messages, lambda message: clock.local(message.time).strftime("%Y-%m-%d")
        )

    def _grouped(
        self, messages: Iterable[Message], key: Callable[[Message], str]
    ) -> dict[str, Total]:
        groups: dict[str, Total] = {}
        for message in messages:
            if (total := self.total(message)).replies:
                groups[key(message)] = groups.get(key(message), Total()) + total
        return groups


def read_prices(path: Path) -> Prices:
    """The prices in the file at `path`; a missing file has none.

    Raises:
        SettingsError: The file is malformed; the sentence names the table.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Prices()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{FILE_NAME}: {error}.", "Mend it, or take it away.") from None
    except OSError as error:
        raise SettingsError(f"{FILE_NAME} cannot be read ({error.strerror}).") from None
    return Prices({model: _price(model, table) for model, table in document.items()})


def _price(model: str, table: object) -> Price:
    numbers = table if isinstance(table, dict) else {}
    wrong = [k for k, v in numbers.items() if not isinstance(v, int | float) or v < 0]
    missing = {"input", "output"} - set(numbers)
    if wrong or missing:
        raise SettingsError(
            f"{FILE_NAME}: “{model}” needs “input” and “output”, as numbers from nought.",
            "Mend it, or take it away.",
        )
    return Price(float(numbers["input"]), float(numbers["output"]), numbers.get("cached"))


def _cost(price: Price, prompt: int, completion: int, counts: dict[str, Any]) -> float:
    cached = min(_count(counts, "cached_tokens") or 0, prompt)
    again = price.input if price.cached is None else price.cached
    read = (prompt - cached) * price.input + cached * again
    return (read + completion * price.output) / _MILLION


def _count(counts: dict[str, Any], name: str) -> int | None:
    value = counts.get(name)
    return value if isinstance(value, int) and value >= 0 else None
