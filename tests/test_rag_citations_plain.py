"""Plain true sentences stand, beside the smallest words that bear them out, in the right place."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from index.types import Chunk, DocumentInfo
from rag.checking.condensed import condensed_from, without_answer
from rag.checking.denials import denied
from rag.checking.facts import facts, lacking
from rag.checking.linking import misplaced
from rag.checking.polarity import contradiction
from rag.checking.roles import turned_round
from rag.citations import CheckedSentence, check, numbered
from rag.types import Citation, Parts, Passage, Verdict

PETS = (
    "One cat may be kept; dogs need the Landlord's written consent. Smoking is forbidden indoors."
)


class Scripted:
    """A scorer that gives each span the probability of the first words it holds."""

    def __init__(self, known: dict[str, float], otherwise: float = 0.5) -> None:
        self.known = known
        self.otherwise = otherwise

    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        return [
            next((p for words, p in self.known.items() if words in one.chunk.text), self.otherwise)
            for one in passages
        ]


def passage(text: str, document: str = "d") -> Passage:
    info = DocumentInfo(document, (f"{document}.md",), "", None, None, None, 1)
    chunk = Chunk(f"{document}-1", document, 0, len(text), text, (), (), "")
    return Passage(chunk, info, 1.0, Parts())


@pytest.mark.parametrize(
    ("said", "held", "denies"),
    [
        ("It is held by the office.", "It is held by the office and not by the owner.", False),
        ("It is held by the owner.", "It is held by the office and not by the owner.", True),
        ("The office does not hold it.", "It is held by the office and not by you.", True),
        ("Without the receipt a repair costs £45.", "Keep it: without it a repair is £45.", False),
        ("Do not charge it when it is below 0 °C.", "Never charge it below 0 °C.", False),
        ("A third car gets no permit.", "A permit costs £9; a third car is refused.", False),
    ],
)
def test_what_is_left_off_is_not_denied(said: str, held: str, denies: bool) -> None:
    assert (contradiction(said, held, held) is not None) is denies


def test_an_opposite_word_counts_though_the_word_itself_stands_elsewhere() -> None:
    around = "Dogs need consent, which may be refused. Parrots are forbidden."
    assert contradiction("Parrots are allowed.", "Parrots are forbidden.", around)
    held = "All contacts are erased; messages on the card remain."
    assert contradiction("Messages on the card are erased.", held, held)


def test_every_one_of_a_list_is_denied() -> None:
    held = "It covers water and rubbish but not heating, gas or electricity."
    assert denied("It covers water and electricity.", held)
    assert denied("It covers water and rubbish.", held) is None


@pytest.mark.parametrize(
    ("said", "held", "lacks"),
    [
        ("Landlord: three months.", "The Lessor: three months.", False),
        ("It goes back to the Tenant.", "It goes back to the Lessee.", False),
        ("It goes back to the Tenant.", "It goes back to the Bank.", True),
        ("Ms Rock came.", "Ms Stone came.", True),
    ],
)
def test_another_word_for_a_role_is_no_other_name(said: str, held: str, lacks: bool) -> None:
    assert (lacking(facts(said), facts(held), facts("")) is not None) is lacks


def test_a_label_belongs_to_its_number() -> None:
    held = "The Tenant may end it with two months' notice and the Landlord with three."
    assert misplaced("Landlord: three months' notice.", held) is None


def test_what_stands_after_a_sentence_hides_no_exchange_in_it() -> None:
    held = "The Lessee may end it with one month's notice and the Lessor with three."
    said = "The Lessor may end it with one month's notice and the Lessee with three."
    assert turned_round(said, held)
    result = check(said, [passage(f"{held} It has to be given by letter.")], Scripted({}, 0.99))
    assert result.verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("said", "held", "is_said"),
    [
        ("You must pay a deposit of £1130.", "The Tenant pays a deposit of £1,130 first.", True),
        ("One cat.", PETS, True),
        ("It weighs 118 grams.", "The phone weighs 118 g and measures 9 cm.", True),
        ("It weighs 9 cm.", "The phone weighs 118 g and measures 9 cm.", False),
        ("Dogs.", PETS, False),
        ("Cats need consent.", PETS, False),
        ("The council closes the pool.", "The council considered closing the pool.", False),
        ("Dogs are kept.", "Dogs are never kept.", False),
    ],
)
def test_a_short_sentence_is_in_its_clause(said: str, held: str, is_said: bool) -> None:
    assert condensed_from(said, held) is is_said


@pytest.mark.parametrize(
    ("said", "bare"),
    [
        ("Yes, one cat.", "one cat."),
        ("No, dogs need written consent.", "dogs need written consent."),
        ("No, one cat.", "No, one cat."),
        ("No smoking is allowed.", "No smoking is allowed."),
        ("Yes.", "Yes."),
    ],
)
def test_yes_and_no_are_no_part_of_what_is_checked(said: str, bare: str) -> None:
    assert without_answer(said) == bare


def test_a_short_answer_stands_as_it_was_written() -> None:
    result = check("Yes, one cat.", [passage(PETS)], Scripted({}, 0.3))
    assert result.verdict is Verdict.SUPPORTED
    assert result.text == "Yes, one cat."
    assert check("Yes, dogs.", [passage(PETS)], Scripted({}, 0.01)).verdict is not Verdict.SUPPORTED


def test_the_passage_pointed_to_wins_when_it_supports_nearly_as_well() -> None:
    one, other = passage("Bees are kept behind the shed."), passage("Bees are kept there.", "e")
    sure = Scripted({"there": 0.2, "shed": 0.9})
    for hints, document in (((), "d"), ((1,), "e"), ((99,), "d")):
        result = check("Bees are kept.", [one, other], sure, hints)
        assert [c.document_id for c in result.citations] == [document], hints


def test_the_passage_pointed_to_does_not_win_without_support() -> None:
    passages = [passage("Bees are kept behind the shed."), passage("Bees sleep.", "e")]
    result = check("Bees are kept behind a shed.", passages, Scripted({"sleep": 0.4}, 0.9), (1,))
    assert result.citations[0].document_id == "d"


def test_the_footnote_is_the_smallest_run_that_supports() -> None:
    surer = Scripted({PETS: 0.99, "cat": 0.8})
    result = check("A single cat may be kept in the flat.", [passage(PETS)], surer, (0,))
    assert [c.quote for c in result.citations] == [PETS.partition(" Smoking")[0]]


def cited(start: int, end: int) -> CheckedSentence:
    quote = PETS[start:end]
    one = Citation(1, "d", "d.md", "", (), start, end, quote, Verdict.SUPPORTED, 0.9)
    return CheckedSentence(f"It is at {start}.", (one,), Verdict.SUPPORTED)


def test_a_span_inside_another_shares_its_number() -> None:
    sentences = numbered([cited(0, 20), cited(0, 62), cited(63, 90), cited(50, 70)])
    shown = [(c.number, c.start, c.end, c.quote) for s in sentences for c in s.citations]
    wide = (1, 0, 62, PETS[:62])
    assert shown == [wide, wide, (2, 63, 90, PETS[63:90]), (3, 50, 70, PETS[50:70])]
