"""Sentence spans: offsets of the whole text, nothing lost, line breaks respected."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import sentences
from index.sentences import sentence_spans

ODD = st.text(
    alphabet=st.sampled_from("aZ é́你。！？.!? \n\t\r\x0b\u2028\u3000😀👩\u200d🔬「」'\"1,")
)


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n ", []),
        ("One. Two.", ["One.", "Two."]),
        (
            "Dr. Smith paid 3.5 dollars. Then he left.",
            ["Dr. Smith paid 3.5 dollars.", "Then he left."],
        ),
        ("Ann paid in May. Mr Pym paid in May.", ["Ann paid in May.", "Mr Pym paid in May."]),
        ("It was on May. 5 and later.", ["It was on May. 5 and later."]),
        ("20 May. Moved. Due in June. Paid.", ["20 May. Moved.", "Due in June.", "Paid."]),
        ("Less than 5 g. The weight hangs.", ["Less than 5 g.", "The weight hangs."]),
        ("It did 4 km/h. Alcohol was no cause.", ["It did 4 km/h.", "Alcohol was no cause."]),
        ("Add it to tube B. Flick it.", ["Add it to tube B.", "Flick it."]),
        ("Section D. Premiums and end.", ["Section D. Premiums and end."]),
        ("I did not say no. I poured.", ["I did not say no.", "I poured."]),
        ("It is policy no. A12 or no. B7.", ["It is policy no. A12 or no. B7."]),
        ("Written by H. Guyo and T. Abebe.", ["Written by H. Guyo and T. Abebe."]),
        ("Go approx. 5 km. Turn.", ["Go approx. 5 km.", "Turn."]),
        ("Prices incl. VAT, max. 3 pcs. per head.", ["Prices incl. VAT, max. 3 pcs. per head."]),
        ("It ran at its max. Then it stopped.", ["It ran at its max.", "Then it stopped."]),
        ("See Vol. 3, Ch. 2. (approx. 4 pages)", ["See Vol. 3, Ch. 2.", "(approx. 4 pages)"]),
        ("In San Diego, CA. It grew.", ["In San Diego, CA.", "It grew."]),
        ("Its ABS. It costs 5.", ["Its ABS.", "It costs 5."]),
        ("She is a temp. Her pay is low.", ["She is a temp.", "Her pay is low."]),
        ("It takes 20 mins. 10 people came.", ["It takes 20 mins.", "10 people came."]),
        ("At 3 ft. of depth, turn.", ["At 3 ft. of depth, turn."]),
        ("Read the vol. The rest is gone.", ["Read the vol.", "The rest is gone."]),
        ("Present: Cllr. Brown, Messrs. Hill.", ["Present: Cllr. Brown, Messrs. Hill."]),
        (
            "Open Mon. to Fri. from 9 a.m. to 5. Shut on Sun. The bar opens at 9.",
            ["Open Mon. to Fri. from 9 a.m. to 5.", "Shut on Sun.", "The bar opens at 9."],
        ),
        ("Open Mon.-Fri. 9 to 5.", ["Open Mon.-Fri. 9 to 5."]),
        ("I like the sun. 3 do not.", ["I like the sun.", "3 do not."]),
        ("Add 2 tbsp. sugar. Stir.", ["Add 2 tbsp. sugar.", "Stir."]),
        ("Open a new tab. Then click.", ["Open a new tab.", "Then click."]),
        ("Open a new tab. (You may.)", ["Open a new tab.", "(You may.)"]),
        ("See para. 4 and Sch. 2. It says so.", ["See para. 4 and Sch. 2.", "It says so."]),
        ("Meet in Rm. 12. We start at 9.", ["Meet in Rm. 12.", "We start at 9."]),
        ("This is the rm. You like it.", ["This is the rm.", "You like it."]),
        ("Encl. two forms, attn. Ms Lee", ["Encl. two forms, attn. Ms Lee"]),
        ("Wt. 3 kg, ht. 2 m", ["Wt. 3 kg, ht. 2 m"]),
        ("Renew car ins. by noon. Pay.", ["Renew car ins. by noon.", "Pay."]),
        (
            "Mill Ln. is shut. Use Oak Ave. instead.",
            ["Mill Ln. is shut.", "Use Oak Ave. instead."],
        ),
        ("a line\nanother line", ["a line", "another line"]),
        ("😀 Hé. 你好。 Two.", ["😀 Hé.", "你好。", "Two."]),
        ("これは。\u3000本です。\u3000", ["これは。", "本です。"]),
        ("  spaces around  ", ["spaces around"]),
    ],
)
def test_by_hand(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@given(st.text() | ODD)
def test_every_visible_character_is_in_exactly_one_span(text: str) -> None:
    spans = sentence_spans(text)
    position = 0
    for start, end in spans:
        assert position <= start < end <= len(text)
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


@given(ODD, st.integers(0, 20), st.integers(0, 20))
def test_a_stretch_has_offsets_of_the_whole(text: str, start: int, length: int) -> None:
    end = min(len(text), start + length)
    inside = [(a - start, b - start) for a, b in sentence_spans(text, start, end)]
    assert inside == sentence_spans(text[start:end])


def test_a_panic_of_the_library_costs_only_boundaries(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """As pyo3 raises it."""

    def panic(language: str, text: str) -> None:
        raise PanicException("not a char boundary")

    monkeypatch.setattr(sentences, "get_sentence_boundaries", panic)
    assert cut("One. Two.\n Three.") == ["One. Two.", "Three."]
