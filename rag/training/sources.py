"""Public question sets, each brought to one form: a question, its passage and the answer's spans.

Only files that ``docs/data.md`` marks for training are read; test files are not named
anywhere in this package. Which rows are held out for choosing and calibrating is decided here.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from index.sentences import sentence_spans

Json = dict[str, object]

#: Whole articles kept out of training, to choose and calibrate on.
HELD_OUT_ARTICLES = frozenset(
    {
        *("Construction", "Oxygen", "Victoria_(Australia)"),  # of the 19 of SQuAD 2.0
        *("Apollo_program", "Kenya"),  # of the 13 of SQuAD 1.1
        *("kaleidahealth.org", "walmart.com"),  # of the 20 of PolicyQA
        *(f"covid-{number}" for number in range(86, 98)),  # of the 98 of COVID-QA
    }
)
WINDOW_CHARACTERS = 900  # of a long article, about 200 tokens: what one chunk holds


@dataclass(frozen=True, slots=True)
class Row:
    """A question with the passage it was asked of; spans are offsets into ``passage``.

    An answerable row may have no span: the answer is there in other words.
    """

    source: str
    group: str  #: article, story or site: negatives come from the same one
    title: str
    question: str
    passage: str
    spans: tuple[tuple[int, int], ...]
    answerable: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement with text that supports it (1.0), in part, or not at all (0.0)."""

    source: str
    group: str
    title: str
    claim: str
    passage: str
    label: float


def load_rows(data: Path) -> list[Row]:
    """All rows for training and holding out, in a fixed order."""
    rows: list[Row] = []
    for name in ("v2", "v1"):
        rows += _squad(data / "squad" / f"reader-train-{name}.json.gz", f"squad-{name}")
    rows += _squad(data / "policyqa" / "dev.json.gz", "policyqa")
    rows += _covid(data / "covid-qa" / "train.json.gz")
    rows += _qed(data / "qed" / "train.jsonl.gz")
    rows += _natural_questions(data / "nq-open-oracle" / "train.jsonl.gz")
    rows += _stories(data / "fairytaleqa" / "train.jsonl.gz")
    for name in ("dev", "test"):  # both halves of QAMR are for training: see docs/data.md
        rows += _qamr(data / "qamr" / f"{name}.jsonl.gz")
    return rows


def held_out(group: str, source: str) -> bool:
    """Is this article kept for choosing and calibrating? Fixed by name, or by hash of the name."""
    if source in ("squad-v1", "squad-v2", "policyqa", "covid"):
        return group in HELD_OUT_ARTICLES
    digest = hashlib.sha256(f"{source}/{group}".encode()).digest()
    # about 3 % of titles, stories, sentences or claims, and one in nine of our own documents
    return digest[0] < (32 if source == "own" else 8)


