"""Many users at once: ``python -m tests.torture_web.load swap|crowd|cancel|soak [--real]``.

Each user asks for lockers of their own, so an answer that went to the wrong place is seen: by its
question, by its code, and by whose conversation it stands in. The server is a process of its own,
started for the purpose (`tests.torture_web.server`) and asked over HTTP as the page does.

swap    50 users x 20 questions; every answer and every saved conversation is checked
crowd   1 user, then 20 users, for 60 seconds each; seconds to the first words and to the last
cancel  an answer is left in its middle, 50 times; seconds until the model is free
soak    30 minutes of questions, sources, uploads, exports and clients that leave; memory by time
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from web_server import Server  # the tests are no package

from .server import SEED, lockers

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 300.0  #: on a computer that is busy with other things
_PROSE = re.compile(r'<div class="fn-prose">(.*?)</div>', re.DOTALL)
_CODE = re.compile(r"\b\d{6}\b")
_TAG = re.compile(r"<[^>]+>")


@dataclass(slots=True)
class Seen:
    """What happened to one user."""

    answered: int = 0
    busy: int = 0
    swapped: int = 0
    lost: int = 0
    wrong: list[str] = field(default_factory=list)  #: what was said instead
    first_s: list[float] = field(default_factory=list)
    whole_s: list[float] = field(default_factory=list)
    waited_s: list[float] = field(default_factory=list)  #: with all refusals before
    conversation: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def server(*flags: str) -> Iterator[tuple[Server, Path, subprocess.Popen[str]]]:
    """A server of our own, its report, and its process."""
    with tempfile.TemporaryDirectory(prefix="footnote-load-") as kept:
        folder = Path(kept)
        written = folder / "report.jsonl"
        command = [sys.executable, "-m", "tests.torture_web.server", kept, "--report", str(written)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
        process = subprocess.Popen(
            [*command, *flags], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            if not address:
                raise SystemExit("The server did not start.")
            yield Server(int(address.rsplit(":", 1)[1]), patience_s=PATIENCE_S), written, process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()


def ask(running: Server, seen: Seen, name: str, code: str, *, patience_s: float = 120) -> bool:
    """One question to its answer; a clear "busy" is asked again until patience ends."""
    question = f"What is the code of locker {name}?"
    seen.asked.append(question)
    began = time.monotonic()
    replaces = 0
    while True:
        started = time.monotonic()
        first, last, words = stream(running, question, seen.conversation, replaces)
        ended = time.monotonic()
        html = str(last.get("html", ""))
        if last.get("conversation"):
            seen.conversation = str(last["conversation"])
        if "Footnote is busy with" in html:
            seen.busy += 1
            replaces = int(str(last["turn"]))
            if ended - began > patience_s:
                seen.lost += 1
                return False
            time.sleep(random.uniform(0.3, 1.2))
            continue
        prose = _TAG.sub("", "".join(_PROSE.findall(html)))
        codes = set(_CODE.findall(prose))
        if not last.get("final") or not words:
            seen.lost += 1
            return False
        if f">{question}</h2>" not in html or (codes and code not in codes):
            seen.swapped += 1
            seen.wrong.append(f"{question} -> {prose[:200]}")
        elif not codes:
            seen.wrong.append(f"{question} -> {prose[:200] or _TAG.sub(' ', html)[:200]}")
        seen.answered += 1
        seen.first_s.append(first - started)
        seen.whole_s.append(ended - started)
        seen.waited_s.append(ended - began)
        return True


def stream(
    running: Server, question: str, conversation: str, replaces: int
) -> tuple[float, dict[str, object], int]:
    """When the first sentence came, the last line, and how many lines there were."""
    body = {"question": question, "conversation": conversation, "replaces": replaces}
    first, data = 0.0, bytearray()
    with running.connect() as line:
        line.sendall(running.asking(body))
        while piece := line.recv(65_536):
            data += piece
            if not first and b"fn-sentence" in data:
                first = time.monotonic()
    steps = [json.loads(found) for found in re.findall(rb"^\{.*\}$", bytes(data), re.MULTILINE)]
    return first or time.monotonic(), steps[-1] if steps else {}, len(steps)


def together(work: Sequence[Callable[[], None]]) -> None:
    """All at once, and wait for all."""
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def shares(users: int) -> list[list[tuple[str, str]]]:
    """Lockers of each user's own."""
    every = list(lockers().items())
    return [every[number::users] for number in range(users)]


