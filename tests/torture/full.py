"""Disks that are really full: a small tmpfs of every size, and ``/dev/full``.

The tmpfs is mounted in a namespace of our own (``unshare``), so that no rights are needed and
nothing stays mounted; where that is not allowed, this says so.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

from index.errors import FootnoteError, StoreError
from index.vectors import FaissStore

from .faults import Tally
from .library import SCENARIOS, Bench, embedder

ROOT = Path(__file__).resolve().parents[2]
_PAGE_KB = 4


def may_mount() -> bool:
    """Whether a file system can be mounted in a namespace of our own."""
    command = ["unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs"]
    try:
        done = subprocess.run(
            [*command, "none", "/mnt"], capture_output=True, check=False, timeout=20
        )
    except OSError:
        return False
    return done.returncode == 0


def run(base: Path, seed: int, sample: int | None, tally: Tally) -> None:
    _dev_full(base, tally)
    if os.environ.get("TORTURE_MOUNTED") == "yes":
        _small_disks(base, seed, sample, tally)
        return
    if not may_mount():
        print("skipped the small disks: mounting is not allowed here")
        return
    arguments = ["full", "--seed", str(seed), "--where", str(base)]
    arguments += [] if sample is None else ["--sample", str(sample)]
    inside = [sys.executable, "-m", "tests.torture", *arguments]
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", *inside],
        cwd=ROOT,
        env={**os.environ, "TORTURE_MOUNTED": "yes"},
        check=False,
    )
    tally.done["small disks, counted above"] += 1
    if done.returncode:
        tally.fail("small disks", RuntimeError("see above"))


def _dev_full(base: Path, tally: Tally) -> None:
    """A vector file whose bytes go to a device that is always full."""
    if not Path("/dev/full").exists():
        return
    base.mkdir(exist_ok=True)
    (base / "vectors-1.faiss.part").symlink_to("/dev/full")
    try:
        FaissStore(8).save(base, "vectors-1.faiss")
        tally.fail("/dev/full", RuntimeError("nothing was raised"))
    except StoreError as error:
        if "No space left" not in str(error):
            tally.fail("/dev/full", error)
    tally.done["/dev/full"] += 1
    for left in base.glob("vectors-*"):
        left.unlink()


def _small_disks(base: Path, seed: int, sample: int | None, tally: Tally) -> None:
    """The index on a disk of every size, up to one that is large enough; then it is given room."""
    choice = random.Random(seed)
    for scenario in SCENARIOS:
        bench = Bench(base, scenario)
        place = bench.base / "library"
        needed = sum(path.stat().st_size for path in bench.base.rglob("*") if path.is_file())
        least, most = needed // 1024 // 2, needed // 1024 * 3 + 1500
        sizes = list(range(least, most, _PAGE_KB))
        if sample is not None:
            sizes = choice.sample(sizes, min(sample, len(sizes)))
        raised = 0
        for size in sizes:
            bench.put_back()
            try:
                raised += _on_a_disk_of(size, bench, place)
            except Exception as error:
                tally.fail(f"{scenario.name} on a disk of {size} KiB", error)
            tally.done[f"{scenario.name}: small disk"] += 1
        print(f"{scenario.name}: {len(sizes)} disks, {raised} too small", flush=True)


def _on_a_disk_of(size_kb: int, bench: Bench, place: Path) -> bool:
    """Act on a disk of that size; afterwards it gets larger and all is checked."""
    aside = bench.base.parent / "aside"
    shutil.rmtree(aside, ignore_errors=True)
    if place.exists():
        place.rename(aside)
    place.mkdir()
    _mount(place, f"size={size_kb}k")
    try:
        if aside.exists():
            try:
                shutil.copytree(aside, place, dirs_exist_ok=True)
            except shutil.Error:
                return False  # not even what was there before fits
        told: set[str] = set()
        raised = False
        try:
            bench.scenario.act(bench.base, told.add)
        except FootnoteError:
            raised = True
        _mount(place, "remount,size=100m")
        bench.check(told, finished=not raised)
        return raised
    finally:
        subprocess.run(["umount", str(place)], check=True)


def _mount(place: Path, options: str) -> None:
    assert embedder().dimension < 100, "with larger vectors, larger disks"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(place)], check=True)
