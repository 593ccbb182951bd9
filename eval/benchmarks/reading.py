"""How fast the reader reads 20 passages, in each arithmetic that this computer can do.

All read the same passages by turns in the same process, so that what else the machine does falls
on each; of each the median is taken. The text is generated, so what is found in it says only that
the ways agree.
"""

from __future__ import annotations

import random
import time

from eval.benchmarks.closed_book import passage_of
from eval.benchmarks.figures import Figure, Result
from eval.benchmarks.speed import paragraph
from eval.datasets import Article
from eval.metrics import mean, percentile
from index.embedding import has_fast_bfloat16
from index.int8_dense import int8_pays
from rag.reader import Reading
from rag.reader_model import Arithmetic, ReaderModel
from rag.types import Passage

PASSAGES = 20  #: as many as the assistant reads by default
ROUNDS = 15
_PLACES = ("Belcor", "Tavisay", "Norrick", "Umbel")
_ASKED = ("Who opened the {thing} of {place}?", "When did the {thing} of {place} close?")
_THINGS = ("harbour", "town library", "old stone bridge")


def measure(*, rounds: int = ROUNDS) -> Result:
    """Milliseconds and ratios to float32, and how often the best span is that of float32."""
    ways: list[Arithmetic] = ["float32"]
    ways += ["bfloat16"] if has_fast_bfloat16() else []
    ways += ["int8"] if int8_pays() else []
    readers = {way: ReaderModel.load(arithmetic=way) for way in ways}
    some = passages()
    asked = [form.format(thing=t, place=p) for form in _ASKED for t in _THINGS for p in _PLACES]
    took: dict[Arithmetic, list[float]] = {way: [] for way in ways}
    same: dict[Arithmetic, list[float]] = {way: [] for way in ways}
    for reader in readers.values():
        reader.read(asked[0], some)  # warm before anything is timed
    for number in range(rounds):
        question, exact = asked[number % len(asked)], list[Reading]()
        for way, reader in readers.items():
            began = time.perf_counter()
            found = reader.read(question, some)
            took[way].append(time.perf_counter() - began)
            exact = exact or found
            pairs = zip(found, exact, strict=True)
            same[way] += [float(_best(one) == _best(two)) for one, two in pairs]
    figures: list[Figure] = []
    for way in ways:
        wait = percentile(took[way], 50)
        figures.append(Figure(way, None if wait is None else 1_000 * wait, "ms"))
        if way != "float32":
            ratios = [slow / fast for slow, fast in zip(took["float32"], took[way], strict=True)]
            figures.append(Figure(f"{way}, as fast as float32", percentile(ratios, 50), "times"))
            figures.append(Figure(f"{way}, the same best span", mean(same[way])))
    letters = sum(len(one.chunk.text) for one in some)
    return Result(
        "Reading",
        f"{PASSAGES} generated passages of {letters:,} characters, {rounds} rounds by turns, "
        f"medians; {readers['float32'].name} takes {ways[-1]} here",
        tuple(figures),
    )


def _best(reading: Reading) -> tuple[int, int]:
    span = reading.spans[0]
    return span.start, span.end


def passages(count: int = PASSAGES, seed: int = 5) -> list[Passage]:
    """Passages of about 110 words."""
    rng = random.Random(seed)  # noqa: S311 - text to measure with, no secret
    texts = [paragraph(rng, _PLACES[number % len(_PLACES)]) for number in range(count)]
    article = Article("Made", tuple(texts), ())
    return [passage_of(article, place) for place in range(count)]