def kept_apart(running: Server, users: Sequence[Seen]) -> int:
    """How many saved conversations hold anything but the questions of their user, in order."""
    wrong = 0
    for seen in users:
        html = str(running.get(f"/api/conversations/{seen.conversation}").json().get("html"))
        questions = re.findall(r'<h2 class="fn-question"[^>]*>(.*?)</h2>', html)
        wrong += questions != seen.asked
    return wrong


def lines_of(written: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in written.read_text().splitlines() if line.endswith("}")]


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


def slope_mb_an_hour(lines: Sequence[dict[str, float]]) -> float:
    """Least squares over memory by time."""
    if len(lines) < 3:
        return float("nan")
    found = statistics.linear_regression(
        [line["time"] / 3600 for line in lines], [line["rss"] / 1e6 for line in lines]
    )
    return found.slope


def told(name: str, **figures: object) -> None:
    print(json.dumps({"campaign": name, **figures}), flush=True)


# ---- campaigns -----------------------------------------------------------------------------------


def swap(flags: Sequence[str], users: int = 50, questions: int = 20) -> bool:
    """Everyone asks at once; who got whose answer?"""
    with server(*flags) as (running, written, _):
        everyone = [Seen() for _ in range(users)]

        def work(seen: Seen, mine: Sequence[tuple[str, str]]) -> Callable[[], None]:
            return lambda: [ask(running, seen, *one) for one in mine[:questions]] and None

        began = time.monotonic()
        together([work(*pair) for pair in zip(everyone, shares(users), strict=True)])
        seconds = time.monotonic() - began
        apart = kept_apart(running, everyone)
        lines = lines_of(written)
    wrong = [words for seen in everyone for words in seen.wrong]
    told(
        "swap",
        users=users,
        questions=users * questions,
        answered=sum(seen.answered for seen in everyone),
        swapped=sum(seen.swapped for seen in everyone),
        lost=sum(seen.lost for seen in everyone),
        other=len(wrong),
        conversations_mixed_up=apart,
        told_busy=sum(seen.busy for seen in everyone),
        most_in_the_room=max(line["held"] for line in lines),
        room=lines[-1]["room"],
        seconds=round(seconds, 1),
    )
    print(*wrong[:5], sep="\n", file=sys.stderr)
    answered = sum(seen.answered for seen in everyone)
    return answered == users * questions and not apart and not sum(s.swapped for s in everyone)


def crowd(flags: Sequence[str], seconds: float = 60) -> bool:
    """Twenty at once, and one alone for comparison."""
    good = True
    with server(*flags) as (running, written, _):
        ask(running, Seen(), *next(iter(lockers().items())))  # the models load with the first
        for users in (1, 20):
            everyone, began, start = [Seen() for _ in range(users)], time.monotonic(), time.time()

            def work(seen: Seen, mine: Sequence[tuple[str, str]], began: float) -> None:
                for one in mine * 100:
                    if time.monotonic() - began > seconds:
                        return
                    ask(running, seen, *one)

            pairs = zip(everyone, shares(max(users, 2)), strict=False)
            together([lambda a=a, b=b, at=began: work(a, b, at) for a, b in pairs])  # type: ignore[misc]
            lines = [line for line in lines_of(written) if line["time"] >= start]
            whole = [value for seen in everyone for value in seen.whole_s]
            first = [value for seen in everyone for value in seen.first_s]
            waited = [value for seen in everyone for value in seen.waited_s]
            apart = kept_apart(running, everyone)
            swapped, lost = (
                sum(getattr(s, name) for s in everyone) for name in ("swapped", "lost")
            )
            told(
                "crowd",
                users=users,
                seconds=seconds,
                answered=len(whole),
                swapped=swapped,
                lost=lost,
                conversations_mixed_up=apart,
                told_busy=sum(seen.busy for seen in everyone),
                first_words_s=[round(quantile(first, q), 3) for q in (0.5, 0.95)],
                whole_answer_s=[round(quantile(whole, q), 3) for q in (0.5, 0.95)],
                with_busy_s=[round(quantile(waited, q), 3) for q in (0.5, 0.95)],
                most_in_the_room=max(line["held"] for line in lines),
                memory_mb=[round(lines[n]["rss"] / 1e6) for n in (0, -1)],
                threads=[lines[n]["threads"] for n in (0, -1)],
            )
            good = good and not swapped and not lost and not apart
    return good


