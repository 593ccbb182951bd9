"""How fast the page is: ``python -m tests.page_speed`` starts `footnote chat` and times it.

A real server process over the samples, the real models, a real browser. Printed are the time from
the command to a usable page, first paint, page weight, and for one person the time to first words
and to the whole answer. It asserts nothing, and nothing else should run beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(Path(__file__).parent))
QUESTIONS = ROOT / "eval" / "sets" / "samples" / "questions.jsonl"
USABLE = "document.querySelector('#fn-thread') && document.querySelector('#fn-question textarea')"
#: From sending to the first words of an answer or a refusal, and to its end, by the page's clock.
TIMED = """async (question) => {
  const field = document.querySelector('#fn-question textarea');
  const before = document.querySelectorAll('.fn-turn').length;
  field.value = question;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  const started = performance.now();
  document.querySelector('#fn-send').click();
  let first = 0;
  for (;;) {
    await new Promise((next) => setTimeout(next, 5));
    const turn = document.querySelectorAll('.fn-turn')[before];
    if (!turn) continue;
    const words = turn.querySelector('.fn-sentence, .fn-short, .fn-refusal');
    if (!first && words) first = performance.now();
    if (first && !turn.classList.contains('fn-live'))
      return [first - started, performance.now() - started];
    if (performance.now() - started > 300000) throw new Error("no answer within five minutes");
  }
}"""


@contextmanager
def chat(data: Path) -> Iterator[tuple[str, float]]:
    """`footnote chat` over the samples; gives its address and the seconds until it answered."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("footnote")), "chat", "--port", str(port)]
    environment = {**os.environ, "FOOTNOTE_DATA": str(data)}
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        while True:
            with socket.socket() as knocking:
                if knocking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None or time.perf_counter() - started > 300:
                raise RuntimeError("footnote chat did not start")
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}", started
    finally:
        process.terminate()
        process.wait(20)


def visited(browser: Browser, address: str) -> tuple[Page, dict[str, float]]:
    """A page in a browser that has never been there, and what opening it cost."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"]))
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(USABLE)
    usable = time.perf_counter() - started
    page.wait_for_load_state("networkidle")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
    return page, {
        "usable_s": usable,
        "first_paint_s": (paint or 0.0) / 1000,
        "requests": len(sizes),
        "weight_kb": sum(sizes) / 1000,
    }


def quantile(values: Sequence[float], share: float) -> float:
    """The value under which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def main() -> int:
    """Measure and print."""
    from page_server import chromium

    options = argparse.ArgumentParser(prog="python -m tests.page_speed")
    options.add_argument("--questions", type=int, default=20)
    options.add_argument("--visits", type=int, default=5)
    given = options.parse_args()
    lines = QUESTIONS.read_text("utf-8").splitlines()
    asked = [row["question"] for row in map(json.loads, lines) if row["split"] == "dev"]
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as data, chromium() as browser:
        for name in ("first_start_s", "start_s"):  # the first indexes the samples
            with chat(Path(data)) as (address, started):
                page, _ = visited(browser, address)
                found[name] = time.perf_counter() - started
                if name == "first_start_s":
                    page.context.close()
                    continue
                page.evaluate(TIMED, asked[0])  # the models are loaded by then
                times = [page.evaluate(TIMED, question) for question in asked[: given.questions]]
                page.context.close()
                visits = []
                for _ in range(given.visits):
                    page, opened = visited(browser, address)
                    page.context.close()
                    visits.append(opened)
    for name in visits[0]:
        found[name] = statistics.median(visit[name] for visit in visits)
    for place, name in enumerate(("first_words", "whole_answer")):
        seconds = [time_ms[place] / 1000 for time_ms in times]
        found |= {f"{name}_p50_s": quantile(seconds, 0.5), f"{name}_p95_s": quantile(seconds, 0.95)}
    for name, value in found.items():
        print(f"{name:>20} {value:10.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
