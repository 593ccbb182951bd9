"""Spans to sentences, footnotes that quote exactly, and what is shown beside the best sentence."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Block, BlockKind, Chunk, Document, DocumentInfo
from rag.answering import choose, compose, extractive_answer
from rag.asked_words import AskedWords
from rag.finding import RANKING, confidence, evidence, find_sentences, rivalry
from rag.reader import Reading, Span
from rag.rows import counts_rows
from rag.types import Answer, Opening, Parts, Passage, Sentence, Verdict, escape_markers

TEXT = "The mill burned in 1823. Twenty-two people drowned. The owner, Mr Pym, left the town."


def passage(
    text: str = TEXT, start: int = 100, document: str = "d", pages: tuple[int, ...] = ()
) -> Passage:
    chunk = Chunk(document, document, start, start + len(text), text, (), pages, "")
    info = DocumentInfo(document, (f"/docs/{document}.txt",), "History", "en", None, None, 1)
    return Passage(chunk, info, 1.0, Parts())


def span(words: str, probability: float, text: str = TEXT) -> Span:
    start = text.index(words)
    return Span(start, start + len(words), probability)


def test_a_span_is_shown_in_its_sentence_and_quoted_by_offsets_of_the_document() -> None:
    reading = Reading(0.9, (span("Twenty-two", 0.9),))
    answer = extractive_answer("How many drowned?", [passage(pages=(2,))], [reading], limit=3)
    assert answer.short == "Twenty-two"
    assert [s.text for s in answer.sentences] == ["Twenty-two people drowned."]
    (citation,) = answer.citations
    assert citation.quote == "Twenty-two people drowned."
    assert TEXT[citation.start - 100 : citation.end - 100] == citation.quote
    assert (citation.pages, citation.verdict) == ((2,), Verdict.SUPPORTED)
    assert answer.text == "Twenty-two people drowned. [1]"


def test_a_span_over_two_sentences_takes_both() -> None:
    reading = Reading(0.9, (span("1823. Twenty-two people", 0.9),))
    answer = extractive_answer("What happened?", [passage()], [reading], limit=3)
    assert answer.sentences[0].text == "The mill burned in 1823. Twenty-two people drowned."


def test_much_weaker_sentences_are_left_out_and_near_ones_kept() -> None:
    strong = Reading(0.9, (span("1823", 0.9), span("Twenty-two", 0.8), span("Pym", 0.1)))
    answer = extractive_answer("When did it burn?", [passage()], [strong], limit=3)
    assert len(answer.sentences) == 2


def test_explanations_stand_in_the_order_of_the_document() -> None:
    reading = Reading(0.9, (span("Pym", 0.9), span("1823", 0.8)))
    answer = extractive_answer("Why did Mr Pym leave?", [passage()], [reading], limit=3)
    assert [s.text[:8] for s in answer.sentences] == ["The mill", "The owne"]


def test_the_same_words_in_two_documents_are_one_sentence_with_two_footnotes() -> None:
    reading = Reading(0.9, (span("1823", 0.9),))
    both = [passage(document="a"), passage(document="b")]
    answer = extractive_answer("When did it burn?", both, [reading, reading], limit=3)
    assert answer.text == "The mill burned in 1823. [1] [2]"
    assert {c.document_id for c in answer.citations} == {"a", "b"}


def test_another_answer_nearly_as_likely_lowers_the_confidence() -> None:
    def likely(second: float) -> float | None:
        reading = Reading(0.9, (span("1823", 0.8), span("Twenty-two", second)))
        answer = extractive_answer("When?", [passage()], [reading], limit=3, calibrated=True)
        found = find_sentences([passage()], [reading])
        asked = AskedWords.of("When?")
        assert answer.confidence == confidence(found[0], rivalry(found), asked)
        return answer.confidence

    assert (likely(0.7) or 1.0) < (likely(0.1) or 0.0)


def test_the_limit_holds() -> None:
    spans = tuple(span(w, 0.9) for w in ("1823", "Twenty-two", "Pym"))
    found = find_sentences([passage()], [Reading(0.9, spans)])
    assert len(choose("List all", found, 2)) == 2
    assert choose("List all", [], 2) == []


def test_no_readings_no_sentences() -> None:
    answer = extractive_answer("When?", [passage()], [Reading(0.0, ())], limit=3)
    assert answer.sentences == ()
    assert answer.short is None


def test_a_marker_in_a_documents_own_words_is_no_footnote() -> None:
    text = "As shown [3] before, the sum is 12."
    reading = Reading(0.9, (span("12", 0.9, text),))
    answer = extractive_answer("What is the sum?", [passage(text)], [reading], limit=1)
    assert answer.text == "As shown ［3］ before, the sum is 12. [1]"
    assert answer.citations[0].quote == text


@given(st.text(alphabet="[]0123456789 ab", max_size=40))
def test_escaping_leaves_no_marker_and_keeps_all_else(text: str) -> None:
    import re

    escaped = escape_markers(text)
    assert re.search(r"\[\d+\]", escaped) is None
    assert escaped.replace("［", "[").replace("］", "]") == text


def test_compose_numbers_each_span_once() -> None:
    found = find_sentences([passage()], [Reading(0.9, (span("1823", 0.9), span("Pym", 0.8)))])
    sentences = compose([[found[0]], [found[1], found[0]]])
    assert [[c.number for c in s.citations] for s in sentences] == [[1], [2, 1]]
    assert isinstance(sentences[0], Sentence)


def test_to_dict_is_plain_and_versioned() -> None:
    import json

    reading = Reading(0.9, (span("1823", 0.9),))
    answer: Answer = extractive_answer("When?", [passage()], [reading], limit=1)
    data = json.loads(json.dumps(answer.to_dict()))
    assert data["schema_version"] == 1
    assert data["citations"][0]["quote"] == "The mill burned in 1823."
    assert data["kind"] == "extractive"


OLD = "The limit for a hotel room is £120 a night, breakfast included."
NEW = "The limit for a hotel room is now £155 a night."


def test_documents_that_disagree_are_both_shown() -> None:
    both = [passage(NEW, document="new"), passage(OLD, document="old")]
    readings = [Reading(0.9, (span("£155", 0.9, NEW),)), Reading(0.2, (span("£120", 0.2, OLD),))]
    answer = extractive_answer("What is the limit for a hotel room?", both, readings, limit=1)
    assert [p.chunk.document_id for p in answer.conflicts] == ["new", "old"]
    assert [s.text for s in answer.sentences] == [NEW, OLD]


def test_other_subjects_and_one_document_are_no_conflict() -> None:
    meal = "The allowance for a meal is £34 a day."
    spans = [Reading(0.9, (span("£155", 0.9, NEW),)), Reading(0.8, (span("£34", 0.8, meal),))]
    other = [passage(NEW, document="a"), passage(meal, document="b")]
    question = "What is the limit for a hotel room?"
    assert extractive_answer(question, other, spans, limit=3).conflicts == ()
    reading = Reading(0.9, (span("£155", 0.9, NEW),))
    older = Reading(0.8, (span("£120", 0.8, OLD),))
    same = [passage(NEW), passage(OLD, start=500)]
    assert extractive_answer(question, same, [reading, older], limit=3).conflicts == ()


def test_confidence_follows_its_evidence() -> None:
    """By hand: (.395 + .450) ln(.9 / .1) + .651 - .456 * .4 + (.791 - .858) * .8 - 1.601 = .671."""
    asked = AskedWords({"mill": 3.0, "burn": 1.0, "2019": 1.0})
    (found,) = find_sentences([passage()], [Reading(0.9, (span("1823", 0.9),))])
    assert evidence(found, 0.4, asked)[1:] == (1.0, 0.4, 0.8, 0.8, pytest.approx(math.log(9)))
    assert round(confidence(found, 0.4, asked), 3) == 0.662
    assert confidence(found, 0.5, asked) < confidence(found, 0.4, asked)
    (weaker,) = find_sentences([passage()], [Reading(0.5, (span("1823", 0.5),))])
    assert confidence(weaker, 0.4, asked) < confidence(found, 0.4, asked)


def test_a_passage_with_the_words_and_a_sentence_without_them_is_doubted() -> None:
    asked = AskedWords.of("When did the mill burn?")
    spans = (span("1823", 0.6), span("Twenty-two", 0.6))
    burned, drowned = find_sentences([passage()], [Reading(0.9, spans)])
    assert confidence(drowned, 0.4, asked) < confidence(burned, 0.4, asked)


def test_only_a_calibrated_reader_gives_a_confidence() -> None:
    reading = Reading(0.9, (span("1823", 0.9),))
    plain = extractive_answer("When?", [passage()], [reading], 1)
    calibrated = extractive_answer("When?", [passage()], [reading], 1, calibrated=True)
    assert plain.confidence is None
    assert calibrated.confidence is not None


def test_the_newer_of_two_that_disagree_comes_first() -> None:
    old, new = passage(OLD, document="old"), passage(NEW, document="new")
    old = replace(old, document=replace(old.document, modified="2021-03-01"))
    new = replace(new, document=replace(new.document, modified="2024-04-15"))
    readings = [Reading(0.9, (span("£120", 0.9, OLD),)), Reading(0.5, (span("£155", 0.5, NEW),))]
    answer = extractive_answer("What is the limit for a hotel room?", [old, new], readings, 3)
    assert [s.text for s in answer.sentences] == [NEW, OLD]
    assert answer.short == "£155"


def test_a_span_over_two_rows_answers_with_the_first() -> None:
    rows = "Day: Thursday | Main: 12:00–20:30 | Children: 13:00\nDay: Friday | Main: 10:00"
    reading = Reading(0.9, (span("12:00–20:30 | Children: 13:00\nDay: Friday", 0.9, rows),))
    answer = extractive_answer("How late on Thursdays?", [passage(rows)], [reading], limit=1)
    assert answer.sentences[0].text == rows.splitlines()[0]
    assert answer.short == "12:00–20:30"


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("May I bring a dog? No. It frightens the sheep.", "No"),
        ("Q: May I bring a dog?\nA: Yes, on a lead.", "Yes"),
        ("May I bring a dog?", None),
        ("May I bring a dog? Ask at the desk.", "Yes"),  # left to the reader
        ("Is it forbidden to bring a dog? No, they are welcome.", "Yes"),
        ("May I not bring a dog? No.", "Yes"),
        ("May I bring a dog? No more than two.", "Yes"),
        ("May I bring a dog? No. 5 of the rules allows it.", "Yes"),
        ("1. May I bring a dog? No.", "No"),
    ],
)
def test_yes_and_no_are_taken_from_an_answer_that_says_them(text: str, short: str | None) -> None:
    reading = Reading(0.9, (span("bring a dog", 0.9, text),))
    answer = extractive_answer(
        "Can I bring my dog?", [passage(text)], [reading], limit=3, decide=lambda _: (0.95, 0.95)
    )
    assert answer.short == short


def test_of_two_documents_without_dates_the_later_year_in_a_name_is_newer() -> None:
    old, new = "The fee for adults is £3 a visit.", "The fee for adults is £5 a visit."
    passages = [passage(old, document="rules 2023"), passage(new, document="rules 2025")]
    readings = [Reading(0.9, (span("£3", 0.9, old),)), Reading(0.9, (span("£5", 0.8, new),))]
    answer = extractive_answer("What is the fee for adults?", passages, readings, limit=3)
    assert len(answer.conflicts) == 2
    assert [s.text for s in answer.sentences] == [new, old]


STAFF = "Full-time staff have 25 days paid annual leave plus bank holidays."
HANDBOOK = (
    "A full-time employee is entitled to 27 days of paid holiday in each leave year, in addition "
    "to the public holidays of England."
)


@pytest.mark.parametrize(("likely", "both"), [(0.8, True), (0.1, False)])
def test_a_sentence_as_likely_in_other_words_disagrees_too(likely: float, both: bool) -> None:
    passages = [passage(STAFF, document="leave 2021"), passage(HANDBOOK, document="handbook 2024")]
    readings = [
        Reading(0.9, (span("25 days", 0.85, STAFF),)),
        Reading(0.9, (span("27 days", likely, HANDBOOK),)),
    ]
    answer = extractive_answer("How many days of leave if full time?", passages, readings, limit=3)
    assert bool(answer.conflicts) == both
    assert answer.sentences[0].text == (HANDBOOK if both else STAFF)


def test_the_date_of_a_copied_file_counts_less_than_the_year_in_its_name() -> None:
    old, new = "The fee for adults is £3 a visit.", "The fee for adults is £5 a visit."
    first, second = passage(old, document="rules 2023"), passage(new, document="rules 2025")
    copied = replace(first.document, modified="2026-01-01", file_date=True)
    passages = [replace(first, document=copied), second]
    readings = [Reading(0.9, (span("£3", 0.9, old),)), Reading(0.9, (span("£5", 0.8, new),))]
    answer = extractive_answer("What is the fee for adults?", passages, readings, limit=3)
    assert [s.text for s in answer.sentences] == [new, old]
    stated = replace(copied, file_date=False)
    passages = [replace(first, document=stated), second]
    answer = extractive_answer("What is the fee for adults?", passages, readings, limit=3)
    assert [s.text for s in answer.sentences] == [old, new]


def test_the_edition_that_a_question_names_stands_alone() -> None:
    old, new = "The fee for adults is £3 a visit.", "The fee for adults is £5 a visit."
    passages = [passage(old, document="rules 2023"), passage(new, document="rules 2025")]
    readings = [Reading(0.9, (span("£3", 0.7, old),)), Reading(0.9, (span("£5", 0.9, new),))]
    answer = extractive_answer("What was the fee for adults in 2023?", passages, readings, limit=3)
    assert answer.conflicts == ()
    assert [s.text for s in answer.sentences] == [old]


def test_the_row_whose_range_holds_the_amount_answers() -> None:
    rows = "Service: 3 to 7 years | Notice: 8 weeks\nService: 8 years and more | Notice: 12 weeks"
    reading = Reading(0.9, (span("12 weeks", 0.9, rows), span("8 weeks", 0.6, rows)))
    answer = extractive_answer("What notice after five years?", [passage(rows)], [reading], 3)
    assert [s.text for s in answer.sentences] == [rows.splitlines()[0]]
    assert answer.short == "8 weeks"


@pytest.mark.parametrize(
    ("question", "text", "quoted"),
    [
        ("Is the gutter of the shed sound?", "Please ask her whether the gutter is sound.", False),
        ("Is the gutter of the shed sound?", "I do not know if the gutter is sound.", False),
        ("Is the gutter of the shed sound?", "If the gutter is sound, it stays.", True),
        ("Is the gutter sound?", "It is sound whether it rains or snows.", True),
        ("What shall she find out?", "Please ask her whether the gutter is sound.", True),
    ],
)
def test_who_wonders_the_same_tells_neither_yes_nor_no(
    question: str, text: str, *, quoted: bool
) -> None:
    reading = Reading(0.9, (span("sound", 0.9, text),))
    answer = extractive_answer(question, [passage(text)], [reading], limit=3)
    assert bool(answer.sentences) is quoted


def test_an_answer_goes_before_a_bare_question_that_is_found_first() -> None:
    asks, tells = "Is the 15 September still right?", "The full draft is due on 30 September."
    passages = [passage(asks, document="a"), replace(passage(tells, document="b"), score=0.0)]
    readings = [Reading(0.9, (span("15 September", 0.9, asks),))]
    readings.append(Reading(0.8, (span("30 September", 0.7, tells),)))
    answer = extractive_answer("When is the draft due?", passages, readings, limit=1)
    assert answer.short == "30 September"
    (found,) = find_sentences(passages, readings)
    odds = (0.7 / 0.3) ** RANKING.span * (0.8 / 0.2) ** RANKING.answers
    assert found.score == pytest.approx(odds)  # not held back by the question's passage


def test_documents_are_read_once_and_a_grown_list_is_not_shown_beside_its_item() -> None:
    texts = {
        name: f"The fees are:\n\nEntry for adults: £{fee}\nEntry for dogs: £{fee + 1}\n\nPay now."
        for name, fee in (("rules 2023", 40), ("rules 2025", 55))
    }
    read: list[str] = []

    def documents(name: str) -> Document:
        read.append(name)
        text = texts[name]
        blocks = (Block(BlockKind.PARAGRAPH, 0, len(text), 0, None),)
        return Document(name, "History", text, blocks, "en", "text/1", None)

    passages = [passage(text, start=0, document=name) for name, text in texts.items()]
    readings = [
        Reading(0.9, (span("adults", 0.9 - 0.1 * at, text), span("dogs", 0.3, text)))
        for at, text in enumerate(texts.values())
    ]
    answer = extractive_answer(
        "What fees do you take for entry?", passages, readings, limit=4, documents=documents
    )
    assert sorted(read) == sorted(texts)
    shown = sorted((c.document_id, c.start, c.end) for c in answer.citations)
    for (name, _, end), (following, start, _) in pairwise(shown):
        assert name != following or end <= start


def test_a_rule_with_an_exception_is_neither_yes_nor_no() -> None:
    def short(text: str) -> str | None:
        reading = Reading(0.9, (Span(0, len(text), 0.9),))
        answer = extractive_answer(
            "Are dogs allowed?",
            [passage(text)],
            [reading],
            3,
            calibrated=True,
            decide=lambda _: (0.1, 0.1),
        )
        return answer.short

    assert short("Dogs are not allowed on the ground.") == "No"
    assert short("Dogs are not allowed except on a lead.") is None
    assert short("Dogs other than guide dogs are not allowed.") is None


def table(*rows: str) -> Document:
    blocks, start = [], 0
    for row in rows:
        blocks.append(Block(BlockKind.TABLE_ROW, start, start + len(row)))
        start += len(row) + 1
    return Document("d", "Members", "\n".join(rows), tuple(blocks), None, "csv/1", None)


MEMBERS = (
    "Name: Ann Lee | Sport: Tennis | Fee: 20",
    "Name: Bo Ray | Sport: Bowls | Fee: 15",
    "Name: Cy Orr | Sport: Tennis | Fee: 25",
    "Note: Tennis is played on Mondays",
)


def of_members(question: str, documents: bool = True) -> Answer:
    held = table(*MEMBERS)
    spans = tuple(span(name, p, held.text) for name, p in (("Cy Orr", 0.6), ("Bo Ray", 0.9)))
    return extractive_answer(
        question,
        [passage(held.text, start=0)],
        [Reading(0.9, spans)],
        3,
        documents=(lambda _: held) if documents else None,
    )


def test_all_rows_that_hold_what_a_list_is_asked_of_are_its_items() -> None:
    answer = of_members("Which members play tennis?")
    assert [s.text for s in answer.sentences] == [MEMBERS[0], MEMBERS[2]]
    assert {s.opening for s in answer.sentences} == {Opening.ITEM}
    assert answer.short is None, "one of them is not the answer"
    assert all(c.quote == s.text for s in answer.sentences for c in s.citations)
    assert answer.text == f"- {MEMBERS[0]} [1]\n- {MEMBERS[2]} [2]"


def test_rows_are_counted_where_how_many_asks_for_them() -> None:
    answer = of_members("How many members play tennis?")
    assert [s.text for s in answer.sentences] == [MEMBERS[0], MEMBERS[2]]
    assert answer.short == "2 rows"
    assert of_members("How many members do not play tennis?").short is None
    # No count, and no figure that is something else: the fee of Bo Ray.
    assert of_members("How many members play bowls?").short is None
    assert of_members("How many members play tennis?", documents=False).short is None


@pytest.mark.parametrize(
    ("question", "row", "counted"),
    [
        ("How many members play tennis?", "No.: 7 | Name: Lee | Sport: Tennis", True),
        ("How many weeks does Lee clean?", "Week of: 8 June | Cleaning: Lee", True),
        ("How many packs of D-20 are left?", "Article: D-20 | Packs: 6", False),
        ("How many tables have we got?", "Item: Table | Quantity: 10", False),
        ("How many beds has the Oak room?", "Room: Oak | Furniture: 2 beds", False),
        ("Which members play tennis?", "Name: Lee | Sport: Tennis", False),
    ],
)
def test_how_many_asks_for_rows_or_for_a_figure_in_one(
    question: str, row: str, counted: bool
) -> None:
    assert counts_rows(question, row) is counted


@pytest.mark.parametrize(
    "question",
    [
        "Which members do not play tennis?",
        "Which members play tennis or bowls?",
        "Which members besides Ann Lee play tennis?",
    ],
)
def test_what_leaves_rows_out_is_no_list_of_all(question: str) -> None:
    shown = [sentence.text for sentence in of_members(question).sentences]
    assert shown == [sentence.text for sentence in of_members(question, documents=False).sentences]


def test_one_row_is_asked_of() -> None:
    answer = of_members("What does Cy Orr pay as a fee?")
    assert (answer.sentences[0].text, answer.short) == (MEMBERS[2], "25")
    assert answer.sentences[0].opening is Opening.NOTHING
    assert len(of_members("Which members play chess?").sentences) == 2  # nothing named: as found


def test_the_header_of_a_mail_is_no_answer_to_what_is_asked_of_its_words() -> None:
    header = "From: Ida Blom | To: Ruth | Date: 3 May 2025"
    told = "We use rhodamine at the weir."
    both = [passage(header, document="a"), passage(told, document="b")]
    readings = [
        Reading(0.9, (span("Ida Blom", 0.9, header),)),
        Reading(0.9, (span("rhodamine", 0.5, told),)),
    ]
    answer = extractive_answer("Which dye do we use?", both, readings, limit=3)
    assert [s.text for s in answer.sentences] == [told]
    answer = extractive_answer("Who wrote to Ruth?", both, readings, limit=3)
    assert answer.sentences[0].text == header


def test_the_bare_answer_is_what_a_price_has_come_to() -> None:
    text = "The meal deal goes up from £2.85 to £3.05 in May."
    reading = Reading(0.9, (span("£2.85 to £3.05", 0.9, text),))
    answer = extractive_answer("How much is the meal deal?", [passage(text)], [reading], limit=1)
    assert answer.short == "£3.05"
