"""When an answer is declined, and for which reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Chunk, DocumentInfo
from rag.asked_words import AskedWords
from rag.declining import (
    RELEVANT,
    SURE,
    missing_words,
    names_in,
    relevance,
    relevance_floor,
    unnamed,
    why_declined,
)
from rag.types import Answer, AnswerKind, Citation, Parts, Passage, RefusalReason, Sentence, Verdict

NOT_SAID, NOTHING = RefusalReason.NOT_SAID, RefusalReason.NOTHING_FOUND


def answer(
    question: str = "When did the mill burn?",
    confidence: float | None = 0.7,
    score: float = 4.0,
    *,
    quoted: bool = True,
    passages: int = 1,
) -> Answer:
    chunk = Chunk("c", "d", 0, 10, "It burned.", (), (), "The mill")
    info = DocumentInfo("d", ("d.txt",), "Mill", "en", None, None, 1)
    return Answer(
        question=question,
        standalone_question=question,
        kind=AnswerKind.EXTRACTIVE,
        sentences=(Sentence("It burned.", ()),) if quoted else (),
        confidence=confidence,
        passages=(Passage(chunk, info, score, Parts()),) * passages,
    )


def declined(
    given_answer: Answer,
    *unknown: str,
    indexed: int = 1_000,
    threshold: float = 0.2,
    likely: float | None = None,
) -> RefusalReason | None:
    asked = AskedWords.of(given_answer.standalone_question)
    return why_declined(
        given_answer, unknown, asked=asked, indexed=indexed, threshold=threshold, likely=likely
    )


def test_a_likely_answer_near_the_question_is_given() -> None:
    assert declined(answer()) is None
    assert declined(answer(confidence=0.2)) is None


def test_an_answer_under_the_threshold_is_not_said() -> None:
    assert declined(answer(confidence=0.19)) is NOT_SAID
    assert declined(answer(confidence=0.4), threshold=0.5) is NOT_SAID


def test_without_passages_or_without_sentences_nothing_is_given() -> None:
    assert declined(answer(passages=0)) is NOTHING
    assert declined(answer(quoted=False)) is NOT_SAID
    assert declined(answer(quoted=False, confidence=None)) is NOT_SAID


def test_of_another_subject_only_a_sure_answer_is_given() -> None:
    asked = AskedWords.of("How do rivers flood?")
    nearness = (tenths / 10 for tenths in range(80))
    score = next(
        score
        for score in nearness  # the least at which a sure answer is taken to be about it
        if relevance(answer(score=score).passages, asked, 1_000, 0.95) >= RELEVANT
    )
    far = replace(answer(confidence=0.3, score=score), standalone_question="How do rivers flood?")
    assert declined(far) is NOTHING
    assert declined(replace(far, confidence=0.95)) is None
    # a confidence near nothing is no sign that they are about something else
    assert declined(answer(confidence=0.001)) is NOT_SAID


def test_relevance_grows_with_nearness_words_and_confidence_and_falls_with_passages() -> None:
    asked = AskedWords({"burn": 2.0, "river": 1.0})
    (passage,) = answer(score=2.0).passages
    burned = replace(passage, chunk=replace(passage.chunk, context="The river"))
    usual = relevance([passage], asked, 100, 0.3)
    assert relevance([passage], asked, 100, 0.6) > usual
    assert relevance([replace(passage, score=2.5)], asked, 100, 0.3) > usual
    assert relevance([burned], asked, 100, 0.3) > usual
    assert relevance([passage], asked, 1_000, 0.3) < usual


def test_an_unknown_name_asks_for_more_and_an_unknown_word_does_not() -> None:
    asked = answer("Did the old mill in Whitby burn twice?", SURE - 0.01)
    assert declined(asked, "whitbi") is NOT_SAID
    assert declined(asked, "twice") is None
    assert declined(answer(asked.question, SURE), "whitbi") is None


@pytest.mark.parametrize(
    ("question", "unknown", "given"),
    [
        ("What does error code E06 mean?", ("e06",), False),
        ("Which lift is PL-2019-08?", ("pl201908", "08"), False),
        ("Does a bag of 25kg fit?", ("25kg", "25"), True),
        ("What was agreed in 2019?", ("2019",), True),
        ("What leaves at 10am?", ("10am", "10"), True),
        ("What does error code E05 mean?", (), True),
    ],
)
def test_another_code_is_no_answer_however_sure(
    question: str, unknown: tuple[str, ...], given: bool
) -> None:
    assert (declined(answer(question, 0.99), *unknown) is None) is given


@pytest.mark.parametrize(
    ("text", "bar"),
    [("In 1823 the mill burned.", SURE), ("In 1823, not in 1840.", 0.2), ("It burned.", 0.2)],
)
def test_a_passage_of_other_years_asks_for_more(text: str, bar: float) -> None:
    asked = answer("Who owned the mill in 1840?")
    (passage,) = asked.passages
    passage = replace(passage, chunk=replace(passage.chunk, end=len(text), text=text))
    cited = Citation(1, "d", "d.txt", "Mill", (), 0, len(text), text, Verdict.SUPPORTED, 1.0)
    asked = replace(asked, passages=(passage,), sentences=(Sentence(text, (cited,)),))
    assert declined(replace(asked, confidence=bar)) is None
    assert declined(replace(asked, confidence=bar - 0.01)) is NOT_SAID
    # nor does it matter what another passage than the cited one tells
    far = replace(passage, chunk=Chunk("e", "e", 0, 12, "Of 1840 only.", (), (), ""))
    assert declined(replace(asked, passages=(passage, far), confidence=bar - 0.01)) is NOT_SAID


def test_when_most_words_are_nowhere_nothing_was_found() -> None:
    asked = answer("zebra crossings of Antarctica", 0.1, score=6.0)
    assert declined(asked, "zebra", "cross") is NOTHING
    assert declined(asked, "zebra") is NOT_SAID


def test_a_reader_that_is_not_calibrated_says_how_likely_and_relevance_is_silent() -> None:
    far = answer(confidence=None, score=0.1)
    assert declined(far, likely=0.3) is None
    assert declined(far, likely=0.1) is NOT_SAID
    assert declined(far) is NOTHING


@given(st.integers(0, 3_000_000), st.integers(0, 3_000_000))
def test_relevance_falls_with_the_index_and_then_stays(some: int, more: int) -> None:
    few, many = sorted((some, more))
    asked = AskedWords({"burn": 1.0})
    assert 1.0 <= relevance_floor(few) <= relevance_floor(many) <= relevance_floor(10_000)
    assert relevance_floor(10_000) == pytest.approx(3.50, abs=0.01)
    relevances = [relevance(answer().passages, asked, n, 0.3) for n in (3_000_000, many, few, 0)]
    assert relevances == sorted(relevances)
    assert relevance(answer().passages, asked, 10_000, 0.3) == relevances[0]


def test_a_time_or_measure_asked_after_with_yes_or_no_is_no_name() -> None:
    for quantity in ("11pm", "25kg", "£200", "30%"):
        asked = f"May I bring dogs to the mill after {quantity}?"
        assert declined(answer(asked, confidence=0.5), "11pm", "25kg", "200", "30") is None
    assert declined(answer("May I run the HX350?", confidence=0.5), "hx350") is NOT_SAID
    assert declined(answer("Who comes at 11pm?", confidence=0.5), "11pm") is NOT_SAID


def test_the_file_of_the_answer_may_name_what_its_words_do_not() -> None:
    cited = Citation(1, "d", "d.txt", "Mill", (), 0, 10, "It burned.", Verdict.SUPPORTED, 0.9)
    given_answer = answer("Where do we sleep in Norway?")
    info = replace(given_answer.passages[0].document, sources=("trips/Norway_trip.2026.md",))
    named = replace(given_answer.passages[0], document=info)
    of_it = replace(given_answer, passages=(named,), sentences=(Sentence("It burned.", (cited,)),))
    assert unnamed(of_it, ["norway", "sweden"]) == ["sweden"]
    of_another = replace(
        of_it, sentences=(Sentence("It burned.", (replace(cited, document_id="e"),)),)
    )
    assert unnamed(of_another, ["norway", "sweden"]) == ["norway", "sweden"]
    assert unnamed(replace(of_it, sentences=()), ["norway"]) == ["norway"]


def test_missing_words_are_the_questions_own() -> None:
    assert missing_words("Who is Queen Zelda, exactly?", ["zelda"]) == ("Zelda",)
    assert missing_words("Who is she?", ["zelda"]) == ()


def test_a_code_is_missing_when_its_number_is() -> None:
    asked = "What was measured for barometer M-1183?"
    assert missing_words(asked, ["1183", "m1183"]) == ("M-1183",)
    assert missing_words(asked, ["m1183"]) == ()  # written "M 1183" in the documents
    assert missing_words("on 2021-05-12 or 12/05/2021", ["05", "20210512", "12052021"]) == ()


def test_names_and_codes_are_told_from_words() -> None:
    question = "Does Samsung repair error E06 on tuesdays?"
    assert names_in(question, ["Does", "Samsung", "E06", "tuesdays"]) == ["Samsung", "E06"]
    assert names_in("", []) == []


@pytest.mark.parametrize(
    ("word", "is_name"),
    [
        *((word, False) for word in ("4th", "21st", "18s", "1990s", "Febuary", "Wensday")),
        *((word, True) for word in ("Sunday", "Mayer", "4th-gen", "June", "Marc", "Augusta")),
    ],
)
def test_ordinals_and_misspelt_dates_are_no_names(word: str, is_name: bool) -> None:
    assert names_in(f"Is it open on {word}?", [word]) == [word] * is_name
