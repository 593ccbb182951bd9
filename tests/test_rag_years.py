"""Editions and passages of other years than the question's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.types import Chunk, DocumentInfo
from rag.finding import Found
from rag.types import Parts, Passage
from rag.years import alike, asked_years, of_asked_editions, tells_of_other_years


def passage(text: str, source: str = "d.txt", title: str = "Notes", **info: object) -> Passage:
    document = DocumentInfo(source, (source,), title, "en", None, None, 1)
    chunk = Chunk(text, source, 0, len(text), text, (), (), "")
    return Passage(chunk, replace(document, **info), 4.0, Parts())  # type: ignore[arg-type]


def found(quote: str, source: str, title: str = "Lift contract", **info: object) -> Found:
    return Found(passage(quote, source, title, **info), 0, len(quote), 0.5, 0.5)


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("What was the fee in 2019?", {"2019"}),
        ("What did the 2019 contract say about 2021?", {"2019", "2021"}),
        ("What has happened since 2019?", set()),
        ("What replaced the 2019 contract?", set()),
        ("How many came between 2019 and 2021?", set()),
        ("What holds from 2019-20 under PL-2019-07 for £2019 or 2019.5?", set()),
        ("How many people live there?", set()),
    ],
)
def test_years_that_a_question_is_about(question: str, years: set[str]) -> None:
    assert asked_years(question) == years


OLD, NEW = "The yearly fee is £1,320.", "The yearly fee is £1,476."


def test_the_edition_of_the_asked_year_answers_alone() -> None:
    some = [found(NEW, "lift-contract-2024.odt"), found(OLD, "lift-contract-2019.rtf")]
    assert of_asked_editions("What was the fee in the lift contract of 2019?", some) == some[1:]
    assert of_asked_editions("What is the fee in the 2024 contract?", some) == some[:1]
    assert of_asked_editions("What is the fee?", some) == some
    assert of_asked_editions("What was the fee in 2022?", some) == some


def test_editions_are_told_by_titles_too_and_by_stated_dates_where_names_hold_no_year() -> None:
    titled = [found(NEW, "a.odt", "Contract 2024"), found(OLD, "b.rtf", "Contract 2019")]
    assert of_asked_editions("The fee in 2019?", titled) == titled[1:]
    dated = [found(NEW, "a.odt", modified="2024-01-01"), found(OLD, "b.rtf", modified="2019-01-01")]
    assert of_asked_editions("The fee in 2019?", dated) == dated[1:]
    undated = [
        found(NEW, "a.odt", modified="2024-01-01", file_date=True),
        found(OLD, "b.rtf", modified="2019-01-01", file_date=True),
    ]
    assert of_asked_editions("The fee in 2019?", undated) == undated


def test_other_documents_stay_and_sentences_that_tell_of_the_year() -> None:
    some = [
        found("In 2019 it was £1,320.", "lift-contract-2024.odt"),
        found("Trains stopped.", "history-2020.txt", "A history"),
        found(OLD, "lift-contract-2019.rtf"),
    ]
    assert of_asked_editions("What was the fee in 2019?", some) == some


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("In 2023 and 2024 the mean was 21.5.", True),
        ("The mean was 21.5.", False),  # it names no year at all
        ("In 2015 the mean was 21.5, in 2016 it was 22.", False),
        ("From 2012 to 2018 the mean was 21.5.", False),
        ("In 2012-18 the mean was 21.5.", False),
        ("In 2002-08 the mean was 21.5.", True),
        ("The mean has been 21.5 since 2012.", False),
        ("The mean has been 21.5 since 2019.", True),
    ],
)
def test_a_passage_of_other_years_alone(text: str, *, other: bool) -> None:
    assert tells_of_other_years("What was the mean in 2015?", passage(text)) is other
    assert not tells_of_other_years("What was the mean?", passage(text))


def test_a_name_or_stated_date_of_the_year_counts() -> None:
    text, question = "It was 21.5, after 22 in 2014.", "What was the mean in 2015?"
    assert tells_of_other_years(question, passage(text))
    assert not tells_of_other_years(question, passage(text, "report-2015.txt"))
    assert not tells_of_other_years(question, passage(text, modified="2015-03-01"))
    assert tells_of_other_years(question, passage(text, modified="2015-03-01", file_date=True))


def test_titles_of_editions_share_most_words() -> None:
    assert alike("Travel policy 2021", "Travel policy 2024")
    assert not alike("Travel policy", "Tenancy agreement")
    assert not alike("2021", "2024")
