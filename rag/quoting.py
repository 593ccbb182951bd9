"""A stand-alone question to its extractive answer: fetched, read and quoted, or declined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

from index.analysis import question_terms, terms
from index.index import Snapshot
from index.types import Scope, SkippedFile, SkipReason
from rag.answering import compose, extractive_answer
from rag.asked_limits import by_limit, value_question
from rag.asked_rows import SUM_WORDS
from rag.asked_words import AskedWords
from rag.blanks import blank_row, rows_without
from rag.cells import cells_of, is_named
from rag.clauses import likelier, merged, ways_asked
from rag.codes import codes
from rag.comparing import compared
from rag.comparisons.questions import comparison
from rag.contenders import foremost_told, uncompared
from rag.counts import counted_rows
from rag.declining import missing_words, names_in, unnamed, why_declined
from rag.extremes import extreme_rows, superlative
from rag.finding import Found, read_beside, reranked
from rag.mails import without_idle_header
from rag.questions import spelled_out
from rag.quotable import COLUMN
from rag.reader import Reader
from rag.retrieval import Retriever
from rag.settings import Settings
from rag.sums import summed_rows, wants_sum
from rag.tables import TableAnswer, drops_a_name
from rag.timing import Clock
from rag.types import Answer, AnswerKind, Passage, Refusal

_SURE_OF_FIGURE = 0.4  # confidence from which a figure is set against a limit
_NEAREST = 3  # passages shown with a refusal
SINGLE_ROWS = (
    "This quotes single rows. The most, the least or the sum over the whole table was not worked "
    "out: the question or the column could not be read with certainty."
)


class Quoter:
    """Answers in the documents' own words."""

    def __init__(self, retriever: Retriever, reader: Reader) -> None:
        self._retriever, self._reader = retriever, reader

    def fetch(
        self, snapshot: Snapshot, question: str, limit: int, scope: Scope | None = None
    ) -> list[Passage]:
        """The best passages for a question, best first."""
        ways = ways_asked(question)
        return merged(
            [self._retriever.retrieve(snapshot, way, limit, scope) for way in ways], limit
        )

    def answer(
        self,
        snapshot: Snapshot,
        asked: str,
        passages: Sequence[Passage],
        settings: Settings,
        clock: Clock,
        *,
        scope: Scope | None = None,
        anyway: bool = False,
    ) -> Answer:
        """The answer to the stand-alone question ``asked`` from the passages fetched for it.

        ``anyway`` gives the best that was found even where it would be declined.
        """
        answer = self._compared(snapshot, asked, passages, scope, clock)
        answer = answer or self._of_table(snapshot, asked, passages, clock)
        answer = answer or self._foremost(snapshot, asked, passages, scope, clock)
        answer = answer or self._of_limit(snapshot, asked, len(passages), scope, settings, clock)
        if answer is None:
            answer = self._quoted(snapshot, asked, passages, settings, clock, anyway)
            empty = self._left_empty(snapshot, asked, answer)
            return empty or uncompared(asked, single_rows(asked, answer))
        return answer

    def _quoted(
        self,
        snapshot: Snapshot,
        asked: str,
        passages: Sequence[Passage],
        settings: Settings,
        clock: Clock,
        anyway: bool,
    ) -> Answer:
        ways = ways_asked(asked)
        passages = [without_idle_header(asked, passage) for passage in passages]
        readings = likelier([self._reader.read(way, passages) for way in ways])
        passages, readings = reranked(passages, readings)
        if len(ways) == 1:
            readings = read_beside(asked, passages, readings, self._reader)
        clock.lap("reading")
        words = AskedWords.of(asked, snapshot)
        answer = extractive_answer(
            asked,
            passages,
            readings,
            settings.max_sentences,
            calibrated=self._reader.calibrated,
            asked=words,
            decide=partial(self._says_yes, spelled_out(asked)) if self._decides(asked) else None,
            documents=snapshot.document,
        )
        unknown = unnamed(answer, snapshot.unknown_terms(sorted(set(question_terms(asked)))))
        likely = max((reading.answerability for reading in readings), default=0.0)
        reason = why_declined(
            answer,
            unknown,
            asked=words,
            indexed=len(snapshot),
            threshold=settings.threshold,
            likely=None if self._reader.calibrated else likely,
        )
        if reason is not None and not (anyway and answer.sentences):
            refusal = Refusal(
                reason=reason,
                nearest=tuple(passages[:_NEAREST]),
                missing_words=missing_words(asked, unknown),
                unreadable=unreadable(snapshot),
            )
            answer = replace(
                answer,
                kind=AnswerKind.REFUSED,
                sentences=(),
                short=None,
                conflicts=(),
                refusal=refusal,
            )
        clock.lap("answering")
        return replace(answer, model=self._reader.name, timings=clock.laps)

    def _decides(self, asked: str) -> bool:
        """May yes or no be told from one sentence? A comparison takes two, and found them not."""
        return self._reader.calibrated and comparison(asked) is None

    def _compared(
        self,
        snapshot: Snapshot,
        asked: str,
        passages: Sequence[Passage],
        scope: Scope | None,
        clock: Clock,
    ) -> Answer | None:
        """The answer to a question that compares two things; None for any other, and in doubt."""
        found = compared(
            asked,
            snapshot,
            lambda part, limit: self.fetch(snapshot, part, limit, scope),
            self._reader,
        )
        if found is None:
            return None
        return self._before(passages, found, clock)

    def _foremost(
        self,
        snapshot: Snapshot,
        asked: str,
        passages: Sequence[Passage],
        scope: Scope | None,
        clock: Clock,
    ) -> Answer | None:
        """The answer to a question for the one of a kind with the most or least of something."""
        if drops_a_name(asked):
            return None
        found = foremost_told(
            asked,
            passages,
            lambda part, limit: self.fetch(snapshot, part, limit, scope),
            self._reader,
        )
        if found is None or self._unknown_names(snapshot, asked):
            return None
        return self._before(passages, found, clock)

    def _of_limit(
        self,
        snapshot: Snapshot,
        asked: str,
        limit: int,
        scope: Scope | None,
        settings: Settings,
        clock: Clock,
    ) -> Answer | None:
        """Yes or no to whether a figure is above or below another, by the sentence that answers
        what the figure is; None for any other question, and where that sentence does not tell."""
        value = value_question(asked) if self._reader.calibrated else None
        if value is None:
            return None
        passages = self.fetch(snapshot, value.question, limit, scope)
        answer = self._quoted(snapshot, value.question, passages, settings, clock, anyway=False)
        told = None
        if answer.sentences and (answer.confidence or 0.0) >= _SURE_OF_FIGURE:
            told = by_limit(asked, answer.sentences[0].text, answer.short)
        if told is None or answer.conflicts or self._unknown(snapshot, value.about):
            return None
        return replace(
            answer,
            question=asked,
            standalone_question=asked,
            sentences=answer.sentences[:1],
            short="Yes" if told else "No",
        )

    def _before(self, passages: Sequence[Passage], found: Answer, clock: Clock) -> Answer:
        """A comparison's answer with its passages before those that were fetched."""
        clock.lap("comparing")
        held = {passage.chunk.id for passage in found.passages}
        rest = [passage for passage in passages if passage.chunk.id not in held]
        return replace(
            found,
            passages=(*found.passages, *rest),
            model=self._reader.name,
            timings=clock.laps,
        )

    def _of_table(
        self, snapshot: Snapshot, asked: str, passages: Sequence[Passage], clock: Clock
    ) -> Answer | None:
        """The answer to a question for the most, the least or the sum of a table's column, or for
        the rows that leave it empty; None for any other."""
        if not self._reader.calibrated or drops_a_name(asked):
            return None
        documents, words = cache(snapshot.document), AskedWords.of(asked, snapshot)
        found = extreme_rows(asked, passages, words, documents)
        found = found or summed_rows(asked, passages, words, documents)
        found = found or rows_without(asked, passages, documents)
        found = found or counted_rows(asked, passages, documents)
        if found is None or self._unknown_names(snapshot, asked):
            return None
        clock.lap("comparing")
        return self._told(asked, found, passages, clock.laps)

    def _left_empty(self, snapshot: Snapshot, asked: str, answer: Answer) -> Answer | None:
        """That a row leaves empty what is asked for, where only rows of its table answer."""
        if not self._reader.calibrated or drops_a_name(asked):
            return None
        found = blank_row(asked, answer.passages, snapshot.document)
        if found is None or self._unknown_names(snapshot, asked):
            return None
        own = found.rows[0].passage.chunk.document_id
        if answer.sentences and any(
            COLUMN not in cited.quote or cited.document_id != own
            for cited in answer.sentences[0].citations
        ):
            return None
        return self._told(asked, found, answer.passages, answer.timings)

    def _told(
        self,
        asked: str,
        found: TableAnswer,
        passages: Sequence[Passage],
        timings: Mapping[str, float],
    ) -> Answer:
        return Answer(
            question=asked,
            standalone_question=asked,
            kind=AnswerKind.EXTRACTIVE,
            sentences=compose([[row] for row in found.rows]),
            short=found.short,
            confidence=found.rows[0].probability,
            passages=(*(row.passage for row in found.rows), *passages),
            model=self._reader.name,
            timings=timings,
        )

    def _unknown_names(self, snapshot: Snapshot, asked: str) -> bool:
        """Does a question name what no document does?"""
        return bool(names_in(asked, missing_words(asked, self._unknown(snapshot, asked))))

    def _unknown(self, snapshot: Snapshot, asked: str) -> list[str]:
        """The terms of a question that no document holds."""
        return snapshot.unknown_terms(sorted(set(question_terms(asked))))

    def _says_yes(self, question: str, found: Found) -> tuple[float, float]:
        """The probability that a sentence says yes, by its passage and by itself."""
        chunk = replace(found.passage.chunk, text=found.quote, start=found.start, end=found.end)
        alone = replace(found.passage, chunk=chunk)
        by_passage, by_sentence = self._reader.support(question, [found.passage, alone])
        return by_passage, by_sentence


