"""Search terms: folded, stemmed, never split by SQLite, and the same on both sides of a search."""

from __future__ import annotations

import re
import sqlite3
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import analysis
from index.analysis import QUESTION_WORDS, fold, question_terms, terms, words
from index.catalog import Catalog
from index.spellings import one_spelling

SIGN = re.compile(
    r"(?:[^\W_]|[\u0900-\u10ff])+"
)  # letters, digits and vowel signs: FTS5 splits none


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("29,000", ["29000"]),
        ("29000", ["29000"]),
        ("1,234,567.89", ["1234567d89"]),
        ("12,34", ["12", "34"]),
        ("in 1,999, 2,000 and", ["in", "1999", "2000", "and"]),
        ("３．５", ["3d5"]),
        ("X-100", ["x", "100", "x100"]),
        ("X100", ["x100"]),
        ("well-known", ["well", "know"]),
        ("running runs", ["run", "run"]),
        ("the dog's and the dogs' bowl", ["the", "dog", "and", "the", "dog", "bowl"]),
        ("the dog’s", ["the", "dog"]),
        ("O'Brien", ["obrien"]),
        ("Café Ångström", ["cafe", "angstrom"]),
        ("STRASSE straße", ["strass", "strass"]),
        ("ﬁnance №5 ™", ["financ", "no5", "tm"]),
        ("Ёлка", ["елка"]),
        ("你好世界", ["你好", "好世", "世界"]),
        ("我", ["我"]),
        ("東京tower", ["東京", "tower"]),
        ("かが", ["かが"]),
        ("हिन्दी", ["हिन्दी"]),
        ("כָּתַב كَتَبَ", ["כתב", "كتب"]),
        ("snake_case", ["snake", "case"]),
        ("", []),
        ("?! … 😀", []),
        ("a" * 200, ["a" * 64]),
    ],
)
def test_terms_by_hand(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the capital of France?", ["capit", "franc"]),
        ("Who is who?", ["who", "is"]),
        ("How much did the X-100 cost in 1,999?", ["x", "100", "cost", "1999", "x100"]),
        ("Don't they say what's due?", ["say", "due"]),
        ("dog dogs dog's", ["dog"]),
        ("首都はどこですか", ["首都", "都は", "はど", "どこ", "こで", "です", "すか"]),
        ("", []),
        ("\0 😀", []),
    ],
)
def test_question_terms_by_hand(question: str, expected: list[str]) -> None:
    found = question_terms(question)
    assert sorted(found) == sorted(expected)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("e-mail", "email"),
        ("Wi‑Fi", "wifi"),
        ("re-use", "reuse"),
        ("ten per cent", "ten percent"),
        ("organised", "organized"),
        ("organisation", "organization"),
        ("analyse", "analyze"),
        ("colours", "colors"),
        ("neighbourhood", "neighborhood"),
        ("behavioural", "behavioral"),
        ("kilometres", "kilometers"),
        ("centred", "centered"),
        ("licence", "license"),
        ("offences", "offenses"),
        ("practising", "practicing"),
        ("programmes", "programs"),
        ("catalogue", "catalog"),
        ("catalogued", "cataloged"),
        ("cancelled", "canceled"),
        ("traveller", "traveler"),
        ("enrolment", "enrollment"),
        ("fulfil", "fulfill"),
        ("skilful", "skillful"),
        ("anaemia", "anemia"),
        ("haemoglobin", "hemoglobin"),
        ("paediatric", "pediatric"),
        ("caesarean", "cesarean"),
        ("oesophagus", "esophagus"),
        ("diarrhoea", "diarrhea"),
        ("manoeuvre", "maneuver"),
        ("sulphur", "sulfur"),
        ("judgement", "judgment"),
        ("ten per\ncent", "ten percent"),
        ("theatre", "theater"),
        ("grey", "gray"),
        ("aluminium", "aluminum"),
        ("mould", "mold"),
        ("plough", "plow"),
        ("jewellery", "jewelry"),
        ("instalment", "installment"),
        ("foetus", "fetus"),
        ("ageing", "aging"),
        ("sceptic", "skeptic"),
        ("cosy", "cozy"),
        ("pyjamas", "pajamas"),
        ("whisky", "whiskey"),
    ],
)
def test_both_spellings_are_one_term(one: str, other: str) -> None:
    assert terms(one) == terms(other)
    assert question_terms(one) == question_terms(other)


def test_words_that_only_look_like_the_other_spelling_stay() -> None:
    apart = (
        "will hour four pour acre size prize seize citizen horizon shoes poem skill media sentence"
    )
    assert [one_spelling(word) for word in apart.split()] == apart.split()
    assert terms("cheque") != terms("check")
    assert terms("a well-liked co") == ["a", "well", "like", "co"]


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("Thu", "Thursday"),
        ("Sat 25 Jul", "Saturday 25 July"),
        ("3-Mar-2026", "3-March-2026"),
        ("Sat 2nd Jan 2027", "Saturday 2nd January 2027"),
        ("Day: Wed | Hall: 2", "Day: Wednesday | Hall: 2"),
        ("phones", "telephones"),
        ("38 kg", "38 kilograms"),
        ("10 km", "10 kilometres"),
        ("the windows quote", "the windows quotation"),
    ],
)
def test_an_abbreviation_and_the_word_are_one_term(short: str, whole: str) -> None:
    assert terms(short) == terms(whole)
    assert question_terms(short) == question_terms(whole)


def test_words_that_are_abbreviations_only_beside_a_number_stay() -> None:
    apart = "sat sun wed mar min hr co rep max jan"
    assert terms(apart) == apart.split()
    assert terms("he sat 3 exams, the sun 93 million")[1] == "sat"
    assert "sun" in terms("the sun 93 million")
    assert terms("we sat in the sun") == ["we", "sat", "in", "the", "sun"]