def load_claims(data: Path) -> list[Claim]:
    """The first half, by claim in file order, of WiCE's development claims."""
    rows = list(_lines(data / "wice" / "oracle-chunks-dev.jsonl.gz"))
    order = list(dict.fromkeys(str(row["claim"]) for row in rows))
    allowed = set(order[: len(order) // 2])
    labels = {"supported": 1.0, "partially_supported": 0.3, "not_supported": 0.0}
    claims = []
    for row in rows:
        text = str(row["claim"])
        if text in allowed:
            meta = cast(Json, row["meta"])
            evidence = " ".join(cast(list[str], row["evidence"]))
            title = str(meta["claim_title"])
            claims.append(Claim("wice", text, title, text, evidence, labels[str(row["label"])]))
    return claims


def find_answer(passage: str, answer: str) -> tuple[tuple[int, int], ...]:
    """Spans where the answer stands as whole words, whatever its case or spacing; at most three."""
    words = answer.split()
    if not words:
        return ()
    pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)"
    found = re.finditer(pattern, passage, re.IGNORECASE)
    return tuple((match.start(), match.end()) for match in found)[:3]


def nearest_span(passage: str, answer: str, least: float = 0.7) -> tuple[tuple[int, int], ...]:
    """The words of one sentence that come nearest to an answer told in the teller's own words.

    Nearest is by the F1 of shared words; () where no span reaches ``least``.
    """
    wanted = Counter(re.findall(r"\w+", answer.casefold()))
    if wanted.total() < 4:
        return ()  # so few words are shared by chance
    best, found = least, cast(tuple[tuple[int, int], ...], ())
    for begin, end in sentence_spans(passage):
        words = [(m.start(), m.end()) for m in re.finditer(r"\w+", passage[begin:end])]
        texts = [passage[begin + a : begin + b].casefold() for a, b in words]
        for first in range(len(words)):
            left, shared = wanted.copy(), 0
            for last in range(first, min(len(words), first + 2 * wanted.total())):
                if left[texts[last]] > 0:
                    left[texts[last]] -= 1
                    shared += 1
                score = 2 * shared / (last - first + 1 + wanted.total())
                if score > best:
                    best, found = score, ((begin + words[first][0], begin + words[last][1]),)
    return found


def plain(text: str, spans: list[tuple[int, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Tokenised text with its brackets and quotes made ordinary again; the spans move along."""
    marks = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "``": '"', "''": '"'}
    pieces: list[str] = []
    moved: list[int] = []  # old offset -> new offset
    length = 0
    for piece in re.findall(r"\S+|\s+", text):
        new = marks.get(piece, piece)
        moved += [length + min(offset, len(new)) for offset in range(len(piece))]
        pieces.append(new)
        length += len(new)
    moved.append(length)
    return "".join(pieces), tuple((moved[start], moved[end]) for start, end in spans)


def windows(text: str) -> list[str]:
    """A long text cut into windows of whole sentences, each about ``WINDOW_CHARACTERS`` long."""
    cut: list[str] = []
    start = last = 0
    for begin, end in sentence_spans(text):
        if end - start > WINDOW_CHARACTERS and last > start:
            cut.append(text[start:last])
            start = begin
        last = end
    if last > start:
        cut.append(text[start:last])
    return cut


def _squad(path: Path, source: str) -> Iterator[Row]:
    data = cast(list[Json], _json(path)["data"])
    for article in data:
        group = str(article["title"])
        title = group.replace("_", " ")
        for paragraph in cast(list[Json], article["paragraphs"]):
            passage = str(paragraph["context"])
            for qa in cast(list[Json], paragraph["qas"]):
                spans = _official(passage, cast(list[Json], qa["answers"]))
                if qa.get("is_impossible"):
                    spans = ()
                elif not spans:
                    continue
                question = str(qa["question"]).strip()
                yield Row(source, group, title, question, passage, spans, bool(spans))


def _official(passage: str, answers: list[Json]) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    for answer in answers:
        text, start = str(answer["text"]), cast(int, answer["answer_start"])
        stripped = text.strip()
        start += len(text) - len(text.lstrip())
        if stripped and passage[start : start + len(stripped)] == stripped:
            spans.append((start, start + len(stripped)))
    return tuple(spans)


def _covid(path: Path) -> Iterator[Row]:
    for number, article in enumerate(cast(list[Json], _json(path)["data"])):
        for paragraph in cast(list[Json], article["paragraphs"]):
            text = str(paragraph["context"])
            title = text.split("\n", 1)[0][:100]
            cut = windows(text)
            for qa in cast(list[Json], paragraph["qas"]):
                answers = [str(a["text"]).strip() for a in cast(list[Json], qa["answers"])]
                starts = [cast(int, a["answer_start"]) for a in cast(list[Json], qa["answers"])]
                row = _in_window(text, cut, answers[0], starts[0])
                if row is not None:
                    passage, span = row
                    question = str(qa["question"]).strip()
                    yield Row("covid", f"covid-{number}", title, question, passage, (span,), True)


def _in_window(
    text: str, cut: list[str], answer: str, start: int
) -> tuple[str, tuple[int, int]] | None:
    position = 0
    for window in cut:
        begin = text.index(window, position)
        position = begin + len(window)
        found = window.find(answer, max(0, start - begin - 2))
        if begin <= start < position and found >= 0:
            return window, (found, found + len(answer))
    return None


def _qed(path: Path) -> Iterator[Row]:
    for row in _lines(path):
        answers = cast(list[Json], row["answers"])
        old = [(cast(int, a["answer_start"]), len(str(a["text"]))) for a in answers]
        text, spans = plain(str(row["context"]), [(start, start + size) for start, size in old])
        title = str(row["title"])
        if spans:
            yield Row("qed", title, title, str(row["question"]), text, spans, True)


def _natural_questions(path: Path) -> Iterator[Row]:
    for row in _lines(path):
        context = cast(list[Json], row["ctxs"])[0]
        passage, title = str(context["text"]), str(context["title"])
        spans = tuple(
            span
            for answer in cast(list[str], row["answers"])
            for span in find_answer(passage, answer)[:1]
        )
        if spans:
            yield Row("nq", title, title, str(row["question"]), passage, spans, True)


def _stories(path: Path) -> Iterator[Row]:
    for row in _lines(path):
        passage, story = str(row["context"]), str(row["story"])
        # answers are written as sentences of their own ("a fox ."), which the story's are not
        answers = [str(one).rstrip(" .") for one in cast(list[object], row["answers"])]
        spans = tuple(span for answer in answers for span in find_answer(passage, answer)[:1])
        spans = spans or tuple(s for answer in answers for s in nearest_span(passage, answer))
        title = story.replace("-", " ")
        yield Row("fairytale", story, title, str(row["question"]), passage, spans, True)


def _qamr(path: Path) -> Iterator[Row]:
    for row in _lines(path):
        answers = cast(list[Json], row["answers"])
        if not row["contiguous"]:
            continue
        old = [(cast(int, a["answer_start"]), len(str(a["text"]))) for a in answers]
        text, spans = plain(str(row["context"]), [(start, start + size) for start, size in old])
        yield Row("qamr", text, "", str(row["question"]), text, spans, True)


def _json(path: Path) -> Json:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return cast(Json, json.load(file))


def _lines(path: Path) -> Iterator[Json]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield cast(Json, json.loads(line))