def cancel(flags: Sequence[str], times: int = 50) -> bool:
    """Leave while the model writes; how soon does it stop?"""
    took: list[float] = []
    with server("--writes", *flags) as (running, written, _):
        name = next(iter(lockers()))
        question = f"Tell me endlessly, what is the code of locker {name}?"
        for _ in range(times):
            with running.connect() as leaving:
                leaving.sendall(running.asking({"question": question}))
                until = time.monotonic() + 30
                while not lines_of(written)[-1]["writing"] and time.monotonic() < until:
                    time.sleep(0.02)
                time.sleep(random.uniform(0, 0.5))
                left = time.time()
            until = time.monotonic() + 10
            while lines_of(written)[-1]["writing"] and time.monotonic() < until:
                time.sleep(0.02)
            took.append(lines_of(written)[-1]["ended"][-1] - left)  # type: ignore[index]
    figures = [round(value, 3) for value in (quantile(took, 0.5), quantile(took, 0.95), max(took))]
    told("cancel", times=times, freed_after_s_p50_p95_most=figures)
    return max(took) < 1


def soak(flags: Sequence[str], minutes: float = 30, every_s: float = 2.0) -> bool:
    """A moderate mix for a long while; does memory grow?"""
    chance = random.Random(SEED)
    every = list(lockers().items())
    seen, done = Seen(), Counter[str]()
    with server(*flags) as (running, written, _):
        until = time.monotonic() + minutes * 60
        number = 0
        while time.monotonic() < until:
            number += 1
            began = time.monotonic()
            try:
                act(running, seen, done, number, chance.choice(every))
            except TimeoutError:
                done["timed out"] += 1
            time.sleep(max(0.0, every_s - (time.monotonic() - began)))
            if number % 50 == 0:
                print(f"{number} rounds, {lines_of(written)[-1]}", flush=True)
        lines = lines_of(written)
    start = lines[0]["time"]
    later = [line for line in lines if line["time"] > start + minutes * 60 / 4]
    told(
        "soak",
        minutes=minutes,
        done=dict(done),
        answered=seen.answered,
        swapped=seen.swapped,
        lost=seen.lost,
        other=len(seen.wrong),
        memory_mb=[round(at["rss"] / 1e6, 1) for at in (lines[0], later[0], lines[-1])],
        slope_mb_an_hour_after_a_quarter=round(slope_mb_an_hour(later), 2),
        slope_mb_an_hour_in_the_last_half=round(slope_mb_an_hour(lines[len(lines) // 2 :]), 2),
        threads=[lines[0]["threads"], lines[-1]["threads"]],
        files=[lines[0]["files"], lines[-1]["files"]],
        most_in_the_room=max(line["held"] for line in lines),
        whole_answer_s=[round(quantile(seen.whole_s, q), 3) for q in (0.5, 0.95)],
    )
    print(*seen.wrong[:5], sep="\n", file=sys.stderr)
    return not seen.swapped and not seen.lost


def act(
    running: Server, seen: Seen, done: Counter[str], number: int, locker: tuple[str, str]
) -> None:
    """One thing that a person does."""
    if number % 40 == 0:
        seen.conversation, seen.asked = "", []  # a new chat
    ask(running, seen, *locker)
    done["question"] += 1
    if number % 5 == 0:
        found = re.search(
            r'data-document="(\w+)" data-start="(\d+)" data-end="(\d+)"',
            str(running.get(f"/api/conversations/{seen.conversation}").json()["html"]),
        )
        if found:
            running.get("/api/passage", document=found[1], start=found[2], end=found[3])
            done["source"] += 1
    if number % 11 == 0:
        running.upload(f"note-{number % 7}.txt", f"The bell of note {number} is green.".encode())
        done["upload"] += 1
    if number % 13 == 0:
        running.get(f"/api/conversations/{seen.conversation}/export", form="html")
        running.get("/api/conversations", words="locker")
        done["export"] += 1
    if number % 7 == 0:
        with running.connect() as leaving:
            question = f"What is the code of locker {locker[0]}?"
            leaving.sendall(running.asking({"question": question}))
        done["left"] += 1


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])  # type: ignore[union-attr]
    options.add_argument("campaign", choices=["swap", "crowd", "cancel", "soak"])
    options.add_argument("--real", action="store_true", help="the real embedder and reader")
    options.add_argument("--writes", action="store_true", help="a language model writes")
    options.add_argument("--minutes", type=float, default=30)
    given = options.parse_args()
    flags = [f"--{name}" for name in ("real", "writes") if getattr(given, name)]
    print(f"seed {SEED}", flush=True)
    if given.campaign == "soak":
        return 0 if soak(flags, given.minutes) else 1
    if given.campaign == "cancel":
        return 0 if cancel([flag for flag in flags if flag != "--writes"]) else 1
    return 0 if {"swap": swap, "crowd": crowd}[given.campaign](flags) else 1


if __name__ == "__main__":
    sys.exit(main())
