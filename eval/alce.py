"""Do the citations of an answer bear its sentences out? ALCE's two figures, with our own check.

ALCE (Gao et al. 2023) asks an entailment model; here `rag.citations.check` takes its place, with
the cited quotes as the only passages it may look at. Each quote is taken as it stands in the
document.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eval.outcomes import Support
from index.embedding import Embedder
from index.types import Chunk, DocumentInfo
from rag.citations import Scorer, check
from rag.types import Citation, Parts, Passage, Sentence, Verdict

#: Whether some quotes together bear a sentence out.
Entails = Callable[[str, Sequence[Citation]], bool]
#: How far they do.
Judges = Callable[[str, Sequence[Citation]], Verdict]


def support_of(sentences: Sequence[Sentence], entails: Entails) -> Support | None:
    """Sentences borne out, and citations that do it; None without sentences.

    Citation recall is supported / sentences: a sentence counts when all its quotes together entail
    it. Citation precision is needed / citations: a citation counts when its sentence is supported
    and it entails the sentence alone, or the others without it do not. Source: Gao et al. 2023.
    """
    if not sentences:
        return None
    supported = needed = citations = 0
    for sentence in sentences:
        cited = sentence.citations
        citations += len(cited)
        if not cited or not entails(sentence.text, cited):
            continue
        supported += 1
        for one in cited:
            others = [other for other in cited if other is not one]
            alone = len(cited) == 1 or entails(sentence.text, [one])
            needed += alone or not entails(sentence.text, others)
    return Support(len(sentences), supported, citations, needed)


def judged_by_check(scorer: Scorer, embedder: Embedder | None) -> Judges:
    """`Judges` by our check of citations; what is quoted word for word needs no model."""

    def judges(text: str, cited: Sequence[Citation]) -> Verdict:
        wanted = " ".join(text.split())
        if any(wanted in " ".join(one.quote.split()) for one in cited):
            return Verdict.SUPPORTED
        passages = [quote_passage(one) for one in cited]
        return check(text, passages, scorer, embedder=embedder).verdict

    return judges


def entailed_by_check(scorer: Scorer, embedder: Embedder | None) -> Entails:
    """`Entails` by the same check: what it bears out in part only is not borne out."""
    judges = judged_by_check(scorer, embedder)
    return lambda text, cited: judges(text, cited) is Verdict.SUPPORTED


def quote_passage(citation: Citation) -> Passage:
    """A quote as a passage of its own under the title of its document."""
    chunk = Chunk(
        id=f"{citation.document_id}/{citation.start}",
        document_id=citation.document_id,
        start=citation.start,
        end=citation.end,
        text=citation.quote,
        headings=(),
        pages=citation.pages,
        context=citation.title,
    )
    info = DocumentInfo(
        citation.document_id, (citation.source,), citation.title, None, None, None, 1
    )
    return Passage(chunk, info, 0.0, Parts())
