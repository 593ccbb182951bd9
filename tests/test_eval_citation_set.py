"""The frozen set of citations: complete, every quote really there, every kind what it says."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from eval.datasets import BUILT_IN
from index.loading import Sandbox
from index.sentences import sentence_spans

FOLDER = BUILT_IN / "citations"
DOCUMENTS = BUILT_IN / "samples" / "documents"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
LINES = (FOLDER / "citations.jsonl").read_text(encoding="utf-8").splitlines()

TRUE_KINDS = {
    "verbatim": 25,
    "light-rewording": 25,
    "paraphrase": 25,
    "condensed": 25,
    "table-cell": 25,
    "number-form": 25,
    "date-form": 25,
    "quotation": 25,
}
FALSE_KINDS = {
    "number-changed": 29,
    "name-swapped": 29,
    "negation": 29,
    "wrong-source": 28,
    "quotation-altered": 28,
    "stitched": 28,
    "unsaid": 29,
}
SENTENCES_OF_A_QUOTE = 3
WORDS_OF_A_LABEL = 3
CITED_DOCUMENTS = 15  #: the samples of the day the set was frozen; later ones are not cited


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence of an answer, the words it cites, and whether they support it."""

    id: str
    kind: str
    true: bool
    sentence: str
    document: str
    quote: str
    note: str


PAIRS = [Pair(**json.loads(line)) for line in LINES]  # a missing or foreign field fails here


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    names = sorted({pair.document for pair in PAIRS})
    with Sandbox() as sandbox:
        return {name: sandbox.load(DOCUMENTS / name, name).text for name in names}


def of_kind(kind: str) -> list[Pair]:
    return [pair for pair in PAIRS if pair.kind == kind]


def quotations(sentence: str) -> list[str]:
    """What stands between double quotation marks, without the sentence's own last stop."""
    found = re.findall(r'["“]([^"“”]+)["”]', sentence)
    return [words.strip().rstrip(".,") for words in found]


def whole_sentences(text: str) -> list[str]:
    """Sentences and table rows; a label of its own, as "March 2014." or "4.", is none."""
    found = [text[start:end] for start, end in sentence_spans(text)]
    return [words for words in found if len(words.split()) > WORDS_OF_A_LABEL] or found


def misses(quotation: str, quote: str) -> int:
    """Words of a quotation that differ from the most similar stretch of the quote."""
    wanted = re.findall(r"\w+", quotation)
    words = re.findall(r"\w+", quote)
    stretches = [words[at : at + len(wanted)] for at in range(len(words) - len(wanted) + 1)]
    return min(
        (sum(a != b for a, b in zip(wanted, found, strict=True)) for found in stretches),
        default=len(wanted),
    )


def test_the_set_is_the_one_that_was_frozen() -> None:
    whole = "".join(line + "\n" for line in LINES)  # the same where git turns line ends into CRLF
    assert hashlib.sha256(whole.encode()).hexdigest() in README


def test_there_are_two_hundred_of_each_and_the_kinds_are_known() -> None:
    assert Counter(pair.kind for pair in PAIRS if pair.true) == TRUE_KINDS
    assert Counter(pair.kind for pair in PAIRS if not pair.true) == FALSE_KINDS
    assert Counter(pair.true for pair in PAIRS) == {True: 200, False: 200}


def test_the_readme_counts_what_is_there() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d+) \|", README, re.MULTILINE)
    assert {kind: int(count) for kind, count in rows} == TRUE_KINDS | FALSE_KINDS


def test_ids_and_sentences_are_unique() -> None:
    assert [pair.id for pair in PAIRS] == [f"c{number:03d}" for number in range(1, 401)]
    counts = Counter(pair.sentence for pair in PAIRS)
    assert [sentence for sentence, count in counts.items() if count > 1] == []


def test_every_document_is_cited_by_true_and_by_false_sentences() -> None:
    by_true = {pair.document for pair in PAIRS if pair.true}
    assert by_true == {pair.document for pair in PAIRS if not pair.true}
    assert len(by_true) == CITED_DOCUMENTS


def test_every_quote_occurs_in_its_document(texts: dict[str, str]) -> None:
    assert [pair.id for pair in PAIRS if pair.quote not in texts[pair.document]] == []


def test_quotes_are_of_one_to_three_sentences_of_whole_words(texts: dict[str, str]) -> None:
    for pair in PAIRS:
        assert pair.quote == pair.quote.strip()
        assert 1 <= len(whole_sentences(pair.quote)) <= SENTENCES_OF_A_QUOTE, pair.id
        text = texts[pair.document]
        at = text.index(pair.quote)
        around = text[max(0, at - 1) : at] + text[at + len(pair.quote) :][:1]
        assert not any(character.isalnum() for character in around), pair.id


def test_an_answer_sentence_is_one_sentence_without_markers() -> None:
    for pair in PAIRS:
        assert re.search(r'[.?!]["”]?$', pair.sentence), pair.id
        assert len(sentence_spans(pair.sentence)) == 1, pair.id
        assert not re.search(r"\[\d+\]|[|\n]", pair.sentence), pair.id


def test_a_false_one_says_why_and_a_true_one_need_not() -> None:
    assert [pair.id for pair in PAIRS if pair.true is bool(pair.note)] == []


def test_verbatim_ones_are_verbatim_and_reworded_ones_are_not() -> None:
    assert [pair.id for pair in of_kind("verbatim") if pair.sentence not in pair.quote] == []
    for kind in TRUE_KINDS.keys() - {"verbatim", "quotation"}:
        assert [pair.id for pair in of_kind(kind) if pair.sentence in pair.quote] == []


def test_quotations_are_word_for_word() -> None:
    for pair in of_kind("quotation"):
        found = quotations(pair.sentence)
        assert found, pair.id
        lowered = pair.quote.lower()
        assert [words for words in found if words.lower() not in lowered] == [], pair.id


def test_altered_quotations_differ_by_one_word() -> None:
    for pair in of_kind("quotation-altered"):
        found = quotations(pair.sentence)
        assert [misses(words, pair.quote) for words in found] == [1], pair.id


def test_condensed_ones_rest_on_more_than_one_sentence() -> None:
    for pair in of_kind("condensed"):
        assert len(re.findall(r"[.?!](?:\s|$)", pair.quote)) >= 2, pair.id


def test_the_measure_of_altered_words_sees_none_one_and_two() -> None:
    quote = "finds it short, and fines the drapers a barrel of ale"
    assert misses("fines the drapers a barrel", quote) == 0
    assert misses("fines the drapers a bottle", quote) == 1
    assert misses("fines the tailors a bottle", quote) == 2


def test_the_licence_is_stated() -> None:
    assert "written for this project, under its licence" in README
    assert Path(FOLDER.parents[2] / "LICENSE").is_file()
