"""Answers about whole documents without a language model: about what, summaries, lists, changes.

A summary quotes central sentences. A list reads every passage and says how many it read. What
changed between two documents is quoted from both. All are ordinary extractive answers: each
sentence is a span of its document. A question that asks for one fact gets None and goes the usual
way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.analysis import QUESTION_WORDS, terms, words
from index.chunking import span_pages
from index.embedding import Embedder
from index.sentences import sentence_spans
from index.snapshot import Snapshot
from index.types import Chunk, DocumentInfo, Scope
from rag.overviews.answers import Overview, answer_of, declined, quoted
from rag.overviews.changes import what_changed
from rag.overviews.questions import Request, Wish, requests
from rag.overviews.summaries import summarise
from rag.overviews.targets import (
    MOST_DOCUMENTS,
    Part,
    about,
    find_parts,
    lacking_section,
    means_everything,
)
from rag.overviews.things import Holds, pattern_of
from rag.types import Opening, Sentence

_SENTENCES = {Wish.ABOUT: 3, Wish.SUMMARY: 6}  # of one document or section
_SENTENCES_EACH = 2  # of several
_MOST_LISTED = 60  # sentences of a list that are shown; the note says how many there are
_MOST_HEADINGS = 12  # of a document that lacks the section asked for
_LONGEST_BEGINNING = 200  # characters
_FEW_WORDS = 3  # that are quoted with what follows them


def overview(
    question: str,
    snapshot: Snapshot,
    embedder: Embedder,
    *,
    standalone: str | None = None,
    scope: Scope | None = None,
) -> Overview | None:
    """The overview a question asks for; None when it asks for none or names nothing there is.

    ``standalone`` is the question spelled out: "summarise it" there names what is meant, while
    "this document" may have got words that belong to no overview.
    """
    asked = standalone or question
    wishes = requests(asked) or requests(question)
    if not wishes:
        return None
    inside = snapshot.numbers_in(scope) if scope is not None else None
    infos = snapshot.infos_in(scope)
    for wish in wishes:
        if wish.wish is Wish.LIST:
            found = _listed(wish, snapshot, infos, inside)
        elif wish.wish is Wish.CHANGES:
            found = what_changed(wish, snapshot, infos, embedder)
        elif wish.wish is Wish.INVENTORY:
            found = _inventory(wish, snapshot, infos)
        else:
            found = _summary(wish, snapshot, infos, embedder)
            found = found or _without_section(wish, snapshot, infos)
        if found is not None:
            answer = replace(found.answer, question=question, standalone_question=asked)
            return replace(found, answer=answer)
    return None


# ---- summaries -----------------------------------------------------------------------------


def _summary(
    wish: Request, snapshot: Snapshot, infos: dict[str, DocumentInfo], embedder: Embedder
) -> Overview | None:
    parts = find_parts(wish.target, infos, snapshot.document, sure=wish.sure)
    if not parts:
        return None
    count = _SENTENCES[wish.wish] if len(parts) == 1 else _SENTENCES_EACH
    spans: list[tuple[Part, int, int]] = []
    read = 0
    for part in parts:
        chosen, seen = summarise(
            part.document,
            embedder,
            count,
            start=part.start,
            end=part.end,
            heading=part.heading,
        )
        read += seen
        spans += [(part, one.start, one.end) for one in chosen]
    if not spans:
        return None
    sentences = tuple(
        quoted(number, part.info, start, part.document.text[start:end], _pages(part, start, end))
        for number, (part, start, end) in enumerate(spans, 1)
    )
    return Overview(answer_of(sentences), read, read, _summary_note(parts, len(spans), read, infos))


def _pages(part: Part, start: int, end: int) -> tuple[int, ...]:
    return span_pages(part.document.blocks, start, end)


def _summary_note(
    parts: Sequence[Part], quoted: int, read: int, infos: dict[str, DocumentInfo]
) -> str:
    if len(parts) == 1:
        heading, title = parts[0].heading, parts[0].info.title
        of = f"section “{heading}” of {title}" if heading else title
    else:
        of = f"{len(parts)} documents"
    left = len(infos) - len(parts) if len(parts) >= MOST_DOCUMENTS else 0
    more = f"; {left:,} further documents were not read" if left else ""
    return f"{quoted} of {read:,} sentences of {of} are quoted, in their order{more}."


def _without_section(
    wish: Request, snapshot: Snapshot, infos: dict[str, DocumentInfo]
) -> Overview | None:
    """A refusal that says which sections there are."""
    lacking = lacking_section(wish.target, infos, snapshot.document)
    if lacking is None:
        return None
    info, section, headings = lacking
    has = f"; it has: {'; '.join(headings[:_MOST_HEADINGS])}" if headings else ""
    more = " …" if len(headings) > _MOST_HEADINGS else "."
    note = f"There is no {section.casefold()} in {info.title}{has}{more}"
    return Overview(declined(), len(headings), len(headings), note)


# ---- which documents there are -------------------------------------------------------------


def _inventory(
    wish: Request, snapshot: Snapshot, infos: dict[str, DocumentInfo]
) -> Overview | None:
    """The documents by title, each with a footnote to how it begins."""
    found = about(wish.what, infos)
    if not found:
        return None  # the usual search may know more than the titles
    sentences: list[Sentence] = []
    for info in sorted(found, key=lambda one: one.title.casefold()):
        document = snapshot.document(info.id) if len(sentences) < _MOST_LISTED else None
        if document is None:
            continue
        start, end = _beginning(document.text)
        quote, pages = document.text[start:end], span_pages(document.blocks, start, end)
        whole = quoted(len(sentences) + 1, info, start, quote, pages)
        sentences.append(replace(whole, text=info.title, opening=Opening.ITEM))
    count = (
        f"{len(found):,} of {len(infos):,} documents" if wish.what else f"{len(infos):,} documents"
    )
    told = "have this in their names" if wish.what else "can be asked"
    if len(infos) == 1:
        count, told = "1 document", "can be asked"
    shown = f", the first {len(sentences)} are shown" if len(sentences) < len(found) else ""
    note = f"{count} {told}{shown}; each footnote shows how one begins."
    return Overview(answer_of(tuple(sentences)), len(found), len(infos), note)


def _beginning(text: str) -> tuple[int, int]:
    """The first line that says something, cut at a word."""
    match = re.search(r"\S.*", text)
    start, end = match.span() if match is not None else (0, len(text))
    if end - start > _LONGEST_BEGINNING:
        end = text.rfind(" ", start + 1, start + _LONGEST_BEGINNING)
        end = start + _LONGEST_BEGINNING if end < 0 else end
    return start, end


# ---- lists ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Hit:
    info: DocumentInfo
    chunk: Chunk
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.chunk.text[self.start - self.chunk.start : self.end - self.chunk.start]


def _listed(
    wish: Request,
    snapshot: Snapshot,
    infos: dict[str, DocumentInfo],
    inside: frozenset[int] | None,
) -> Overview | None:
    """Every sentence that holds the thing, by document and in its order."""
    parts: list[Part] | None = None
    if not means_everything(wish.target):
        parts = find_parts(wish.target, infos, snapshot.document, most=None)
        if not parts:
            return None
    holds = pattern_of(wish.what)
    form = holds is not None
    test = holds or _holds_words(wish.what)
    areas = {part.info.id: (part.start, part.end) for part in parts or ()}
    checked = 0
    hits: dict[tuple[str, int, int], _Hit] = {}
    for number, chunk in snapshot.all_chunks():
        area = areas.get(chunk.document_id) if parts else (chunk.start, chunk.end)
        outside = inside is not None and number not in inside
        if outside or area is None or chunk.end <= area[0] or chunk.start >= area[1]:
            continue
        checked += 1
        for start, end in _sentences(chunk):
            if end <= area[0] or start >= area[1]:
                continue
            hit = _Hit(infos[chunk.document_id], chunk, start, end)
            if test(hit.text, chunk.headings):
                hits.setdefault((chunk.document_id, start, end), hit)
    if not hits and not form:
        return None  # other words may say it: the usual search can tell
    return _list_answer(wish.what, list(hits.values()), checked)


def _sentences(chunk: Chunk) -> list[tuple[int, int]]:
    """Offsets into the document of what can be quoted: sentences, rows, items.

    A few words at the start of a line go with what follows: "16 August 2010. The firm is founded."
    """
    found: list[tuple[int, int]] = []
    for start, end in sentence_spans(chunk.text):
        if found:
            a, b = found[-1]
            if len(chunk.text[a:b].split()) <= _FEW_WORDS and "\n" not in chunk.text[b:start]:
                found[-1] = (a, end)
                continue
        found.append((start, end))
    return [(chunk.start + a, chunk.start + b) for a, b in found]


def _holds_words(thing: str) -> Holds:
    """Whether a sentence, with its headings, holds every content word; the head noun itself.

    Everything under a heading of all these words counts too: rows under "Opening hours".
    """
    content = [word for word in words(thing) if word not in QUESTION_WORDS]
    wanted = set(terms(" ".join(content)))
    of = re.search(r"(?i)\s+(?:of|in|from|for|that|which|with|by|to|on|about)\s+", thing)
    before = (
        words(thing[: of.start()]) if of is not None else content
    )  # "kings" of "kings of France"
    nouns = [word for word in before if word not in QUESTION_WORDS] or content
    head = set(terms(nouns[-1])) if nouns else set()

    def holds(text: str, headings: Sequence[str]) -> bool:
        own = set(terms(text))
        above = [set(terms(heading)) for heading in headings]
        if above and wanted <= above[-1]:
            return True
        return bool(head) and head <= own and wanted <= own.union(*above)

    return holds


def _list_answer(what: str, hits: list[_Hit], checked: int) -> Overview:
    hits = sorted(hits, key=lambda hit: (hit.info.title, hit.info.id, hit.start))
    said = " ".join(what.split())
    note = f"{checked:,} of {checked:,} passages checked for {said}"
    if not hits:
        return Overview(declined(), checked, checked, f"{note}, none found.")
    shown = hits[:_MOST_LISTED]
    places = len({hit.info.id for hit in hits})
    note += f": {len(hits):,} found in {places} document{'s' if places > 1 else ''}"
    note += f", the first {len(shown)} are shown." if len(shown) < len(hits) else "."
    sentences = tuple(
        replace(
            quoted(number, hit.info, hit.start, hit.text, hit.chunk.pages),
            opening=Opening.ITEM,
        )
        for number, hit in enumerate(shown, 1)
    )
    return Overview(answer_of(sentences), checked, checked, note)
