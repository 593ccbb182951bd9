"""What says more than its source, of another than its source, or what its source denies."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from index.embedding import HashingEmbedder
from index.types import Chunk, DocumentInfo
from rag.checking.denials import denied
from rag.checking.evidence import same_words
from rag.checking.roles import counts_other, turned_round
from rag.checking.strength import frequencies, stronger
from rag.citations import check
from rag.types import Parts, Passage, Verdict

MILL = "The mill was opened by Ada Okafor in 1932. It never ground rye. Most rooms are let in May."


class Counting:
    """A scorer that believes everything and counts what it was given to read."""

    def __init__(self) -> None:
        self.read = 0

    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        self.read += len(passages)
        return [1.0] * len(passages)


def passage(text: str) -> Passage:
    info = DocumentInfo("d", ("mill.txt",), "Mill", None, None, None, 1)
    return Passage(Chunk("c", "d", 0, len(text), text, (), (), "Mill"), info, 1.0, Parts())


@pytest.mark.parametrize(
    ("said", "held", "word"),
    [
        ("All lamps are tested.", "Most of the lamps are tested in May.", "all"),
        ("All lamps are tested.", "23 of 31 lamps were tested in May.", "all"),
        ("Every lamp is tested.", "Lamps are tested at the depot.", "every"),
        ("Trains always stop here.", "All trains stop here unless it snows.", "exception"),
        ("Anyone may use the boat.", "The boat may be used by members only.", "only"),
        ("Only members may use the boat.", "Members may use the boat.", "only"),
        ("Visitors must wear a badge.", "Visitors may wear a badge.", "must"),
        ("The filter is changed every month.", "The filter is changed twice a year.", "month"),
        ("The fair is held once a year.", "The fair is held twice yearly.", "yearly"),
        ("Oil is changed each year.", "Oil: every second year.", "second"),
    ],
)
def test_what_is_said_more_strongly_is_named(said: str, held: str, word: str) -> None:
    assert word in str(stronger(said, held))


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("All lamps are tested.", "Each lamp is tested in May."),
        ("All lamps but the red one are tested.", "All lamps except the red one are tested."),
        ("Every lamp except the red one is tested.", "All lamps are tested, except the red one."),
        ("In all, 40 lamps were sold.", "The shop sold 40 lamps."),
        ("Only members may use the boat.", "The boat is reserved for members."),
        ("Visitors must wear a badge.", "Visitors have to wear a badge."),
        ("The filter is changed every six months.", "The filter is changed twice a year."),
        ("The fair is held every two years.", "The fair is held every other year."),
        ("The meeting is weekly.", "The meeting is every Tuesday."),
        ("He pays every two weeks.", "He pays every second Thursday."),
        ("Only two lamps are left.", "There are two lamps in the shed."),
        ("The lamp is tested.", "The lamp is tested unless it is new."),
    ],
)
def test_what_is_as_strong_is_let_be(said: str, held: str) -> None:
    assert stronger(said, held) is None


def test_frequencies_are_hours_between_two_times() -> None:
    assert frequencies("twice a day") == {"twice a day": 12.0}
    assert frequencies("every 3 hours") == {"every 3 hours": 3.0}
    assert frequencies("once every two weeks") == {"once every two weeks": 336.0}
    assert frequencies("once in year 3") == {}


def test_names_on_either_side_of_a_verb_are_not_turned_round() -> None:
    held = "In May Ada Okafor sold the mill to Tomasz Lind."
    assert turned_round("Tomasz Lind sold the mill to Ada Okafor.", held)
    assert turned_round("Ada Okafor sold the mill to Tomasz Lind.", held) is None
    passive = "The winner, Tomasz Lind, was beaten by Ada Okafor."
    assert turned_round("Ada Okafor has beaten Tomasz Lind.", passive) is None
    assert turned_round("Tomasz Lind and Ada Okafor came.", "Ada Okafor and Tomasz Lind came.") is (
        None
    )


@pytest.mark.parametrize(
    ("said", "held", "other"),
    [
        ("There are 40 desks.", "The 40 teachers share 25 desks.", True),
        ("The jam needs 300 g of figs.", "Take 500 g of figs and 300 g of sugar.", True),
        ("There are 25 desks.", "The 40 teachers share 25 old desks.", False),
        ("At most eighteen people come.", "Eight people or more; eighteen can come.", False),
        ("About 40 desks are free.", "38 desks are free.", False),
    ],
)
def test_a_number_counts_what_it_counts_in_the_source(said: str, held: str, other: bool) -> None:
    assert (counts_other(said, held) is not None) is other


@pytest.mark.parametrize(
    ("said", "held", "word"),
    [
        (
            "Staves are dried upright and oiled.",
            "Dry the staves upright and never oil them.",
            "oil",
        ),
        ("Mushrooms are cut off when picking.", "Picking mushrooms: twist, do not cut.", "cut"),
        ("The strap comes off with a tool.", "The strap comes off without a tool.", "tool"),
    ],
)
def test_a_single_denied_word_is_enough(said: str, held: str, word: str) -> None:
    assert word in str(denied(said, held))
    assert denied(held, held) is None


def test_a_denied_word_of_something_else_is_no_denial() -> None:
    assert denied("The mill is open on Sundays.", "Dogs are not allowed in the garden.") is None
    assert denied("Nobody may oil the staves.", "Staves are never oiled.") is None
    assert denied("The mill is closed to the public.", "The mill is not open to the public.") is (
        None
    )


def test_the_same_words_are_the_same_whatever_their_marks() -> None:
    assert same_words("The “mill” is open", "The 'mill' is open.") is False
    assert same_words("The “mill” is open", 'The "mill" is open.')
    assert not same_words("Smoking is allowed.", "Nobody says smoking is allowed.")


def test_a_sentence_in_the_words_of_its_source_is_not_read_again() -> None:
    scorer = Counting()
    found = check("It never ground rye!", [passage(MILL)], scorer, embedder=HashingEmbedder(64))
    assert found.verdict is Verdict.SUPPORTED
    assert [one.quote for one in found.citations] == ["It never ground rye."]
    assert scorer.read == 0


def test_only_spans_that_may_still_be_best_are_read() -> None:
    scorer = Counting()
    far = [passage(f"The barn number {one} was painted by somebody in 1932.") for one in range(9)]
    said = "Ada Okafor opened the mill in 1932."
    found = check(said, [passage(MILL), *far], scorer, embedder=HashingEmbedder(64))
    assert found.citations[0].quote == "The mill was opened by Ada Okafor in 1932."
    assert 0 < scorer.read <= 4


@pytest.mark.parametrize(
    "said", ["All rooms are let in May.", "The mill ground rye.", "The mill was opened in 1923."]
)
def test_a_sure_reader_does_not_overrule_the_rules(said: str) -> None:
    found = check(said, [passage(MILL)], Counting(), embedder=HashingEmbedder(64))
    assert found.verdict is not Verdict.SUPPORTED
