"""Questions proposed from a person's own documents, for them to keep or drop.

Sentences with a date, number or name become questions with that part asked for; rows of tables ask
for a cell. Some of the questions are asked with the document that answers them held out, and some
are about other documents altogether: they have no answer. Rules over words, for English; with a
language model see `eval.model_proposals`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from eval.datasets import Evidence, Question, QuestionType, load_set
from eval.library import find_quote
from index.analysis import QUESTION_WORDS, question_terms, terms
from index.sentences import sentence_spans
from index.types import BlockKind, Document

HELD_OUT, OFF_TOPIC = "held-out", "off-topic"
_HELD_OUT_SHARE, _OFF_TOPIC_SHARE = 0.25, 0.15  # of the questions proposed
_WORDS = (6, 36)  # of a sentence that can stand for itself
_SAME = 0.6  # of a question's terms in a sentence of another document: it may answer as well
_PER_DOCUMENT = 12  # candidates looked at, of each document and kind

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_LEANS = re.compile(
    r"(?:It|Its|This|That|These|Those|They|Their|He|His|She|Her|We|Our|I|My|You|Your|Such|Here|"
    r"There|Then|Both|Neither|Either|But|And|Or|So|However|Also|If|When|Where|While|Until|Since|"
    r"After|Before|Because|Although|As|Another|Others?|Until|Each|Again)\b"
)
# In small letters only: "US" and "IT" are names.
_PRONOUN = re.compile(r"\b(?:it|they|them|he|him|she|this|these|such)\b")
_OF_A_PERSON = re.compile(r"\b(?:his|hers?|himself|herself)\b")
_OF_A_THING = re.compile(r"\b(?:its|theirs?|itself|themselves)\b")
_NAME = r"[A-Z][\w’'-]+(?: (?:of |the |and |& )?[A-Z][\w’'-]+)+"
#: A plural, or a word that counts without one.
_COUNTED = r"(?!(?:has|was|is|does|calls|its|this|as)\b)(?:[a-z][a-z-]+s|people|men|women|children)"
_NUMBER = r"\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d+)?|[2-9]\d{3}"  # a bare 1901 is a year


@dataclass(frozen=True, slots=True)
class _Gap:
    """What to look for in a sentence, what to ask in its place, and what kind of answer it is."""

    pattern: re.Pattern[str]
    asked: str  #: takes the place of the whole match; \g<noun> puts a group back
    type: QuestionType


_GAPS = (
    _Gap(
        re.compile(rf"\bon (?P<answer>\d{{1,2}} (?:{_MONTH})(?: \d{{4}})?)\b"),
        "on which date",
        QuestionType.DATE,
    ),
    _Gap(
        re.compile(rf"\bon (?P<answer>(?:{_MONTH}) \d{{1,2}}(?:, \d{{4}})?)\b"),
        "on which date",
        QuestionType.DATE,
    ),
    _Gap(
        re.compile(r"\bin (?P<answer>(?:1[0-9]|20)\d\d)\b(?! ?[-–%])"),
        "in which year",
        QuestionType.DATE,
    ),
    _Gap(re.compile(r"(?P<answer>[€£$] ?\d[\d,.]*\d|[€£$] ?\d)"), "how much", QuestionType.NUMBER),
    _Gap(
        re.compile(r"\b(?P<answer>\d+(?:\.\d+)? ?(?:%|per ?cent\b))"),
        "what percentage",
        QuestionType.NUMBER,
    ),
    _Gap(
        re.compile(rf"(?<![-\w.,:/])(?P<answer>{_NUMBER}) (?P<noun>{_COUNTED})\b"),
        r"how many \g<noun>",
        QuestionType.NUMBER,
    ),
    _Gap(
        re.compile(rf"^(?:The )?(?P<answer>{_NAME})(?= (?:\w+ed|\w+s|had|can|may|will|began) )"),
        "Who or what",
        QuestionType.FACT,
    ),
    _Gap(re.compile(rf"\bby (?P<answer>{_NAME})(?![\w’'-])"), "by whom", QuestionType.FACT),
    _Gap(
        re.compile(rf"\b(?:called|named) (?P<answer>{_NAME})(?![\w’'-])"),
        "called what",
        QuestionType.FACT,
    ),
)
#: "X was built in 1901." asks better as "In which year was X built?"
_FRONTED = re.compile(
    r"^(?P<subject>(?!In |On |At |By )[^,;:]{3,80}?) (?P<verb>was|were|is|are) "
    r"(?P<rest>\w+[^,;:]*?) (?P<asked>in which year|on which date)(?P<tail>[^,;:]*)\?$"
)


def propose(
    documents: Sequence[tuple[str, Document]], count: int, *, off_topic: bool = True
) -> list[Question]:
    """At most ``count`` questions on (source, document) pairs, the same ones each time.

    The questions with an answer come first, spread over the documents and kinds of answer.
    """
    found = {source: _of_document(source, document) for source, document in documents}
    held = round(count * _HELD_OUT_SHARE) if len(documents) > 1 else 0
    foreign = round(count * _OFF_TOPIC_SHARE) if off_topic else 0
    every = _interleaved(list(found.values()))
    answerable = every[: count - held - foreign]
    spare = every[len(answerable) :] or answerable
    return [
        *answerable,
        *held_out(spare, documents, held),
        *off_topic_questions(documents, foreign),
    ]


def held_out(
    candidates: Sequence[Question], documents: Sequence[tuple[str, Document]], count: int
) -> list[Question]:
    """Questions asked without the document that answers them, where no other one does."""
    out: list[Question] = []
    for one in candidates:
        if len(out) == count:
            break
        source = one.evidence[0].source
        others = [document for name, document in documents if name != source]
        if not any(_answers(document, one) for document in others):
            out.append(
                replace(
                    one,
                    id=f"{one.id}-held-out",
                    type=QuestionType.UNANSWERABLE,
                    answers=(),
                    evidence=(),
                    traits=(HELD_OUT,),
                    without=(source,),
                )
            )
    return out


def _answers(document: Document, question: Question) -> bool:
    """May a sentence answer, be it otherwise? It does when it holds most words of the question."""
    wanted = set(question_terms(question.question))
    return any(
        len(wanted & set(terms(document.text[start:end]))) >= _SAME * len(wanted)
        for start, end in sentence_spans(document.text)
    )


def off_topic_questions(documents: Sequence[tuple[str, Document]], count: int) -> list[Question]:
    """Questions about the sample documents, for documents that are others."""
    pool = [q for q in load_set("samples").questions if q.split == "dev" and q.evidence]
    pool = [q for q in pool if not q.history and not _held(q.evidence[0], documents)]
    chosen = [pool[at * len(pool) // count] for at in range(min(count, len(pool)))] if pool else []
    return [
        Question(
            id=f"other-{one.id}",
            question=one.question,
            type=QuestionType.UNANSWERABLE,
            answers=(),
            evidence=(),
            split="dev",
            traits=(OFF_TOPIC,),
        )
        for one in chosen
    ]


def _held(evidence: Evidence, documents: Sequence[tuple[str, Document]]) -> bool:
    return any(find_quote(document.text, evidence.quote) for _, document in documents)


# --- questions from one document ----------------------------------------------------------------


def _of_document(source: str, document: Document) -> list[Question]:
    """Candidates of a document, kinds of answer taking turns."""
    by_kind: dict[QuestionType, list[Question]] = {}
    asked: set[str] = set()
    for question in (*_of_sentences(source, document), *_of_rows(source, document)):
        if question.question.casefold() not in asked:
            asked.add(question.question.casefold())
            by_kind.setdefault(question.type, []).append(question)
    return _interleaved([_spread(some, _PER_DOCUMENT) for some in by_kind.values()])


def _spread(items: list[Question], count: int) -> list[Question]:
    if len(items) <= count:
        return items
    return [items[at * len(items) // count] for at in range(count)]


def _interleaved(groups: Sequence[Sequence[Question]]) -> list[Question]:
    longest = max(map(len, groups), default=0)
    return [group[at] for at in range(longest) for group in groups if at < len(group)]


def _of_sentences(source: str, document: Document) -> Iterator[Question]:
    for block in document.blocks:
        if block.kind not in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM):
            continue
        for start, end in sentence_spans(document.text, block.start, block.end):
            quote = document.text[start:end]
            # What follows a semicolon is said besides; the quote stays a piece of the document.
            sentence = " ".join(quote.split()).split("; ")[0].rstrip(". ") + "."
            if not stands_alone(sentence):
                continue
            for gap in _GAPS:
                match = gap.pattern.search(sentence)
                made = asked_for(sentence, match, gap.asked) if match else None
                if match and made:
                    yield _question(
                        made, gap.type, match["answer"], source, " ".join(quote.split())
                    )
                    break  # one question a sentence


def stands_alone(sentence: str) -> bool:
    """Can the sentence be understood without those before it, as far as its words tell?"""
    count = len(sentence.split())
    return (
        _WORDS[0] <= count <= _WORDS[1]
        and sentence.endswith(".")
        and sentence[0].isupper()
        and not _LEANS.match(sentence)
        and not re.match(r"\w+ed\b", sentence)
        and not re.search(r"[“”\"|]", sentence)
        and not leans_on_another(sentence)
    )


def leans_on_another(sentence: str) -> bool:
    """Does a pronoun stand for something that the sentence, or question, does not name before it?

    "It" and "them" are taken to, wherever they stand; "his" not after a name, "its" not after a
    noun.
    """
    if _PRONOUN.search(sentence):
        return True
    person, thing = _OF_A_PERSON.search(sentence), _OF_A_THING.search(sentence)
    return (
        person is not None and not any(map(str.istitle, _naming(sentence[: person.start()])))
    ) or (thing is not None and not _naming(sentence[: thing.start()]))


def _naming(text: str) -> list[str]:
    """The words of a text that name something: no numbers, and none that every question has."""
    found = re.findall(r"[^\W\d_]+", text)
    return [word for word in found if word.casefold() not in QUESTION_WORDS]


def asked_for(sentence: str, match: re.Match[str], asked: str) -> str | None:
    """The sentence as a question for the matched part; None when the part is all it says."""
    in_place = match.expand(asked)
    question = f"{sentence[: match.start()]}{in_place}{sentence[match.end() :].rstrip('. ')}?"
    # Parts in brackets and after a semicolon only make a question long.
    question = re.sub(r" \([^)]*\)", "", question)
    fronted = _FRONTED.match(question)
    if fronted:
        subject = fronted["subject"]
        if re.match(r"(?:The|A|An|All|Every|Most|Some|No)\b", subject):
            subject = subject[0].lower() + subject[1:]
        asked_first = fronted["asked"].capitalize()
        question = f"{asked_first} {fronted['verb']} {subject} {fronted['rest']}{fronted['tail']}?"
    left = set(question_terms(question)) - set(question_terms(in_place))
    return question if len(left) >= 3 and match["answer"] not in question else None


_CELL = re.compile(r"\s*([^|:]{1,60}):\s+([^|]{1,80}?)\s*(?:\||$)")


def _of_rows(source: str, document: Document) -> Iterator[Question]:
    """A cell asked for by the row's first cell."""
    rows = [block for block in document.blocks if block.kind is BlockKind.TABLE_ROW]
    texts = [" ".join(document.text[row.start : row.end].split()) for row in rows]
    cells = [_CELL.findall(text) for text in texts]
    firsts = [row[0][1] for row in cells if row]
    for number, (text, row) in enumerate(zip(texts, cells, strict=True)):
        if len(row) < 2 or firsts.count(row[0][1]) > 1 or len(row[0][1]) < 3:
            continue
        column, value = row[1 + number % (len(row) - 1)]
        if value in text.replace(f"{column}: {value}", "", 1) or not any(map(str.isalnum, value)):
            continue
        question = f"What is given as “{column}” for {row[0][1]}?"
        yield _question(question, QuestionType.TABLE, value, source, text)


def _question(words: str, kind: QuestionType, answer: str, source: str, quote: str) -> Question:
    digest = hashlib.sha256(f"{source}\n{words}".encode("utf-8", "replace")).hexdigest()[:10]
    return Question(
        id=f"own-{digest}",
        question=words,
        type=kind,
        answers=(answer,),
        evidence=(Evidence(source, quote),),
        split="dev",
    )
