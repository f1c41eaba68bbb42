"""Run the benches: `python -m bench [--strict] [name…]`, all of them without a name.

Exit status 0 whatever was measured; with --strict, 1 if a target was missed.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

PREFIX = "bench_"


def available() -> list[str]:
    """The names of the benches, without their prefix."""
    folder = Path(__file__).parent
    return sorted(path.stem.removeprefix(PREFIX) for path in folder.glob(f"{PREFIX}*.py"))


def run(name: str) -> bool:
    """Run one bench and print its lines; whether all its targets were reached."""
    module = importlib.import_module(f"bench.{PREFIX}{name}")
    reached = True
    with module.comparisons() as comparisons:
        for comparison in comparisons:
            measurement = comparison.measure()
            print(measurement, flush=True)
            reached &= measurement.reached
    return reached


def main() -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(prog="bench", description="Speed targets, as ratios.")
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(available()))
    parser.add_argument("--strict", action="store_true", help="fail if a target is missed")
    options = parser.parse_args()
    if unknown := set(options.names) - set(available()):
        parser.error(f"there is no bench {', '.join(sorted(unknown))}")
    results = [run(name) for name in options.names or available()]
    return int(options.strict and not all(results))


if __name__ == "__main__":
    sys.exit(main())
