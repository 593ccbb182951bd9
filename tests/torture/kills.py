"""Real child processes killed with SIGKILL at random moments.

With the hashing embedder a child is a fork of this process and starts within a millisecond; with
the real one it is a Python of its own that loads the model and parses in the sandbox, as the
command line does. What a child acknowledged it wrote down a pipe before.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
import traceback
from pathlib import Path

from .faults import Tally
from .library import SCENARIOS, Bench, Scenario, sync_docs

ROOT = Path(__file__).resolve().parents[2]
_REAL = """
import sys
from pathlib import Path
from index.embedding import SentenceTransformerEmbedder
from index.index import Index
embedder = SentenceTransformerEmbedder()
embedder.embed(["loads the model"])
print("ready", flush=True)
done = 0
def tell(state):
    global done
    if state.done > done:
        print(Path(state.source).name, flush=True)
    done = state.done
with Index.open(Path(sys.argv[1]), embedder) as index:
    index.sync([Path(sys.argv[2])], progress=tell)
print("done", flush=True)
"""


def run(base: Path, seed: int, sample: int | None, tally: Tally) -> None:
    """``sample`` kills (1,000 when not given), shared out over the scenarios."""
    kills = 1000 if sample is None else sample
    choice = random.Random(seed)
    share = [kills // len(SCENARIOS)] * len(SCENARIOS)
    share[1] += kills - sum(share)
    for scenario, count in zip(SCENARIOS, share, strict=True):
        bench = Bench(base, scenario)
        whole = min(_timed(bench) for _ in range(3))
        tells_often = scenario.act is sync_docs
        at_work = before = after = 0
        while at_work + before < count and after < 5 * count:
            # Files are acknowledged within milliseconds of each other, so half of the time the
            # first of them are waited for.
            names = choice.choice([0, *range(len(scenario.after))]) if tells_often else 0
            wait = choice.uniform(0, 0.004 if names else whole)
            try:
                told, ended = kill_one(bench, names, wait)
                bench.check(told, finished=ended)
            except Exception as error:
                tally.fail(
                    f"{scenario.name}, killed {wait * 1000:.1f} ms after {names} files", error
                )
                told, ended = set(), False
            after += ended
            before += not told and not ended
            at_work += bool(told) and not ended
        tally.done[f"{scenario.name}: killed"] += at_work + before
        tally.done[f"{scenario.name}: had just ended"] += after
        print(
            f"{scenario.name}: {at_work + before} kills, {before} before anything was "
            f"acknowledged, {at_work} after, {after} came too late ({whole * 1000:.0f} ms whole)",
            flush=True,
        )


def _timed(bench: Bench) -> float:
    bench.put_back()
    started = time.perf_counter()
    bench.scenario.act(bench.base, lambda _name: None)
    return time.perf_counter() - started


def kill_one(bench: Bench, names: int, wait: float) -> tuple[set[str], bool]:
    """Kill a child some time after it acknowledged so many files (0: after it started).

    Returns what it acknowledged, and whether it had ended by itself.
    """
    bench.put_back()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _work(bench.base, bench.scenario, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = b"".join(pipe.readline() for _ in range(names + 1))
        time.sleep(wait)
        os.kill(child, 9)
        told += pipe.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 0, "the child failed by itself"
    lines = told.decode().split("\n")[1:-1]  # the first says that it started
    return set(lines), os.WIFEXITED(status)


def _work(base: Path, scenario: Scenario, writing: int) -> None:
    code = 1
    try:
        os.write(writing, b"\n")
        scenario.act(base, lambda name: os.write(writing, f"{name}\n".encode()) and None)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def run_real(base: Path, seed: int, sample: int | None, tally: Tally) -> None:
    """``sample`` kills (20 when not given) of children with the real embedder and sandbox."""
    from index.embedding import SentenceTransformerEmbedder

    from . import library

    choice = random.Random(seed)
    real = SentenceTransformerEmbedder()
    library.embedder = lambda: real  # type: ignore[assignment, return-value]
    wanted, longest = 20 if sample is None else sample, 2.5
    for number in range(5 * wanted):
        if sum(count for what, count in tally.done.items() if "killed" in what) >= wanted:
            return
        scenario = SCENARIOS[number % 2]
        bench = Bench(base, scenario)
        bench.put_back()
        wait = choice.uniform(0, longest)
        try:
            told, ended = _kill_real(bench.base, wait)
            bench.check(told, finished=ended)
        except Exception as error:
            tally.fail(f"real embedder, {scenario.name}, killed after {wait:.2f} s", error)
            continue
        longest = min(longest, 1.2 * wait) if ended else longest  # later is too late as well
        tally.done[f"real embedder, {scenario.name}: {'too late' if ended else 'killed'}"] += 1
        print(f"{scenario.name}: {wait:.2f} s, {len(told)} acknowledged", flush=True)


def _kill_real(base: Path, wait: float) -> tuple[set[str], bool]:
    places = [str(base / "library" / "index"), str(base / "docs")]
    child = subprocess.Popen(
        [sys.executable, "-c", _REAL, *places], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    time.sleep(wait)
    child.kill()
    names = child.stdout.read().split("\n")[:-1]
    child.wait()
    return set(names) - {"done"}, "done" in names
