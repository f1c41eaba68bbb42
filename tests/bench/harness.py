"""Compares two sides in one run, turn by turn, so that a busy machine slows both alike.

A bench module `bench_<name>.py` offers `comparisons()`, a context manager that yields what is to be
compared and clears up behind it. Ratios carry over to other machines, milliseconds do not.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

DEFAULT_ROUNDS = 15


@dataclass(frozen=True)
class Comparison:
    """Two ways whose costs are compared.

    Attributes:
        name: What is compared, as a line of the report.
        ours: Does it our way once and returns the seconds it took.
        reference: Does it the other way once and returns the seconds it took.
        target: What ours / reference must not exceed.
        rounds: How often each is measured, after one turn that is not counted.
    """

    name: str
    ours: Callable[[], float]
    reference: Callable[[], float]
    target: float
    rounds: int = DEFAULT_ROUNDS

    def measure(self) -> Measurement:
        """Take turns; who begins changes from round to round."""
        measurement = Measurement(self)
        sides = [(self.ours, measurement.ours), (self.reference, measurement.reference)]
        for act, _ in sides:
            act()  # caches of the disk and of the byte code
        for _ in range(self.rounds):
            for act, seconds in sides:
                seconds.append(act())
            sides.reverse()
        return measurement


@dataclass(frozen=True)
class Measurement:
    """What the rounds of a comparison took, in seconds."""

    comparison: Comparison
    ours: list[float] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Our median over the reference's median."""
        return statistics.median(self.ours) / statistics.median(self.reference)

    @property
    def best_ratio(self) -> float:
        """Our least over the reference's least: what a machine with nothing else to do shows."""
        return min(self.ours) / min(self.reference)

    @property
    def reached(self) -> bool:
        """Whether the ratio is within its target."""
        return self.ratio <= self.comparison.target

    def __str__(self) -> str:
        verdict = "reached" if self.reached else "MISSED"
        return (
            f"{self.comparison.name}: ratio {self.ratio:.2f}, target {self.comparison.target:.2f}, "
            f"{verdict}\n    {spread(self.ours)} against {spread(self.reference)}, "
            f"best against best {self.best_ratio:.2f}"
        )


def spread(seconds: list[float]) -> str:
    """Median, least and most in milliseconds: "120 ms [110-140]"."""
    least, middle, most = (
        f"{value * 1000:.3g}" for value in (min(seconds), statistics.median(seconds), max(seconds))
    )
    return f"{middle} ms [{least}-{most}]"