@pytest.mark.parametrize(
    ("form", "base"),
    [("paid", "pay"), ("the children's teeth", "the child tooth"), ("was stolen", "was steal")],
)
def test_an_irregular_form_and_its_base_are_one_term(form: str, base: str) -> None:
    assert terms(form) == terms(base)


def test_forms_that_are_other_words_stay() -> None:
    apart = "found left saw felt rose led live leav sat ground".split()
    assert terms(" ".join(apart)) == apart


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("23/05/2024", "23 may"),
        ("2024-05-23", "23 May"),
        ("5.12.2024", "5 December"),
        ("05/12/24", "12 May"),
    ],
)
def test_a_date_in_figures_is_found_by_its_month(written: str, said: str) -> None:
    held = terms(written)
    assert " ".join(terms(said)) in " ".join(held)


def test_figures_that_are_no_dates_have_no_month() -> None:
    for figures in ("3.4.12", "13/14", "2024-13-40", "192.168.1.12", "1/2/3/4", "23/05/2024/x"):
        assert not any(map(str.isalpha, "".join(terms(figures)).replace("x", ""))), figures


def test_words_keep_their_endings() -> None:
    assert words("Running the dog's 29,000 errands") == [
        "running",
        "the",
        "dog",
        "29000",
        "errands",
    ]


def test_the_mark_of_a_note_is_no_digit_of_a_price() -> None:
    assert terms("£45¹ and 1,250²³ of 20 m²") == ["45", "and", "1250", "of", "20", "m2"]


def test_question_words_are_folded_words() -> None:
    assert all(words(word) == [word] for word in QUESTION_WORDS)


@given(st.text())
def test_terms_hold_only_letters_digits_and_signs(text: str) -> None:
    assert all(SIGN.fullmatch(term) for term in terms(text) + question_terms(text))
    assert all(len(term) <= 64 for term in terms(text))


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_a_question_asks_for_terms_its_text_has(text: str) -> None:
    """Whatever is copied out of a document into a question is found in that document."""
    asked, stored = question_terms(text), set(terms(text))
    assert set(asked) <= stored
    assert bool(asked) == bool(stored)


def test_sqlite_splits_and_folds_no_term(tmp_path: Path) -> None:
    """Every single character of Unicode, alone and inside a word, comes back as it was stored."""
    Catalog.create(tmp_path).close()
    found: set[str] = set()
    for code in range(sys.maxunicode + 1):
        if not 0xD800 <= code < 0xE000:
            found.update(terms(chr(code)))
            if 0x300 <= code < 0x1100:
                found.update(terms(f"क{chr(code)}क"))
    assert len(found) > 100_000
    db = sqlite3.connect(tmp_path / "catalog.sqlite")
    db.executemany("INSERT INTO terms (words) VALUES (?)", [(term,) for term in found])
    vocabulary = {row[0] for row in db.execute("SELECT term FROM term_counts")}
    db.close()
    assert vocabulary == found


RUNS = [
    "x",
    "7",
    ",",
    ".",
    "-",
    "/",
    "'",
    "_",
    "x-",
    "7,",
    "7.",
    "1,111",
    ",111",
    "1.",
    "12-",
    "é",
    "\u0323\u0301",
    "\u20e8\u20d0",
]


@pytest.mark.parametrize("piece", RUNS)
@pytest.mark.parametrize("ends", [("", ""), ("1", ""), ("x", "1"), ("1", ",11"), ("", "_")])
def test_unbroken_runs_take_linear_time(piece: str, ends: tuple[str, str]) -> None:
    """Seconds or minutes when a pattern is quadratic, some hundredths when it is not."""
    text = ends[0] + piece * (100_000 // len(piece)) + ends[1]
    started = time.process_time()  # other work on the machine does not count
    terms(text)
    words(text)
    assert time.process_time() - started < 1.5


@given(text=st.text(alphabet="é한글e\u0301\u0323ﬁ \n№", min_size=1, max_size=30))
def test_long_texts_are_folded_as_short_ones_are(text: str) -> None:
    assert fold((text + " ") * 1500) == fold(text + " ") * 1500


OLD_PATTERNS = {
    "_NUMBER_GROUPS": r"(?<![\d.,])(\d{1,3}(?:,\d{3})+)(?![\d,]*\d)",
    "_DECIMAL": r"(?<![\w.])(\d+)\.(\d+)(?!\w|\.\d)",
    "_COMPOUND": r"[^\W_]+(?:[-/][^\W_]+)+",
}


@pytest.mark.parametrize("name", OLD_PATTERNS)
@given(text=st.text(alphabet="x7é1,.-/_ ", max_size=40))
def test_the_linear_patterns_find_what_the_plain_ones_do(name: str, text: str) -> None:
    fast, plain = getattr(analysis, name), re.compile(OLD_PATTERNS[name])
    assert [m.span() for m in fast.finditer(text)] == [m.span() for m in plain.finditer(text)]


def test_dots_join_decimals_but_not_dates_or_versions() -> None:
    assert terms("costs 3.5.") == ["cost", "3d5"]
    assert terms("on 12.05.2020") == "on 12 05 2020 12 may 5 decemb".split()
    assert terms("version 2.13.0") == ["version", "2", "13", "0"]


@pytest.mark.parametrize(
    ("question", "month"),
    [
        ("What is on in May 2026?", True),
        ("What happens on 4 May?", True),
        ("What is planned for May Day?", True),
        ("May I keep a dog?", False),
        ("What may I bring?", False),
    ],
)
def test_may_is_a_month_where_it_is_one(question: str, month: bool) -> None:
    assert ("may" in question_terms(question)) == month
