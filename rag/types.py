"""The nouns of asking: from a search hit to a verified, cited answer.

Values only. ``Answer.to_dict`` is the one JSON that the command line, the web API and eval share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from index.types import Chunk, DocumentInfo, SkippedFile

SCHEMA_VERSION = 1


class Verdict(StrEnum):
    """Does the quote support the sentence that cites it?"""

    SUPPORTED = "supported"
    PARTLY = "partly"
    UNSUPPORTED = "unsupported"


class AnswerKind(StrEnum):
    """How an answer came to be."""

    EXTRACTIVE = "extractive"
    WRITTEN = "written"
    REFUSED = "refused"


class RefusalReason(StrEnum):
    """Why no answer is given; the value is the sentence shown."""

    NO_DOCUMENTS = "There are no documents to answer from yet."
    NO_QUESTION = "There is no question to answer."
    SMALL_TALK = "Ask me anything about your documents."
    NOTHING_FOUND = "Nothing in your documents is about this."
    NOT_SAID = "Your documents do not say."
    NO_TOTAL = "Your documents list items on this but state no total."


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier question of a conversation and the answer text it got."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Parts:
    """Where a passage's place comes from. Ranks count from 1; None means not among the candidates.

    Scores are higher-is-better and compare within one search only.
    """

    dense_rank: int | None = None
    dense_score: float | None = None  #: cosine similarity, -1 to 1
    lexical_rank: int | None = None
    lexical_score: float | None = None  #: BM25
    fused_rank: int | None = None
    fused_score: float | None = None
    reader_score: float | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk found for a question, with the document it comes from."""

    chunk: Chunk
    document: DocumentInfo
    score: float
    parts: Parts
    duplicates: tuple[str, ...] = ()  #: sources of near-identical passages folded into this one


@dataclass(frozen=True, slots=True)
class Citation:
    """A footnote: ``document.text[start:end] == quote``, always."""

    number: int  #: counted from 1 within the answer
    document_id: str
    source: str
    title: str
    pages: tuple[int, ...]
    start: int
    end: int
    quote: str
    verdict: Verdict
    score: float  #: probability-like, 0–1, that the quote supports the sentence
    modified: str | None = None  #: date of the document, ISO 8601, where it has one


class Opening(StrEnum):
    """What a sentence opens on the page, besides itself."""

    NOTHING = ""
    ITEM = "item"  #: an item of a list
    LINE = "line"  #: what follows a list
    BESIDE = "beside"  #: a line of its own within an item


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the footnotes it rests on."""

    text: str
    citations: tuple[Citation, ...]
    opening: Opening = Opening.NOTHING


@dataclass(frozen=True, slots=True)
class Struck:
    """A sentence a language model wrote that nothing in the documents bears out: never a fact."""

    text: str
    why: str  #: a clause: what does not fit
    place: int  #: how many sentences of the answer stand before it


#: How the note on sentences that were struck ends; the page tells them one by one instead.
LEFT_OUT = (
    "sentences of the language model were left out, because the passages do not bear them out."
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A plain "your documents do not say", with what the person can do next."""

    reason: RefusalReason
    nearest: tuple[Passage, ...] = ()
    missing_words: tuple[str, ...] = ()  #: words of the question found in no document
    unreadable: tuple[SkippedFile, ...] = ()  #: files that might have held it


@dataclass(frozen=True, slots=True)
class Answer:
    """What the assistant says to a question, and everything needed to check it."""

    question: str
    standalone_question: str
    kind: AnswerKind
    sentences: tuple[Sentence, ...] = ()
    short: str | None = None  #: the bare answer when there is one, e.g. "29,000"
    refusal: Refusal | None = None
    confidence: float | None = None  #: probability 0–1 that it is right; None when not calibrated
    conflicts: tuple[Passage, ...] = ()  #: passages that disagree
    passages: tuple[Passage, ...] = ()
    model: str = ""
    timings: Mapping[str, float] = field(default_factory=dict)  #: seconds by stage
    raw: str | None = None  #: a language model's own words before checking
    final: bool = True  #: False for the snapshots that stream before the last
    pending: str = ""  #: the sentence a language model is writing, not checked yet
    struck: tuple[Struck, ...] = ()  #: its sentences that were dropped
    notes: tuple[str, ...] = ()  #: what a person should know of how the answer came to be
    details: tuple[str, ...] = ()  #: more of that, for whoever looks for it

    @property
    def declined(self) -> bool:
        """True when this is a refusal."""
        return self.kind is AnswerKind.REFUSED

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All footnotes, each once, by number."""
        numbered = {c.number: c for sentence in self.sentences for c in sentence.citations}
        return tuple(numbered[number] for number in sorted(numbered))

    @property
    def text(self) -> str:
        """The sentences with their markers, or the refusal's sentence.

        A literal ``[3]`` inside a document's words is shown as ``［3］`` so that it is no marker.
        An item of a list has a line of its own, which begins with a dash.
        """
        if self.refusal is not None:
            return self.refusal.reason.value
        return laid_out(self.sentences, escape_markers)

    def to_dict(self) -> dict[str, object]:
        """The one JSON form: plain types only, ``schema_version`` first."""
        data = asdict(self)
        data["timings"] = dict(self.timings)
        return {
            "schema_version": SCHEMA_VERSION,
            "text": self.text,
            "declined": self.declined,
            **data,
            "citations": [asdict(citation) for citation in self.citations],
        }


def laid_out(sentences: Sequence[Sentence], said: Callable[[str], str]) -> str:
    """Sentences with their markers in lines as Markdown takes them; ``said`` makes words safe."""
    out = ""
    for sentence in sentences:
        markers = "".join(f" [{citation.number}]" for citation in sentence.citations)
        out += parting(sentence.opening, begun=bool(out)) + said(sentence.text) + markers
    return out


def parting(opening: Opening, *, begun: bool) -> str:
    """What stands before a sentence; ``begun`` if another one does as well."""
    if opening is Opening.ITEM:
        return "\n- " if begun else "- "
    if not begun:
        return ""
    if opening is Opening.BESIDE:
        return "  \n  "  # a hard break, and still the item
    return "\n\n" if opening is Opening.LINE else " "


def escape_markers(text: str) -> str:
    """Replace the square brackets of things that look like footnote markers by full-width ones."""
    out: list[str] = []
    rest = text
    while "[" in rest:
        before, _, after = rest.partition("[")
        digits, closing, tail = after.partition("]")
        out.append(before)
        if closing and digits.isdigit():
            out.append(f"［{digits}］")
            rest = tail
        else:
            out.append("[")
            rest = after
    out.append(rest)
    return "".join(out)
