"""Are follow-up questions spelled out, and questions that stand alone left as they are?

Counts the content words that a person's rewrite adds and ours adds too. Reads CANARD's JSON, the
retrieval task of MTRAG, or one of our own sets, of which it compares the search with and without.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.benchmarks.articles import first_hit, plain
from eval.benchmarks.figures import Figure, Result, share
from eval.datasets import BUILT_IN, Question, load_set
from eval.metrics import hit_rate
from index.analysis import QUESTION_WORDS, terms, words
from index.errors import UsageError
from rag.rewriting import standalone
from rag.types import Turn

HALVES = ("report", "tune")
_DEPTH = 5
_USER = "|user|:"  # how MTRAG marks a turn

Rewriter = Callable[[str, Sequence[Turn]], str]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question with what was said before, and how a person spelled it out."""

    question: str
    history: tuple[Turn, ...]
    rewrite: str


def measure(path: Path, *, half: str = "report", rewriter: Rewriter = standalone) -> Result:
    """The figures for whatever lies at the path: CANARD, MTRAG, or a question set of ours."""
    if path.is_file():
        return _scored(
            "Rewriting, CANARD", f"{path.name}, {half} half", load_canard(path, half), rewriter
        )
    if (path / "questions.jsonl").is_file() or (BUILT_IN / path.name).is_dir():
        return _searched(path, half, rewriter)
    return _scored("Rewriting, MTRAG", path.name, load_mtrag(path), rewriter)


def load_canard(path: Path, half: str) -> list[FollowUp]:
    """The follow-ups of half of the conversations: "tune" to choose with, "report" to report on.

    Format: Elgohary et al. 2019. The title and section that people rewrote with open as a turn.
    """
    rows = _json(path)
    found: list[FollowUp] = []
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict) or _half(str(row.get("QuAC_dialog_id"))) != half:
            continue
        said = row.get("History")
        lines = [str(line) for line in said] if isinstance(said, list) else []
        turns = tuple(map(Turn, lines[::2], lines[1::2]))
        found.append(FollowUp(str(row.get("Question")), turns, str(row.get("Rewrite"))))
    if not found:
        raise UsageError(f"{path} holds no CANARD conversations; name its dev.json.")
    return found


def load_mtrag(folder: Path) -> list[FollowUp]:
    """The last turns of MTRAG's retrieval task (Katsis et al. 2025), all domains; history is the
    person's earlier questions, as the files hold no answers."""
    found: list[FollowUp] = []
    for path in sorted(folder.rglob("*_rewrite.jsonl*")):
        rewrites = _texts(path)
        asked = _texts(path.with_name(path.name.replace("_rewrite", "_questions")))
        for key, rewrite in rewrites.items():
            *before, last = [part.strip() for part in asked.get(key, "").split(_USER)[1:]] or [""]
            if before:
                history = tuple(Turn(question, "") for question in before)
                found.append(FollowUp(last, history, rewrite.replace(_USER, "").strip()))
    if not found:
        raise UsageError(
            f"{folder} holds neither questions.jsonl nor *_rewrite.jsonl with *_questions.jsonl; "
            "name a question set or MTRAG's retrieval_tasks folder."
        )
    return found


def added_words(question: str, rewrite: str) -> frozenset[str]:
    """Content words, as search terms, that the rewrite has and the question has not."""
    return _content(rewrite) - _content(question)


def _scored(name: str, setting: str, follow_ups: Sequence[FollowUp], rewriter: Rewriter) -> Result:
    hits = wanted = added = 0
    whole: list[bool] = []
    changed: list[bool] = []
    for one in follow_ups:
        written = rewriter(one.question, one.history)
        gold, ours = added_words(one.question, one.rewrite), added_words(one.question, written)
        if not gold:
            changed.append(written != one.question)
            continue
        whole.append(gold <= ours)
        hits += len(gold & ours)
        wanted += len(gold)
        added += len(ours)
    return Result(
        name,
        f"{setting}, {len(whole)} follow-ups, {len(changed)} questions that stand alone",
        (
            Figure("recall of the words people add", hits / wanted if wanted else None, "%"),
            Figure("precision of the words added", hits / added if added else None, "%"),
            share("follow-ups with every word people add", whole),
            share("questions that stand alone, changed", changed),
        ),
    )


