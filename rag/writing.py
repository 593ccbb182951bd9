"""A language model's reply to snapshots of an answer whose every sentence was checked.

The extractive answer stands first; the written one takes its place when its first sentence is
borne out, and grows sentence by sentence. What nothing bears out is set aside in ``struck``. If
most of it is, or the model fails or says nothing, the extractive answer stands and a note says why.
Prompts are in `rag.prompts`, the checks in `rag.citations`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from index.embedding import Embedder
from index.errors import ModelError
from rag.asides import bare_decision, claims_nothing
from rag.citations import CheckedSentence, Scorer, check, numbered, says_something
from rag.language_model import BoundedReply, Ending, LanguageModel, StopFlag
from rag.prompts import Prompt, answer_prompt
from rag.replies import Said, SentenceStream, is_refusal
from rag.types import (
    LEFT_OUT,
    Answer,
    AnswerKind,
    Opening,
    Passage,
    Refusal,
    RefusalReason,
    Struck,
    Verdict,
)

MOST_SENTENCES = 12  #: of a reply are checked; a reply to a question has fewer
STANDS_ALONE = 0.75  #: an extractive answer so likely right is kept though the model found nothing
_SHOWN_EVERY_S = 0.1  # a snapshot of the sentence being written, at most so often
_NEAREST = 3


@dataclass(slots=True)
class _Draft:
    """What has become of the reply so far."""

    question: str
    kept: list[CheckedSentence] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)  #: of those that are kept
    opening: Opening = Opening.NOTHING  #: of an item whose first sentence was not kept
    decision: str = ""  #: "Yes" or "No", said by itself
    struck: list[Struck] = field(default_factory=list)
    refused: bool = False
    checked: int = 0
    checking_s: float = 0.0


class Writer:
    """Has a language model write answers and lets through what the passages bear out."""

    def __init__(
        self, model: LanguageModel, scorer: Scorer, embedder: Embedder | None = None
    ) -> None:
        self._model = model
        self._scorer = scorer
        self._embedder = embedder

    def write(
        self, question: str, passages: Sequence[Passage], extractive: Answer, stop: StopFlag
    ) -> Iterator[Answer]:
        """Snapshots, the last with ``final`` set; never an error of the model's.

        ``extractive`` is the answer (or refusal) without a language model, for the same passages.
        Setting ``stop`` ends the generation and keeps what was verified.
        """
        started = time.perf_counter()
        yield replace(extractive, final=False)
        draft = _Draft(question)
        try:
            prompt = answer_prompt(question, passages, self._model)
        except ModelError as error:
            yield self._standing(extractive, draft, "", (str(error),), started)
            return
        reply = BoundedReply(self._model, prompt.messages, stop=stop)
        failure = ""
        try:
            yield from self._follow(reply, prompt, extractive, draft)
        except ModelError as error:
            failure = str(error)
        yield self._last(extractive, draft, reply, prompt, failure, started)

    def _follow(
        self, reply: BoundedReply, prompt: Prompt, extractive: Answer, draft: _Draft
    ) -> Iterator[Answer]:
        """Check each sentence as it is complete; a snapshot of every step."""
        stream = SentenceStream()
        shown = time.monotonic()
        for piece in reply:
            complete = stream.feed(piece)
            for said in complete:
                self._take(said, prompt.passages, draft)
            if complete or time.monotonic() - shown >= _SHOWN_EVERY_S:
                shown = time.monotonic()
                yield self._snapshot(extractive, draft, stream.pending)
            if draft.checked >= MOST_SENTENCES:
                return
        if reply.ending is Ending.FINISHED:  # else the last sentence is a fragment
            for said in stream.close():
                self._take(said, prompt.passages, draft)

    def _take(self, said: Said, passages: Sequence[Passage], draft: _Draft) -> None:
        draft.opening = said.opening or draft.opening
        if claims_nothing(said, draft.question):
            draft.decision = draft.decision or bare_decision(said.text)
            return
        if draft.checked >= MOST_SENTENCES or not says_something(said.text):
            draft.refused = draft.refused or is_refusal(said.text)
            return
        if any(said.text == one.text for one in draft.kept):
            return
        started = time.perf_counter()
        result = check(said.text, passages, self._scorer, said.hints, embedder=self._embedder)
        draft.checking_s += time.perf_counter() - started
        draft.checked += 1
        if result.verdict is Verdict.SUPPORTED:
            draft.kept.append(result)
            draft.openings.append(draft.opening)
            draft.opening = Opening.NOTHING
        elif is_refusal(said.text):
            draft.refused = True
        else:
            draft.struck.append(Struck(result.text, result.why, len(draft.kept)))

    # ---- snapshots -------------------------------------------------------------------------

    def _snapshot(self, extractive: Answer, draft: _Draft, pending: str) -> Answer:
        if not draft.kept:
            struck = tuple(draft.struck)
            return replace(extractive, pending=pending, struck=struck, final=False)
        written = self._written(extractive, draft)
        return replace(written, pending=pending, final=False)

    def _written(self, extractive: Answer, draft: _Draft) -> Answer:
        sentences = tuple(
            replace(sentence, opening=opening)
            for sentence, opening in zip(numbered(draft.kept), draft.openings, strict=True)
        )
        short = extractive.short
        said = (draft.decision, *(sentence.text for sentence in sentences))
        if short is not None and not any(short in one for one in said):
            short = None
        return replace(
            extractive,
            kind=AnswerKind.WRITTEN,
            sentences=sentences,
            short=short,
            refusal=None,
            confidence=None,
            model=self._model.name,
            struck=tuple(draft.struck),
        )

    def _last(
        self,
        extractive: Answer,
        draft: _Draft,
        reply: BoundedReply,
        prompt: Prompt,
        failure: str,
        started: float,
    ) -> Answer:
        """The final answer: written, refused, or the extractive one with the reason it stands."""
        cut = tuple(filter(None, (failure, _ending_note(reply.ending))))
        notes = tuple(filter(None, (prompt.note, *cut)))
        extractive = replace(extractive, details=(*extractive.details, *_details(prompt)))
        stopped = reply.ending is Ending.STOPPED
        if draft.kept and (stopped or len(draft.struck) <= len(draft.kept)):
            written = replace(self._written(extractive, draft), notes=(*notes, *_left_out(draft)))
            return self._finished(written, draft, reply.text, started)
        if draft.refused and not draft.kept and not draft.struck:
            refusal = self._refusal(extractive)
            refusal = replace(refusal, notes=(*refusal.notes, *notes))
            return self._finished(refusal, draft, reply.text, started)
        return self._standing(extractive, draft, reply.text, (*notes, *_why(draft, cut)), started)

    def _refusal(self, extractive: Answer) -> Answer:
        """The model found no answer: a refusal, unless the extractive one is very likely right."""
        if extractive.declined:
            return extractive
        if extractive.confidence is not None and extractive.confidence >= STANDS_ALONE:
            note = (
                "The language model found no answer in the passages; this one is quoted from them."
            )
            return replace(extractive, notes=(*extractive.notes, note))
        refusal = Refusal(RefusalReason.NOT_SAID, nearest=extractive.passages[:_NEAREST])
        return replace(
            extractive,
            kind=AnswerKind.REFUSED,
            sentences=(),
            short=None,
            refusal=refusal,
            confidence=None,
            conflicts=(),
            model=self._model.name,
        )

    def _standing(
        self, extractive: Answer, draft: _Draft, raw: str, notes: tuple[str, ...], started: float
    ) -> Answer:
        standing = replace(
            extractive, notes=(*extractive.notes, *notes), struck=tuple(draft.struck)
        )
        return self._finished(standing, draft, raw, started)

    def _finished(self, answer: Answer, draft: _Draft, raw: str, started: float) -> Answer:
        elapsed = time.perf_counter() - started
        timings = {
            **answer.timings,
            "writing": elapsed - draft.checking_s,
            "checking": draft.checking_s,
            "total": answer.timings.get("total", 0.0) + elapsed,
        }
        return replace(answer, raw=raw or None, pending="", timings=timings, final=True)


def _ending_note(ending: Ending) -> str:
    return "" if ending is Ending.FINISHED else f"The language model's answer {ending.value}."


def _left_out(draft: _Draft) -> tuple[str, ...]:
    if not draft.struck:
        return ()
    count, total = len(draft.struck), len(draft.struck) + len(draft.kept)
    return (f"{count} of {total} {LEFT_OUT}",)


def _details(prompt: Prompt) -> tuple[str, ...]:
    return (prompt.detail,) if prompt.detail else ()


def _why(draft: _Draft, cut: Sequence[str]) -> tuple[str, ...]:
    """Why the extractive answer stands; nothing when what ``cut`` the reply off says so."""
    if draft.struck:
        count, total = len(draft.struck), len(draft.struck) + len(draft.kept)
        return (
            f"The passages do not bear out {count} of {total} sentences of the language model, so "
            "its answer is not shown.",
        )
    if cut:
        return ()
    if draft.decision:
        return (f"The language model wrote only “{draft.decision}”, without a sentence to check.",)
    return ("The language model wrote no answer.",)
