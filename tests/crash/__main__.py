"""The long crash campaign: `python -m crash [--kills N] [--quick]`.

Prints what was tried and what was lost; exit status 1 if anything was.
"""

from __future__ import annotations

import argparse
import errno
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from crash.test_faults import CALLS, FOLDER_CALLS, FOR_GOOD, runs
from crash.test_power_cut import CONTROLS, Campaign
from crash.test_processes import kills, soak

KILLS = 1_000
SOAK_ROUNDS = 200


def power_cuts(quick):
    """Every crash point, with and without an exchange of names, and inside recovery."""
    for exchanges in (True, False):
        campaign = Campaign(exchanges=exchanges, per_point=20 if quick else 0).run()
        yield f"power cuts, exchange {exchanges}", campaign.states, campaign.broken
    campaign = Campaign(per_point=2 if quick else 6, nested=0.05, seed=7).run()
    yield "power cuts, some inside recovery", campaign.states, campaign.broken


def controls(quick):
    """Each safeguard left out must be noticed."""
    for name, forget in CONTROLS.items():
        campaign = Campaign(forget, per_point=6 if quick else 12).run()
        missed = {} if campaign.broken else {"nothing was noticed": 1}
        noticed = sum(campaign.broken.values())
        yield f"control: {name} ({noticed} noticed)", campaign.states, missed


def faults(quick):
    """Every call fails at every N."""
    for call in (*CALLS, *FOLDER_CALLS):
        count, broken = 0, Counter()
        for times in (1, 3, FOR_GOOD):
            for error in (errno.ENOSPC, errno.EIO, errno.EROFS):
                more, wrong = runs(call, error, times, stride=4 if quick else 1)
                count, broken = count + more, broken + wrong
        yield f"every “{call}” fails, once, thrice, for good", count, broken


def processes(count, rounds):
    """Real processes, killed; and two at once with a sync client."""
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        acknowledged, wrong = kills(Path(folder), count, seed=9)
        yield f"{count} kills", len(acknowledged), dict.fromkeys(wrong, 1)
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        acknowledged, wrong = soak(Path(folder), rounds)
        yield "two programs and a sync client", len(acknowledged), dict.fromkeys(wrong, 1)


def main():
    parser = argparse.ArgumentParser(prog="crash", description="The long crash campaign.")
    parser.add_argument("--kills", type=int, default=KILLS, help="how many processes to kill")
    parser.add_argument("--quick", action="store_true", help="a part of the simulated states")
    options = parser.parse_args()
    lost, tried = 0, 0
    rounds = SOAK_ROUNDS // 20 if options.quick else SOAK_ROUNDS
    for steps in (
        power_cuts(options.quick),
        controls(options.quick),
        faults(options.quick),
        processes(options.kills, rounds),
    ):
        begun = time.monotonic()
        for name, count, broken in steps:
            tried, lost = tried + count, lost + sum(broken.values())
            print(f"{name}: {count} tried, {sum(broken.values())} broken", flush=True)
            for what in list(broken)[:5]:
                print(f"    {what}")
        print(f"  {time.monotonic() - begun:.0f} s", flush=True)
    print(f"{tried} tried, {lost} broken")
    return int(lost > 0)


if __name__ == "__main__":
    sys.exit(main())
