"""``python -m tests.torture CAMPAIGN``: the campaigns behind `docs/reliability.md`.

Each prints its seed, what it did and what it found, and ends with 1 when anything was found.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", OMP_WAIT_POLICY="passive")

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from . import damage, disk, faults, full, kills, library, power, readers
from .sabotage import SABOTAGE

CAMPAIGNS = {
    "faults": faults.run,
    "power": power.run,
    "kills": kills.run,
    "real-kills": kills.run_real,
    "full": full.run,
    "readers": readers.run,
    "damage": damage.run,
    "salvage": damage.run_salvage,
}


NEED_SQLITE = {"faults", "power"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.torture", description=__doc__)
    parser.add_argument("campaign", choices=[*CAMPAIGNS])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, help="so many cases of each kind instead of all")
    parser.add_argument("--where", type=Path, help="folder to work in (default: in memory)")
    parser.add_argument("--sabotage", choices=[*SABOTAGE], help="break the index first, to be seen")
    parser.add_argument("--only", default="", help="faults, power: 'sync of changes, write-ahead'")
    parser.add_argument("--stop", action="store_true", help="stop at the first failure")
    options = parser.parse_args()
    if options.campaign in NEED_SQLITE and not disk.reachable():
        print("skipped: SQLite's file layer cannot be reached on this machine")
        return 0
    if options.campaign != "real-kills":
        library.parse_in_process()
    if options.sabotage:
        SABOTAGE[options.sabotage]()
    memory = Path("/dev/shm")
    home = options.where or (memory if os.access(memory, os.W_OK) else None)
    base = Path(tempfile.mkdtemp(prefix="torture-", dir=home))
    tally, started = faults.Tally(stop=options.stop, only=options.only), time.monotonic()
    print(f"{options.campaign}: seed {options.seed}, in {base}", flush=True)
    try:
        CAMPAIGNS[options.campaign](base, options.seed, options.sample, tally)
    except faults.StoppedError:
        pass
    finally:
        shutil.rmtree(base, ignore_errors=True)
    for what, count in tally.done.items():
        print(f"{count:6d}  {what}")
    seconds = time.monotonic() - started
    print(f"{tally.done.total()} cases, {len(tally.failures)} failures, {seconds:.0f} s")
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
