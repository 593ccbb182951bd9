"""Power cuts: what a disk may hold when it loses all that was not flushed.

A change is recorded once, step by step. For every step a disk is put together as a cut there may
leave it: a file's writes since its last flush are lost, kept, or kept in part and torn at a sector;
of a folder's new names, renames and deletions since its last flush a first part is kept. This is
harsher than SIGKILL, which leaves the system's memory of the files alone, and shows whether every
flush that is needed is there, and in the right place.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import disk
from .disk import Step
from .faults import Tally, record
from .library import SCENARIOS, Bench

_SECTOR = 512
STYLES = ("all lost", "all kept", "some kept", "some kept")


@dataclass
class _File:
    """Bytes that are on the disk for good, and changes that may be."""

    data: bytearray = field(default_factory=bytearray)
    pending: list[Step] = field(default_factory=list)

    def settle(self, steps: Iterable[Step], torn: random.Random | None = None) -> None:
        for step in steps:
            if step.kind == "truncate":
                del self.data[step.at :]
                self.data.extend(bytes(step.at - len(self.data)))
                continue
            data = step.data
            if torn is not None and torn.random() < 0.5:
                data = data[: _SECTOR * torn.randint(0, len(data) // _SECTOR)]
            end = step.at + len(data)
            self.data.extend(bytes(max(0, end - len(self.data))))
            self.data[step.at : end] = data


Names = dict[str, _File | None]  # None is a folder


class Model:
    """A disk with a memory that is lost when the power goes."""

    def __init__(self, base: Path) -> None:
        self._now: Names = {}
        for path in base.rglob("*"):
            data = None if path.is_dir() else _File(bytearray(path.read_bytes()))
            self._now[str(path)] = data
        self._durable: Names = dict(self._now)
        self._pending: dict[str, list[tuple[str, str, _File | None]]] = {}

    def take(self, step: Step) -> None:
        """One step of the recording."""
        path = step.path
        if step.kind == "sync folder":
            for change in self._pending.pop(path, []):
                _apply(self._durable, change)
        elif step.kind in ("create", "mkdir"):
            self._change("new", path, _File() if step.kind == "create" else None)
        elif step.kind == "delete":
            self._change("gone", path, None)
        elif step.kind == "rename":
            moved = self._now[path]
            self._change("gone", path, None)
            self._change("new", step.other, moved)
        elif step.kind in ("write", "truncate"):
            self._file(path).pending.append(step)
        elif step.kind == "sync":
            file = self._file(path)
            file.settle(file.pending)
            file.pending.clear()

    def _file(self, path: str) -> _File:
        file = self._now[path]
        assert file is not None
        return file

    def _change(self, what: str, path: str, file: _File | None) -> None:
        change = (what, path, file)
        _apply(self._now, change)
        self._pending.setdefault(os.path.dirname(path), []).append(change)

    def cut(self, style: str, choice: random.Random) -> dict[str, bytes | None]:
        """The paths and bytes that are left."""
        names = dict(self._durable)
        for pending in self._pending.values():
            kept = {"all lost": 0, "all kept": len(pending)}.get(style)
            for change in pending[: choice.randint(0, len(pending)) if kept is None else kept]:
                _apply(names, change)
        left: dict[str, bytes | None] = {}
        for path, file in names.items():
            if file is None:
                left[path] = None
                continue
            copy = _File(bytearray(file.data))
            if style == "all kept":
                copy.settle(file.pending)
            elif style == "some kept":
                copy.settle([step for step in file.pending if choice.random() < 0.5], choice)
            left[path] = bytes(copy.data)
        return left


def _apply(names: Names, change: tuple[str, str, _File | None]) -> None:
    what, path, file = change
    if what == "new":
        names[path] = file
    else:
        names.pop(path, None)


def put(base: Path, left: dict[str, bytes | None]) -> None:
    """Make a folder hold just this; what lies in folders that are gone is gone with them."""
    shutil.rmtree(base)
    base.mkdir()
    for path in sorted(left):
        data, place = left[path], Path(path)
        if not place.parent.is_dir():
            continue
        if data is None:
            place.mkdir()
        else:
            place.write_bytes(data)


def run(base: Path, seed: int, sample: int | None, tally: Tally) -> None:
    """A cut after every step, or after so many of each scenario, in every style."""
    for shared in (True, False):
        disk.shared_memory = shared
        log = "write-ahead log" if shared else "rollback journal"
        for scenario in SCENARIOS:
            if not tally.wants(scenario, log):
                continue
            bench = Bench(base, scenario)
            steps = record(bench)
            bench.put_back()
            choice = random.Random(f"{seed} {log} {scenario.name}")
            numbers: Sequence[int] = range(len(steps) + 1)
            if sample is not None:
                numbers = sorted(choice.sample(numbers, min(sample, len(numbers))))
            _cut_everywhere(bench, steps, set(numbers), choice, f"{scenario.name}, {log}", tally)
    disk.shared_memory = True


def _cut_everywhere(
    bench: Bench, steps: list[Step], at: set[int], choice: random.Random, what: str, tally: Tally
) -> None:
    model = Model(bench.base)
    told: set[str] = set()
    for number in range(len(steps) + 1):
        for style in STYLES if number in at else ():
            put(bench.base, model.cut(style, choice))
            try:
                bench.check(told, finished=number == len(steps))
            except Exception as error:
                step = steps[min(number, len(steps) - 1)]
                name = f"{what}, power cut before step {number} ({step.kind} {step.path}), {style}"
                tally.fail(name, error)
            tally.done[f"{what}: {style}"] += 1
        if number < len(steps):
            step = steps[number]
            if step.kind == "told":
                told.add(step.path)
            else:
                model.take(step)
    print(f"{what}: {len(steps)} steps, cut at {len(at)}", flush=True)