# ---- our own conversations -----------------------------------------------------------------


def _searched(path: Path, half: str, rewriter: Rewriter) -> Result:
    """recall@5 of a set's questions that follow others, as asked and as rewritten.

    To tune is the set's "dev" split, to report its "test".
    """
    folder = path if path.is_dir() else BUILT_IN / path.name
    asked = {question.id: question for question in load_set(folder).questions}
    split = "dev" if half == "tune" else "test"
    talks = [
        (asked[key], turns)
        for key, turns in _histories(folder)
        if asked[key].evidence and asked[key].split == split
    ]
    if not talks:
        raise UsageError(
            f"{path} holds no answerable {split} question with a history; name another set."
        )
    ways: dict[str, Callable[[Question, Sequence[Turn]], str]] = {
        "as asked": lambda question, _: question.question,
        "as rewritten": lambda question, turns: rewriter(question.question, turns),
    }
    with tempfile.TemporaryDirectory(prefix="footnote-benchmark-") as index:
        from rag.assistant import Assistant
        from rag.settings import Settings

        # The settings as shipped, not the person's own, so that figures compare.
        with Assistant.open(
            documents=folder / "documents", index=Path(index) / "index", settings=Settings()
        ) as assistant:
            ranks = {
                way: [
                    first_hit(
                        assistant.search(spell(question, turns), limit=_DEPTH),
                        [plain(evidence.quote) for evidence in question.evidence],
                    )
                    for question, turns in talks
                ]
                for way, spell in ways.items()
            }
    changed = [rewriter(question.question, turns) != question.question for question, turns in talks]
    return Result(
        "Search for follow-ups",
        f"{folder.name}, {split}, {len(talks)} answerable questions with a history",
        (
            *(Figure(f"recall@{_DEPTH}, {way}", hit_rate(ranks[way], _DEPTH), "%") for way in ways),
            share("questions rewritten", changed),
        ),
    )


def _histories(folder: Path) -> Iterator[tuple[str, tuple[Turn, ...]]]:
    for line in _lines(folder / "questions.jsonl"):
        row = json.loads(line)
        turns = row.get("history") or []
        if turns:
            yield row["id"], tuple(Turn(turn["question"], turn["answer"]) for turn in turns)


# ---- reading -------------------------------------------------------------------------------


def _half(conversation: str) -> str:
    """Half of the conversations, by a hash of their name, so that no order or seed decides."""
    return HALVES[1 - int(hashlib.sha256(conversation.encode()).hexdigest(), 16) % 2]


def _json(path: Path) -> object:
    try:
        return json.loads("\n".join(_lines(path)))
    except ValueError:
        raise UsageError(f"{path} is no JSON; name CANARD's dev.json or its .gz.") from None


def _texts(path: Path) -> dict[str, str]:
    """Texts by ``_id`` of a file of JSON lines; plain or .gz."""
    try:
        rows: list[Mapping[str, object]] = [json.loads(line) for line in _lines(path)]
        return {str(row["_id"]): str(row["text"]) for row in rows}
    except (ValueError, KeyError, TypeError):
        raise UsageError(
            f'{path} holds a line without "_id" and "text"; name MTRAG\'s retrieval_tasks folder.'
        ) from None


def _lines(path: Path) -> list[str]:
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            return [line for line in file.read().decode("utf-8").split("\n") if line.strip()]
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise UsageError(f"{path} could not be read ({error}): check the path.") from None


def _content(text: str) -> frozenset[str]:
    return frozenset(terms(" ".join(word for word in words(text) if word not in QUESTION_WORDS)))
