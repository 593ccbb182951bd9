"""A sentence counts only with words that bear it out: what passes, what does not, and why."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Chunk, DocumentInfo
from rag.checking.evidence import spans
from rag.checking.facts import facts, lacking
from rag.checking.linking import misplaced, of_two_rows
from rag.checking.polarity import contradiction
from rag.citations import CheckedSentence, check, numbered
from rag.types import Parts, Passage, Verdict

OFFSET = 40  # where the chunk begins in its document


class Even:
    """A scorer that knows nothing; what it was asked is kept."""

    def __init__(self, probability: float = 0.5) -> None:
        self.probability = probability
        self.asked: list[str] = []

    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        self.asked += [passage.chunk.text for passage in passages]
        return [self.probability] * len(passages)


def passage(text: str, title: str = "", document: str = "d", *headings: str) -> Passage:
    context = "\n".join((title, *headings)) if title else ""
    chunk = Chunk(
        f"{document}-1", document, OFFSET, OFFSET + len(text), text, headings, (2,), context
    )
    info = DocumentInfo(document, (f"{document}.md",), title or document, None, None, None, 1)
    return Passage(chunk, info, 1.0, Parts())


def checked(sentence: str, *texts: str, probability: float = 0.5) -> CheckedSentence:
    passages = [passage(text, document=f"d{place}") for place, text in enumerate(texts)]
    return check(sentence, passages, Even(probability))


HANDBOOK = (
    "Overtime is agreed beforehand with your team leader and is given back as time off within "
    "three months. It is not paid out. Bank holidays come on top of the annual leave. Ada Okafor "
    "in the people team arranges leave; Tomasz Lind in finance answers questions on form F7."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Overtime is given back as time off within three months.",
        "Overtime is given back as time off within 3 months.",
        "Overtime is not paid out.",
        "Bank holidays come on top of annual leave.",
        "Ms Okafor in the people team arranges leave.",
        "The handbook says that Tomasz Lind in finance “answers questions on form F7”.",
    ],
)
def test_what_the_passage_says_is_cited_word_for_word(sentence: str) -> None:
    result = checked(sentence, "The canteen opens at noon.", HANDBOOK)
    assert result.verdict is Verdict.SUPPORTED, result.why
    for citation in result.citations:
        assert citation.document_id == "d1"
        assert HANDBOOK[citation.start - OFFSET : citation.end - OFFSET] == citation.quote
        assert citation.pages == (2,)


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("Overtime is given back as time off within four months.", "four months"),
        ("Overtime is paid out.", "“not paid”"),
        ("Bank holidays do not come on top of the annual leave.", "“not come”"),
        ("Bob Okafor in the people team arranges leave.", "Bob Okafor"),
        ("Ada Lind in the people team arranges leave.", "Ada Lind"),
        ("Ada Okafor in finance answers questions on form F8.", "F8"),
        ("The handbook says that Tomasz Lind “answers letters on form F7”.", "answers letters"),
        ("Ada Okafor answers questions on form F7.", "Ada Okafor"),
    ],
)
def test_what_was_changed_is_caught_and_the_reason_named(sentence: str, why: str) -> None:
    result = checked(sentence, HANDBOOK)
    assert result.verdict is not Verdict.SUPPORTED
    assert why in result.why


def test_the_model_never_outweighs_a_missing_fact() -> None:
    sure = checked("Overtime is given back within four months.", HANDBOOK, probability=1.0)
    assert sure.verdict is not Verdict.SUPPORTED


def test_the_scorer_decides_where_the_facts_leave_it_open() -> None:
    sentence = "The people team arranges holidays and bonuses."
    verdicts = [checked(sentence, HANDBOOK, probability=p).verdict for p in (0.01, 0.99)]
    assert verdicts == [Verdict.PARTLY, Verdict.SUPPORTED]


def test_a_sentence_over_two_places_gets_two_citations() -> None:
    one = "The museum opens at ten on Sundays."
    other = "Tickets for children cost four euros."
    result = checked(
        "The museum opens at ten on Sundays, and children's tickets cost €4.", one, other
    )
    assert result.verdict is Verdict.SUPPORTED
    assert [citation.quote for citation in result.citations] == [one, other]
    assert {citation.verdict for citation in result.citations} == {Verdict.PARTLY}


def test_both_halves_have_to_stand_somewhere() -> None:
    result = checked(
        "The museum opens at ten on Sundays, and children's tickets cost €5.",
        "The museum opens at ten on Sundays.",
        "Tickets for children cost four euros.",
    )
    assert result.verdict is not Verdict.SUPPORTED


def test_a_name_may_stand_in_the_title() -> None:
    machine = passage("It weighs 8.4 kg.", "Tarn E2: user manual")
    assert check("The Tarn E2 weighs 8.4 kg.", [machine], Even()).verdict is Verdict.SUPPORTED
    other = check("The Tarn E3 weighs 8.4 kg.", [machine], Even())
    assert other.verdict is Verdict.UNSUPPORTED


def test_hints_are_hints_only() -> None:
    passages = [passage("Bees are kept behind the shed."), passage("Bees sleep.", document="e")]
    results = [
        check("Bees are kept behind the shed.", passages, Even(), h) for h in ((), (1,), (99,))
    ]
    assert [result.citations[0].document_id for result in results] == ["d", "d", "d"]


def test_an_empty_phrase_is_no_fact() -> None:
    for phrase in ("Here is the answer:", "According to the documents:", "…"):
        assert checked(phrase, HANDBOOK).verdict is Verdict.UNSUPPORTED


def test_no_passages_no_support() -> None:
    assert check("Overtime is paid out.", [], Even()).verdict is Verdict.UNSUPPORTED


def test_citations_are_numbered_across_the_answer_by_place() -> None:
    twice = [checked("Overtime is not paid out.", HANDBOOK) for _ in range(2)]
    third = checked("Bank holidays come on top of annual leave.", HANDBOOK)
    numbers = [[c.number for c in s.citations] for s in numbered([*twice, third])]
    assert numbers == [[1], [1], [2]]


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_checked_and_every_quote_is_exact(sentence: str, text: str) -> None:
    result = checked(sentence, text)
    for citation in result.citations:
        assert text[citation.start - OFFSET : citation.end - OFFSET] == citation.quote
    if result.verdict is Verdict.SUPPORTED:
        assert result.citations


def test_rows_of_a_table_are_never_cited_together() -> None:
    text = "Name: A | Price: £1\nName: B | Price: £2\n\nIt is so. It stays so."
    found = [text[a:b] for a, b in spans(text)]
    assert "Name: A | Price: £1" in found
    assert "It is so. It stays so." in found
    assert not any("A |" in piece and "B |" in piece for piece in found)


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("Dr. Weber leads it.", "It is led by Anna Weber."),
        ("WHO said it.", "The World Health Organization said it."),
        ("The European Union agreed.", "The EU agreed."),
        ("Chinese phones are sold.", "Phones made in China are sold."),
        ("Employees must wear eye protection.", "Wear eye protection."),
        ("Weber's report is long.", "The report by Weber is long."),
    ],
)
def test_short_forms_of_names_are_the_same(said: str, held: str) -> None:
    assert lacking(facts(said), facts(held), facts("")) is None


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("Dr. Weber leads it.", "Dr. Huber leads it."),
        ("Anna Weber leads it.", "Peter Weber leads it."),
        ("It opened in India.", "It opened in Indonesia."),
        ("the Austrian firm", "the Australian firm"),
        ("On Wednesday it opens.", "On Tuesday it opens."),
        ("Berlin approved it.", "It was approved by Paris."),
        ("Use FTP.", "Use SFTP."),
    ],
)
def test_other_names_are_not(said: str, held: str) -> None:
    lack = lacking(facts(said), facts(held), facts(""))
    assert lack is not None
    assert lack.kind == "name"


@pytest.mark.parametrize(
    ("said", "held", "denied"),
    [
        ("Water is not included.", "Water is included.", True),
        ("Dogs are allowed.", "Dogs are never allowed.", True),
        (
            "Drilling is allowed into tiles.",
            "Drilling is allowed into plaster but not into tiles.",
            True,
        ),
        ("Sprinklers are no longer forbidden.", "Sprinklers stay forbidden.", True),
        ("Sales rose in May.", "Sales fell in May.", True),
        ("It opens before noon.", "It opens after noon.", True),
        ("No late fee is charged for books.", "Books cost nothing when late.", False),
        ("The shop is not open on Sundays.", "The shop is closed on Sundays.", False),
        ("Milk is heated to at most 65 °C.", "Heat the milk to no more than 65 °C.", False),
        ("Wait until the next day before cutting it.", "Do not cut it before the next day.", False),
        ("The fee is not only high but rising.", "The fee is high and rising.", False),
    ],
)
def test_denials_are_told_from_other_words_for_the_same(said: str, held: str, denied: bool) -> None:
    assert (contradiction(said, held) is not None) == denied


@pytest.mark.parametrize(
    ("said", "held", "wrong"),
    [
        (
            "The meal allowance is £155.",
            "The limit for a room is £155. The meal allowance is £46.",
            True,
        ),
        (
            "A colour page costs 10 pence.",
            "A black page costs 10 pence and a colour page 35.",
            True,
        ),
        (
            "Files are kept for 90 days instead of 180.",
            "Files are kept for 180 days instead of 90.",
            True,
        ),
        (
            "Sales in India began in March 2014.",
            "March 2014. Singapore.\nJuly 2014. Sales in India begin.",
            True,
        ),
        (
            "The bread needs 40 minutes of proving.",
            "Loaf: bread | Proving: none | Baking: 40 minutes",
            True,
        ),
        (
            "A black page costs 10 pence.",
            "A black page costs 10 pence and a colour page 35.",
            False,
        ),
        (
            "The bread bakes for 40 minutes.",
            "Loaf: bread | Proving: none | Baking: 40 minutes",
            False,
        ),
        (
            "Bake at 240 °C for 15 minutes.",
            "Bake for 15 minutes at 240 °C, then for 50 at 190 °C.",
            False,
        ),
    ],
)
def test_what_is_stitched_together_is_told(said: str, held: str, wrong: bool) -> None:
    assert (misplaced(said, held) is not None) == wrong


TRAINERS = (
    "Season | Place | Goals | Trainer\n1950/51 | 1 | 61:22 | Marwitz\n"
    "1953/54 | 16 | 19:70 | Marwitz\n1977/78 | 4 | 48:40 | Szabó"
)


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("Marwitz was the trainer in 1953/54.", Verdict.SUPPORTED),
        ("Marwitz was the trainer in 1977/78.", Verdict.UNSUPPORTED),
        ("Szabó was the trainer in 1977/78.", Verdict.SUPPORTED),
        ("Szabó was the trainer in 1950/51.", Verdict.UNSUPPORTED),
    ],
)
def test_what_stands_in_two_rows_of_a_table_is_not_of_one_thing(
    sentence: str, verdict: Verdict
) -> None:
    assert checked(sentence, TRAINERS, probability=0.99).verdict is verdict


def test_what_compares_two_rows_is_not_torn_from_either() -> None:
    table = "Plan | Kept\nFolio | 30 days\nArchive | 400 days"
    assert of_two_rows("Archive keeps lines longer than Folio.", table) is None
    assert of_two_rows("Folio keeps lines for 400 days.", table) is not None
    assert of_two_rows("Kept for 400 days in Archive.", table) is None  # the name of the column
    batteries = "Battery | 500 Wh\nCharging time | 4 hours"
    assert of_two_rows("Battery charging takes 4 hours.", batteries) is None
    assert of_two_rows("Battery life is 4 hours.", batteries) is not None
    plans = "Plan: Folio | Kept: 30 days\nPlan: Storage plus | Kept: 90 days"
    assert of_two_rows("Storage on Folio is kept for 30 days.", plans) is None


@pytest.mark.parametrize(
    ("said", "held", "name"),
    [
        ("The trip fills all of Tuesday.", "Tue 8 | gorges", ""),
        ("The market is on Sat and Sun.", "Saturdays and Sundays: market", ""),
        ("It is open on Tuesday.", "Thu 8 | open", "Tuesday"),
        ("The new version leaves out the Finnish site.", "We dropped the site in Finland.", ""),
        ("A Dutch firm built it.", "A firm in the Netherlands built it.", ""),
        ("A Dutch firm built it.", "A firm in Denmark built it.", "Dutch"),
        ("Rubbish is picked up on Friday.", "Waste is collected on Friday from Pike Street.", ""),
        ("Weber is picked up on Friday.", "Peter Hall is collected on Friday.", "Weber"),
        ("Young chaired it on Monday.", "The board elected Paula Smith on Monday.", "Young"),
    ],
)
def test_other_forms_of_a_name_are_told_from_other_names(said: str, held: str, name: str) -> None:
    lack = lacking(facts(said), facts(held), facts(""))
    assert ("" if lack is None else lack.said) == name


@pytest.mark.parametrize(
    "rubble", ["1-", "A ", "a@b.", "not ", "one and ", "[", "<a", "“", "1, ", "'a "]
)
def test_rubble_is_checked_in_bounded_time(rubble: str) -> None:
    started = time.monotonic()
    checked((rubble * 1000)[:1000], (rubble * 2000)[:2000])
    assert time.monotonic() - started < 5.0