def single_rows(asked: str, answer: Answer) -> Answer:
    """The answer, without a bare one and with a note where a row stands for what takes all of them:
    the most, the least or the sum of a table's column."""
    of_all = superlative(asked) is not None or wants_sum(asked)
    if answer.short is None or not of_all or COLUMN not in answer.sentences[0].text:
        return answer
    if _says_total(asked, answer.sentences[0].text):
        return answer
    return replace(answer, short=None, notes=(*answer.notes, SINGLE_ROWS))


def _says_total(asked: str, row: str) -> bool:
    """Does a column of the row asked about say its total?"""
    asks, cells = set(question_terms(asked)), cells_of(row)
    held = {term for label, _ in cells for term in terms(label)}
    named = any(is_named(value, asks, codes(asked), label) for label, value in cells)
    return named and bool(SUM_WORDS & asks & held)


def refused(question: str, asked: str, refusal: Refusal) -> Answer:
    """No answer, and why; ``asked`` is the question made to stand alone."""
    return Answer(
        question=question,
        standalone_question=asked,
        kind=AnswerKind.REFUSED,
        refusal=refusal,
        timings={"total": 0.0},
    )


def unreadable(snapshot: Snapshot) -> tuple[SkippedFile, ...]:
    """Skipped files that may well hold text; kinds we never read are left out."""
    hopeless = (SkipReason.UNSUPPORTED, SkipReason.EMPTY)
    return tuple(file for file in snapshot.skipped() if file.reason not in hopeless)
