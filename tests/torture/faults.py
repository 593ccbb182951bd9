"""Every step of a change fails or is the last one, in turn.

Errors are injected in this process; deaths happen in a forked child, so that a case takes some
hundredths of a second. After each the bench checks the index (`torture.library.Bench.check`).
"""

from __future__ import annotations

import os
import random
import signal
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import FootnoteError

from . import disk
from .disk import Disk, Fault, Step
from .library import SCENARIOS, Bench, Scenario

WRITES_ONLY = {Fault.SHORT, Fault.TORN}
DEATHS = {Fault.KILL, Fault.TORN}


@dataclass(frozen=True, slots=True)
class Case:
    """A fault at a step; a lasting one stays for all steps after it."""

    number: int
    fault: Fault
    lasting: bool = False

    def decide(self, number: int, step: Step) -> Fault | None:
        hit = number >= self.number if self.lasting else number == self.number
        return self.fault if hit and step.kind != "told" else None


class StoppedError(Exception):
    """A campaign was to stop at its first failure."""


@dataclass
class Tally:
    """What a campaign did and found."""

    done: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    stop: bool = False  #: at the first failure
    only: str = ""  #: what the names of scenarios and logs have to hold

    def wants(self, scenario: Scenario, log: str) -> bool:
        return self.only in f"{scenario.name}, {log}"

    def fail(self, what: str, error: BaseException) -> None:
        lines = traceback.format_exception(error)
        self.failures.append(f"{what}: {''.join(lines[-3:]).strip()}")
        print(f"FAILED {what}\n{''.join(lines)}", flush=True)
        if self.stop:
            raise StoppedError


def run(base: Path, seed: int, sample: int | None, tally: Tally) -> None:
    """All cases, or so many drawn from them."""
    for shared in (True, False):
        disk.shared_memory = shared
        log = "write-ahead log" if shared else "rollback journal"
        for scenario in SCENARIOS:
            if not tally.wants(scenario, log):
                continue
            bench = Bench(base, scenario)
            steps = record(bench)
            cases = cases_for(steps)
            if sample is not None:
                chosen = random.Random(f"{seed} {log} {scenario.name}")
                cases = chosen.sample(cases, min(sample, len(cases)))
            for case in cases:
                what = f"{scenario.name}, {log}, step {case.number} {case.fault.value}"
                what += " from then on" if case.lasting else ""
                try:
                    _one(bench, case)
                except BaseException as error:
                    if isinstance(error, KeyboardInterrupt | SystemExit):
                        raise
                    step = steps[min(case.number, len(steps) - 1)]
                    where = f" ({step.kind} {Path(step.path).name})"
                    tally.fail(what + where, error)
                tally.done[f"{scenario.name}, {log}: {case.fault.value}"] += 1
            print(f"{scenario.name}, {log}: {len(steps)} steps, {len(cases)} cases", flush=True)
    disk.shared_memory = True


def record(bench: Bench) -> list[Step]:
    """The steps that a scenario takes when nothing goes wrong; ``told`` are acknowledgements."""
    with Disk(bench.put_back()) as watched:
        bench.scenario.act(bench.base, lambda name: watched.steps.append(Step("told", name)))
    bench.check(set(bench.scenario.after), finished=True)
    return watched.steps


def cases_for(steps: list[Step]) -> list[Case]:
    cases: list[Case] = []
    for number, step in enumerate(steps):
        if step.kind == "told":
            continue
        for fault in Fault:
            if fault in WRITES_ONLY and step.kind != "write":
                continue
            if fault is Fault.FULL and step.kind in ("delete", "truncate"):
                continue  # they take no space
            cases.append(Case(number, fault))
            if fault is Fault.FULL:
                cases.append(Case(number, fault, lasting=True))
    return cases


def _one(bench: Bench, case: Case) -> None:
    bench.put_back()
    if case.fault in DEATHS:
        told = die(bench.base, bench.scenario, case)
        bench.check(told, finished=False)
    else:
        told, finished = _err(bench, case)
        bench.check(told, finished=finished)


def _err(bench: Bench, case: Case) -> tuple[set[str], bool]:
    """Which files were acknowledged, and whether the change said that it succeeded."""
    told: set[str] = set()
    finished = False
    with Disk(bench.base, case.decide) as watched:

        def tell(name: str) -> None:
            watched.steps.append(Step("told", name))
            told.add(name)

        try:
            bench.scenario.act(bench.base, tell)
            finished = True
        except FootnoteError:
            pass  # as it should be: anything else is a traceback on somebody's screen
    assert watched.failed or finished
    return told, finished


def die(base: Path, scenario: Scenario, case: Case) -> set[str]:
    """Have a forked child die at a step; returns what it acknowledged before."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _be_the_child(base, scenario, case, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read().decode()
    status = os.waitpid(child, 0)[1]
    # How many pages SQLite writes back can differ by a few: the last steps may not be reached.
    assert status in (0, signal.SIGKILL), f"it was to die, but ended with {status}: {told}"
    return set(told.split("\n")) - {""}


def _be_the_child(base: Path, scenario: Scenario, case: Case, writing: int) -> None:
    code = 1
    try:
        with Disk(base, case.decide) as watched:

            def tell(name: str) -> None:
                watched.steps.append(Step("told", name))
                os.write(writing, f"{name}\n".encode())

            scenario.act(base, tell)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)
