"""Candidates weighed by reader and search together, and lists shown whole."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Block, BlockKind, Chunk, Document, DocumentInfo
from rag.answering import extractive_answer
from rag.asked_words import AskedWords
from rag.finding import (
    FURTHER,
    Found,
    beside_the_best,
    confidence,
    find_sentences,
    log_odds,
    reranked,
    rivalry,
)
from rag.gathering import is_torn, said, whole_list
from rag.polar_words import Heard, verdict
from rag.reader import Reading, Span, Spread
from rag.types import Parts, Passage

KIT = "The kit holds the following things:\n\na map\nTwo ropes\n12 pegs\n\nReturn it on Friday."


def passage(text: str, score: float = 4.0, document: str = "d", start: int = 50) -> Passage:
    chunk = Chunk(f"{document}{start}", document, start, start + len(text), text, (), (), "")
    info = DocumentInfo(document, (f"{document}.txt",), "Kit", "en", None, None, 1)
    return Passage(chunk, info, score, Parts(fused_rank=1))


def reading(text: str, words: str, probability: float = 0.9) -> Reading:
    start = text.index(words)
    return Reading(probability, (Span(start, start + len(words), probability),))


def test_an_item_becomes_its_list_with_the_words_before_it_as_one_quotation() -> None:
    (found,) = find_sentences([passage(KIT)], [reading(KIT, "ropes")])
    assert found.quote == "Two ropes"
    grown = whole_list(found)
    assert grown.quote == KIT[: KIT.index("\n\nReturn")]
    assert grown.start == 50
    assert said(grown.quote) == "The kit holds the following things: a map; Two ropes; 12 pegs"


def test_what_stands_beside_the_best_is_weighed_by_odds_passage_and_the_best_itself() -> None:
    first, other = passage("Ann paid. Bea came."), passage("Cy left.", score=3.0, document="e")
    sure = Found(first, 50, 59, 0.9, 4.0)
    next_to = replace(sure, start=60, end=69, score=2.0)
    elsewhere = replace(next_to, passage=other, start=50, end=58)
    assert beside_the_best(next_to, sure) == pytest.approx(math.log(0.5) + FURTHER.same)
    assert beside_the_best(elsewhere, sure) == pytest.approx(math.log(0.5) - FURTHER.passage)
    doubtful = replace(sure, score=0.4)
    assert beside_the_best(replace(next_to, score=0.2), doubtful) == pytest.approx(
        math.log(0.5) + FURTHER.best * math.log(0.4) + FURTHER.same
    )
    assert beside_the_best(replace(sure, score=0.0), replace(sure, score=0.0)) < -3.0


def test_the_next_row_of_a_table_does_not_gain_by_standing_there() -> None:
    rows = passage("Flat: 4 | Owner: Ann\nFlat: 5 | Owner: Bea")
    best = Found(rows, 50, 70, 0.9, 2.0)
    assert beside_the_best(replace(best, start=71, end=91, score=2.0), best) == 0.0


def test_beside_a_doubtful_sentence_the_next_must_be_nearer() -> None:
    text = "Ann paid in May. Bea paid in June."

    def shown(first: float, second: float) -> int:
        places = [(text.index(word), likely) for word, likely in (("May", first), ("June", second))]
        spans = tuple(Span(start, start + 3, likely) for start, likely in places)
        answer = extractive_answer("Who paid?", [passage(text)], [Reading(0.5, spans)], 3)
        return len(answer.sentences)

    # in log-odds .03 is as far behind .25 as .455 behind .9
    assert shown(0.9, 0.455) == 2
    assert shown(0.25, 0.03) == 1
    assert shown(0.25, 0.2) == 2


def test_the_announcement_leads_to_its_list() -> None:
    (found,) = find_sentences([passage(KIT)], [reading(KIT, "the following things:")])
    assert whole_list(found).quote.endswith("12 pegs")


@pytest.mark.parametrize(
    "text",
    [
        "Model: X1 | Price: 3\nModel: X2 | Price: 4",  # rows answer for themselves
        "One paragraph alone.",
        "First paragraph here.\n\nSecond paragraph here.",
        "\n".join(f"item {number}" for number in range(40)),  # a long list is not one answer
        "a line of a paragraph that was broken by hand at the width of a screen,\n"
        "which goes on in lower case",
    ],
)
def test_what_is_no_list_stays_as_it_is(text: str) -> None:
    (found,) = find_sentences([passage(text)], [reading(text, text.split()[1])])
    assert whole_list(found) == found


def test_a_question_for_several_things_shows_the_list_and_one_for_a_thing_does_not() -> None:
    for question, shown in (
        ("What is needed to climb with the kit at night?", "The kit holds"),
        ("How many ropes does one need?", "Two ropes"),
        ("Which things are in the kit?", "The kit holds the following things: a map; Two ropes; "),
    ):
        answer = extractive_answer(question, [passage(KIT)], [reading(KIT, "ropes")], limit=3)
        assert answer.sentences[0].text.startswith(shown)
        (citation,) = answer.citations
        assert KIT[citation.start - 50 : citation.end - 50] == citation.quote


def test_a_list_goes_on_beyond_its_passage() -> None:
    items = "\n".join(f"(a) thing {n} of iron;" for n in range(6))
    whole = f"You need:\n\n{items}\n\nPay now."
    blocks = (Block(BlockKind.PARAGRAPH, 0, len(whole), 0, 7),)
    document = Document("d", "Kit", whole, blocks, "en", "text/1", None)
    middle = whole[whole.index("(a) thing 2") : whole.index("(a) thing 4")].strip()
    (found,) = find_sentences(
        [passage(middle, start=whole.index(middle))], [reading(middle, "thing 3")]
    )
    grown = whole_list(found, lambda _: document)
    assert grown.quote == whole[: whole.index("\n\nPay")]
    assert document.text[grown.start : grown.end] == grown.quote
    assert grown.passage.chunk.pages == (7,)
    assert whole_list(found, lambda _: None).quote == middle


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_marked_items_may_be_paragraphs(between: str) -> None:
    text = between.join(["(a) to keep up the hall", "(b) to plant trees", "(c) to hold a fair"])
    (found,) = find_sentences([passage(text)], [reading(text, "trees")])
    assert whole_list(found).quote == text


def test_an_item_that_says_the_contrary_without_its_list_is_never_shown_alone() -> None:
    for before, shown in (("Not covered:", True), ("Covered:", False)):
        text = f"The warranty\n\n{before}\n\nwear of the impeller\nbroken glass\n\nPay now."
        some = reading(text, "wear of the impeller")
        answer = extractive_answer("Is the impeller covered?", [passage(text)], [some], limit=3)
        assert (before in answer.sentences[0].text) == shown
    (found,) = find_sentences([passage(text)], [reading(text, "Covered:")])
    assert is_torn(found)


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_numbered_list_ends_where_the_numbers_begin_again(between: str) -> None:
    steps = ["1. Find the pipe.", "2. Warm it.", "3. Press RESET."]
    lines = ["1. Shut the valve.", "2. Call.", "4. How to thaw the pipe", *steps, "5. Fault codes"]
    text = between.join(lines)
    (found,) = find_sentences([passage(text)], [reading(text, "Press RESET")])
    assert whole_list(found).quote == between.join(steps)
    markdown = between.join(["1. Find it.", "1. Warm it.", "1. Press it."])
    (found,) = find_sentences([passage(markdown)], [reading(markdown, "Warm")])
    assert whole_list(found).quote == markdown


@pytest.mark.parametrize(
    "text",
    [
        "Not covered:\n2. roofs\n5. walls\n7. gutters",
        "Not covered:\n1. wear\n2. glass\n(1) windows\n(2) walls\n3. rust",
        "You cannot bring:\n\ndogs\nwalls",
        "Exclusions:\n\n☐ roofs\n\n☐ walls",
    ],
)
def test_an_item_keeps_the_words_that_deny_it(text: str) -> None:
    (found,) = find_sentences([passage(text)], [reading(text, "walls")])
    assert is_torn(found)
    assert whole_list(found).quote == text


LEFT_OUT = "loss of or damage to property that was left in a vehicle overnight"


@pytest.mark.parametrize(
    ("above", "kind", "torn"),
    [
        ("We do not cover:", BlockKind.PARAGRAPH, True),
        ("What is not covered", BlockKind.HEADING, True),
        ("What is covered", BlockKind.HEADING, False),
    ],
)
def test_what_denies_an_item_may_stand_beyond_its_passage(
    above: str, kind: BlockKind, torn: bool
) -> None:
    whole = f"{above}\n\nwear and tear\n{LEFT_OUT}\n\nCovered\n\nfire\nflood"
    blocks = [Block(kind, 0, len(above), 1, None)]
    for words, other in (
        ("wear and tear", BlockKind.LIST_ITEM),
        (LEFT_OUT, BlockKind.LIST_ITEM),
        ("Covered", BlockKind.HEADING),
        ("fire", BlockKind.LIST_ITEM),
        ("flood", BlockKind.LIST_ITEM),
    ):
        start = whole.rindex(f"\n{words}") + 1
        blocks.append(Block(other, start, start + len(words), 1, None))
    document = Document("d", "Kit", whole, tuple(blocks), "en", "text/1", None)
    start = whole.index(LEFT_OUT)
    (found,) = find_sentences([passage(LEFT_OUT, start=start)], [reading(LEFT_OUT, "vehicle")])
    assert is_torn(found, lambda _: document) == torn
    assert not is_torn(found)
    grown = whole_list(found, lambda _: document)
    assert grown.quote == whole[0 if torn else start : start + len(LEFT_OUT)]
    assert document.text[grown.start : grown.end] == grown.quote


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_note_between_two_steps_ends_no_list(between: str) -> None:
    steps = ["1. Open V1.", "2. Press START.", "Note: it hums.", "3. Wait.", "4. Close V1."]
    text = between.join(steps)
    for words in ("Open V1", "Wait"):
        (found,) = find_sentences([passage(text)], [reading(text, words)])
        assert whole_list(found).quote == text


def test_the_words_below_a_list_that_end_its_sentence_belong_to_it() -> None:
    text = "The Supplier shall not:\n\n(a) sell the data;\n\n(b) assign this Agreement,"
    closed = f"{text}\n\nwithout the written consent of the Client.\n\nIt may hire others."
    (found,) = find_sentences([passage(closed)], [reading(closed, "assign")])
    assert whole_list(found).quote == f"{text}\n\nwithout the written consent of the Client."


def test_steps_below_a_list_without_marks_are_a_list_of_their_own() -> None:
    text = "Do not use:\n\nbleach\nhot water\n1. Open the lid.\n2. Take out the filter."
    (found,) = find_sentences([passage(text)], [reading(text, "bleach")])
    assert whole_list(found).quote == text[: text.index("\n1.")]
    (found,) = find_sentences([passage(text)], [reading(text, "Open the lid")])
    assert whole_list(found).quote == text[text.index("1.") :]


def test_a_list_ends_at_a_heading_though_its_items_have_marks() -> None:
    lines = ["2. Not allowed", "(a) dogs", "(b) fires", "3. Allowed", "(a) tents", "(b) bikes"]
    whole = "\n\n".join(lines)
    blocks = []
    for line in lines:
        start = whole.index(line) if line[0] != "(" else whole.index(f"\n{line}") + 1
        kind = BlockKind.HEADING if line[0] != "(" else BlockKind.LIST_ITEM
        blocks.append(Block(kind, start, start + len(line), 1, None))
    document = Document("d", "Kit", whole, tuple(blocks), "en", "text/1", None)
    for words, expected in (("dogs", lines[:3]), ("tents", lines[3:])):
        (found,) = find_sentences([passage(whole, start=0)], [reading(whole, words)])
        assert whole_list(found, lambda _: document).quote == "\n\n".join(expected)


def test_a_long_line_that_announces_a_list_stays_before_it() -> None:
    before = "For the walk to the mill, which takes all day and leads over a ford, " * 4 + "bring:"
    text = f"{before}\nflour\nwater\nsalt"
    (found,) = find_sentences([passage(text)], [reading(text, "water")])
    assert whole_list(found).quote == text


def test_two_items_of_one_list_are_shown_once() -> None:
    spans = (*reading(KIT, "ropes").spans, *reading(KIT, "12 pegs", 0.8).spans)
    answer = extractive_answer("List the things.", [passage(KIT)], [Reading(0.9, spans)], limit=3)
    assert len(answer.sentences) == 1


def test_yes_and_no_come_from_what_decides() -> None:
    asked, text = "Is the reading room heated?", "The reading room has radiators."
    for yes, short in ((0.9, "Yes"), (0.1, "No"), (0.5, None), (0.4, None)):
        answer = extractive_answer(
            asked,
            [passage(text)],
            [reading(text, "has radiators")],
            limit=3,
            calibrated=True,
            decide=lambda found, yes=yes: (yes, yes),  # type: ignore[misc]
        )
        assert answer.short == short
        plain = extractive_answer(
            asked, [passage(text)], [reading(text, "has radiators")], 3, calibrated=True
        )
        assert plain.confidence is not None
        assert answer.confidence is not None
        sure = max(0.5, *verdict(asked, text, Heard(yes, yes, 0.9)))
        assert answer.confidence == pytest.approx(plain.confidence * sure)


def test_the_reader_moves_a_passage_up_only_as_far_as_the_search_lets_it() -> None:
    first, second = passage("One.", 4.0, "a"), passage("Two.", 3.9, "b")
    far = passage("Three.", 0.1, "c")
    readings = [Reading(0.05, ()), Reading(0.9, ()), Reading(0.95, ())]
    passages, moved = reranked([first, second, far], readings)
    assert [p.document.id for p in passages] == ["b", "a", "c"]
    assert [r.answerability for r in moved] == [0.9, 0.05, 0.95]
    assert [p.score for p in passages] == [3.9, 4.0, 0.1]
    assert passages[0].parts == replace(second.parts, reader_score=0.9)


@given(st.lists(st.tuples(st.floats(-3, 6), st.floats(0, 1)), max_size=12))
def test_reranking_never_takes_a_passage_out_of_the_first_five(drawn):
    scores = sorted((score for score, _ in drawn), reverse=True)
    found = [passage("x", score, f"d{place}") for place, score in enumerate(scores)]
    readings = [Reading(answers, ()) for _, answers in drawn]
    passages, moved = reranked(found, readings)
    assert {p.document.id for p in passages[:5]} == {p.document.id for p in found[:5]}
    assert len(passages) == len(moved) == len(found)


@given(st.floats(0, 1))
def test_log_odds_are_bounded_and_odd(probability: float) -> None:
    assert abs(log_odds(probability)) <= math.log(9999) + 1e-9
    assert log_odds(probability) == pytest.approx(-log_odds(1 - probability), abs=1e-6)


@given(st.text(alphabet="ab \n:;.", max_size=40))
def test_a_quotation_on_one_line_keeps_its_words(quote: str) -> None:
    one = said(quote)
    assert "\n" not in one
    assert one.replace(";", "").split() == quote.replace(";", "").split()


def test_a_sentence_counts_all_its_spans():
    places = np.array([0, 4, 10, 20, 26])
    starts = np.array([0.3, 0.3, 0.0, 0.4, 0.0], dtype=np.float32)
    ends = np.array([0.0, 0.4, 0.2, 0.0, 0.4], dtype=np.float32)
    spread = Spread(0.9, places, starts, ends)
    assert spread.within(0, 20) == pytest.approx(0.9 * 0.6)
    assert spread.within(20, 40) == pytest.approx(0.9 * 0.4)
    assert spread.within(40, 50) == 0.0
    # the likeliest span is in the second sentence, the likelier sentence is the first
    spans = (Span(20, 26, 0.38), Span(0, 4, 0.3))
    reading = Reading(0.9, spans, (spread,))
    assert reading.within(spans[1], 0, 20) > reading.within(spans[0], 20, 40)
    assert Reading(0.9, spans).within(spans[0], 20, 40) == 0.38


def candidate(text: str, score: float, short: str | None = None, start: int = 0) -> Found:
    return Found(passage(text, start=start), start, start + len(text), score, score, short)


def test_a_rival_answers_otherwise() -> None:
    best = candidate("It burned in 1823.", 0.8, "1823")
    other = candidate("It burned in 1901.", 0.4, "1901", start=500)
    agrees = candidate("The fire of 1823 was great.", 0.6, "1823", start=700)
    repeats = candidate("it burned in 1823", 0.6, start=900)
    wider = candidate("It burned in 1823. Nobody was hurt.", 0.7, start=0)
    assert rivalry([best]) == 0.0
    assert rivalry([best, agrees, repeats, wider]) == 0.0
    assert rivalry([best, agrees, other]) == pytest.approx(0.5)
    assert rivalry([candidate("a", 0.0), candidate("b", 0.0, start=9)]) == 1.0


def test_a_rival_makes_an_answer_less_sure() -> None:
    best = candidate("It burned in 1823.", 0.8, "1823")
    asked = AskedWords.of("When did it burn?")
    likely = [confidence(best, rival, asked) for rival in (0.9, 0.1, 0.0)]
    assert likely[0] < likely[1] < likely[2]
