"""The bare answer: whole words and numbers, one cell of a row, no label and no clause number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.short_answers import bare_answer

ROW = "Cover: Buildings | Excess (£): 350 | Yearly premium (£): 2,684.00"


@pytest.mark.parametrize(
    ("quote", "found", "said"),
    [
        ("The frame number is KH2-0098841.", "0098841", "KH2-0098841"),
        ("It cost £2,684.00 in all.", "684.00", "2,684.00"),
        ("File it by 22 Jan 2026.", "Jan 2026", "Jan 2026"),
        ("They are friends.", "iend", "friends"),
        ("It closes at six. ", "six. ", "six."),
        ("6.2 The fee is due in May.", "6.2", None),
        ("In 6.2 the fee is named.", "6.2", "6.2"),
        ("12 people came to the party.", "12", "12"),
        ("12 The party is in May.", "12", None),
        ("It gives f(x)) here.", "f(x))", "f(x)"),
        ("It gives f(x))) here.", "f(x)))", "f(x)"),
        ("A 4", "4", "4"),
        ("Pay .5 now.", "5", "5"),
        ("2. 5 % after 60 days", "2. 5 %", "5 %"),
        ("Fees\n2) $5.50 after 60 days", "2) $5.50", "$5.50"),
        ("3. 5. 2024 is the day.", "3. 5. 2024", "3. 5. 2024"),
        ("2. Mai 2024 ist der Tag.", "2. Mai 2024", "2. Mai 2024"),
        (" | Seal | 4.00", " | Seal", "Seal"),
        ("Name: Seal | 4.00", "Name: ", "Seal"),
        (ROW, "| Excess (£): 350", "350"),
        ("Ring Moira (ext. 31).", "ext. 31)", "ext. 31"),
        ("Ring Moira (ext. 31) now.", "Moira (ext. 31)", "Moira (ext. 31)"),
        ("When is it? At\n  six.", "At\n  six", "At six"),
        ("When is it? At six.", "When is it?", None),
        (ROW, "Yearly premium", "2,684.00"),
        (ROW, "Buildings | Excess (£): 350", "Buildings"),
        (ROW, "Excess (£): 35", "350"),
        ("Rent | 1,250", "Ren", "Rent"),
        ("Quote policy HL-5590213.", "5590213", "HL-5590213"),
        ("Your case is ENV/2026/0417-HK.", "0417", "ENV/2026/0417-HK"),
        ("Use oil 10W-30 only.", "10W", "10W-30"),
        ("Use oil\xa010W-30\xa0only.", "10W", "10W-30"),
        ("Policy “HL-5590213”", "5590213", "HL-5590213"),
        ("Use oil 10W-30 only.", "30", "10W-30"),
        ("It is a well-known 2-day course.", "known", "known"),
        ("Open Monday/Tuesday.", "Tuesday", "Tuesday"),
    ],
)
def test_bare_answers(quote: str, found: str, said: str | None) -> None:
    start = quote.index(found)
    assert bare_answer(quote, start, start + len(found)) == said


@given(st.text(alphabet="ab1 .,?|:/-()\n", max_size=40), st.data())
def test_any_span_gives_words_of_the_quotation_or_nothing(quote: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(quote)))
    end = data.draw(st.integers(start, len(quote)))
    said = bare_answer(quote, start, end)
    assert said is None or said in " ".join(quote.split())
