"""Rows, claims and passages side by side to token ids, as the reader lays them out when asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tokenizers import Tokenizer

from index.analysis import question_terms, terms
from index.sentences import sentence_spans
from rag.reader_model import CONTEXT_MARK, QUESTION_TOKENS
from rag.reader_network import marks
from rag.side_by_side import Part, laid_side_by_side
from rag.training.negatives import Text
from rag.training.sources import Claim, Row

MAX_TOKENS = 288  # longer examples are dropped: few of them, much of the time
CLAIM_MAX_TOKENS = 416  # WiCE's evidence is long and there is little of it


class Task(StrEnum):
    """Which heads an example trains."""

    READ = "read"
    SUPPORT = "support"


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids of one pair; ``first`` is where the text that may be quoted begins.

    ``spans`` are (first token, last token); empty means no span is taught.
    """

    task: Task
    source: str
    ids: tuple[int, ...]
    second: int  #: first token of the second segment
    first: int
    spans: tuple[tuple[int, int], ...]
    label: float


@dataclass(frozen=True, slots=True)
class Compared:
    """A row whose passage is read beside others that do not answer it."""

    row: Row
    others: tuple[Text, ...]
    place: int  #: of the row's own passage among them


class Encoder:
    """Pairs to token ids, as the reader does it when a question is asked."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._cls, self._sep = marks(tokenizer)

    def rows(self, rows: Sequence[Row]) -> list[Example]:
        """Rows as examples; over-long ones and those whose answer is cut are left out."""
        pairs = [(row.question, _context(row.title), row.passage) for row in rows]
        made = []
        for row, (ids, second, first, offsets) in zip(rows, self._encode(pairs), strict=True):
            if len(ids) > MAX_TOKENS:
                continue
            spans = tuple(
                found
                for span in row.spans
                if (found := _token_span(offsets, span, first)) is not None
            )
            if row.spans and not spans:
                continue
            label = float(row.answerable)
            made.append(Example(Task.READ, row.source, ids, second, first, spans, label))
        return made

    def compared(self, sets: Sequence[Compared]) -> list[Example]:
        """Passages side by side as examples; those whose answer is cut off are left out."""
        return [made for one in sets if (made := self._one_compared(one)) is not None]

    def _one_compared(self, one: Compared) -> Example | None:
        row = one.row
        texts = [Text(text.passage, text.title, "") for text in one.others]
        texts.insert(one.place, Text(row.passage, row.title, row.group))
        wanted = frozenset(question_terms(row.question))
        encoded = self._tokenizer.encode_batch(
            [row.question, *(_context(text.title) for text in texts), *(t.passage for t in texts)],
            add_special_tokens=False,
        )
        contexts, passages = encoded[1 : 1 + len(texts)], encoded[1 + len(texts) :]
        parts = []
        for number, (text, context, passage) in enumerate(
            zip(texts, contexts, passages, strict=True)
        ):
            spans = row.spans if number == one.place else ()
            start, end = _looked_at(text.passage, wanted, spans)
            focus = _token_span(passage.offsets, (start, end), 0) or (0, 0)
            parts.append(Part(context.ids, passage.ids, (focus[0], focus[1] + 1)))
        head = [self._cls, *encoded[0].ids[:QUESTION_TOKENS], self._sep]
        ids, placed = laid_side_by_side(head, parts, self._sep)
        own = placed[one.place]
        tokens = [_token_span(passages[one.place].offsets, span, 0) for span in row.spans]
        moved = own.at - own.begin
        spans = tuple(
            (found[0] + moved, found[1] + moved)
            for found in tokens
            if found is not None and own.begin <= found[0] and found[1] < own.end
        )
        if row.spans and not spans:
            return None
        label = float(row.answerable)
        return Example(Task.READ, row.source, ids, len(head), placed[0].at, spans, label)

    def claims(self, claims: Sequence[Claim]) -> list[Example]:
        """Claims as examples; over-long ones are left out."""
        pairs = [(claim.claim, _context(claim.title), claim.passage) for claim in claims]
        made = []
        for claim, (ids, second, first, _) in zip(claims, self._encode(pairs), strict=True):
            limit = CLAIM_MAX_TOKENS if claim.source == "wice" else MAX_TOKENS
            kept = ids[:limit] if claim.source == "wice" else ids
            if len(kept) <= limit:
                made.append(
                    Example(Task.SUPPORT, claim.source, kept, second, first, (), claim.label)
                )
        return made

    def _encode(
        self, pairs: Sequence[tuple[str, str, str]]
    ) -> Iterator[tuple[tuple[int, ...], int, int, list[tuple[int, int]]]]:
        plain = self._tokenizer.encode_batch([q for q, _, _ in pairs], add_special_tokens=False)
        contexts = self._tokenizer.encode_batch([c for _, c, _ in pairs], add_special_tokens=False)
        texts = self._tokenizer.encode_batch([p for _, _, p in pairs], add_special_tokens=False)
        for question, context, text in zip(plain, contexts, texts, strict=True):
            head = [self._cls, *question.ids[:QUESTION_TOKENS], self._sep]
            ids = (*head, *context.ids, *text.ids, self._sep)
            yield ids, len(head), len(head) + len(context.ids), text.offsets


def _context(title: str) -> str:
    return f"{title}{CONTEXT_MARK}" if title else ""


def _looked_at(
    passage: str, wanted: frozenset[str], spans: Sequence[tuple[int, int]]
) -> tuple[int, int]:
    """The sentence that is in the middle of what is shown of a passage: that of an answer, or the
    one that shares most of the words asked."""
    sentences = sentence_spans(passage) or [(0, len(passage))]
    if spans:
        start = spans[0][0]
        return next((one for one in sentences if one[0] <= start < one[1]), spans[0])
    return max(sentences, key=lambda one: len(wanted & set(terms(passage[one[0] : one[1]]))))


def _token_span(
    offsets: Sequence[tuple[int, int]], span: tuple[int, int], first: int
) -> tuple[int, int] | None:
    inside = [n for n, (start, end) in enumerate(offsets) if start < span[1] and end > span[0]]
    return (first + inside[0], first + inside[-1]) if inside else None
