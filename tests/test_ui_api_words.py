"""An answer as one message: what it says, how it grows, and that nothing in it is alive."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.types import Chunk, DocumentInfo, SkippedFile, SkipReason
from rag.types import (
    Answer,
    AnswerKind,
    Citation,
    Parts,
    Passage,
    Refusal,
    RefusalReason,
    Sentence,
    Struck,
    Verdict,
)
from ui.in_words import SET_ASIDE, Telling, in_words, inert, without_sources


def cited(
    words: str, number: int = 1, *, quote: str = "", title: str = "Lease", source: str = "/a/l.pdf"
) -> Sentence:
    citation = Citation(
        number, "d", source, title, (3, 4), 0, 1, quote or words, Verdict.SUPPORTED, 0.9
    )
    return Sentence(words, (citation,))


def answer(*sentences: Sentence, final: bool = True, struck: int = 0) -> Answer:
    return Answer(
        "q",
        "q",
        AnswerKind.WRITTEN,
        sentences,
        final=final,
        struck=tuple(Struck("no", "why", 0) for _ in range(struck)),
    )


def passage(text: str, title: str = "Lease") -> Passage:
    info = DocumentInfo("d", ("/home/ada/l.pdf",), title, "en", "2024-06-30", 9, 1)
    return Passage(Chunk("c", "d", 0, len(text), text, (), (7,), ""), info, 1.0, Parts())


ENDS, RENT = cited("It ends in May."), cited("The rent is £900.", 2)


def test_sentences_then_sources() -> None:
    assert in_words(answer(ENDS, RENT)) == (
        "It ends in May. [1] The rent is £900. [2]\n\nSources:\n\n"
        "[1] Lease, pages 3–4, l.pdf: “It ends in May.”\n\n"
        "[2] Lease, pages 3–4, l.pdf: “The rent is £900.”"
    )


def test_a_list_of_sentences_is_set_apart() -> None:
    many = [cited(f"Item {n}.", n) for n in range(1, 7)]
    assert in_words(answer(*many)).startswith("Item 1. [1]\n\nItem 2. [2]\n\n")


def test_notes_and_what_disagrees() -> None:
    said = in_words(replace(answer(ENDS), notes=("Note.",), conflicts=(passage("x"),)))
    assert "\n\nNote.\n\nThese documents disagree:\n\n- Lease, page 7, 30 June 2024, l.pdf" in said


def test_a_refusal_says_what_was_missing_and_what_is_near() -> None:
    refusal = Refusal(
        RefusalReason.NOT_SAID,
        (passage("The tenant\npays."),),
        ("gazebo",),
        (SkippedFile("/home/ada/scan.pdf", SkipReason.IMAGE_ONLY, "3 pages"),),
    )
    said = in_words(Answer("q", "q", AnswerKind.REFUSED, refusal=refusal))
    assert said == (
        "Your documents do not say. Found in no document: gazebo. Not read: scan.pdf "
        "holds only images of text (scanned pages) and needs OCR first (3 pages)."
        "\n\nNearest passages:\n\n- Lease, page 7, 30 June 2024, l.pdf: “The tenant pays.”"
    )
    assert without_sources(said).startswith("Your documents do not say.")
    assert "Nearest" not in without_sources(said)


def test_a_message_grows_to_the_whole_one() -> None:
    telling = Telling()
    steps = [
        replace(answer(ENDS), kind=AnswerKind.EXTRACTIVE, final=False),
        answer(ENDS, final=False),
        answer(ENDS, final=False, struck=1),
        answer(ENDS, RENT, final=False, struck=2),
        answer(ENDS, RENT, struck=2),
    ]
    told = [telling.step(one) for one in steps]
    assert told[:4] == ["", "It ends in May. [1]", "", " The rent is £900. [2]"]
    assert "".join(told) == in_words(steps[-1])


@pytest.mark.parametrize("declined", [False, True])
def test_what_was_told_and_does_not_stand_is_said(declined: bool) -> None:
    last = answer(cited("The rent is £900."))
    if declined:
        refusal = Refusal(RefusalReason.NOT_SAID)
        last = Answer("q", "q", AnswerKind.REFUSED, refusal=refusal)
    telling = Telling()
    begun = telling.step(answer(ENDS, final=False))
    said = begun + telling.step(last)
    first, _, rest = said.partition(f"\n\n{SET_ASIDE}\n\n")
    assert first == "It ends in May. [1]"
    stands = "Your documents do not say." if declined else "The rent is £900. [2]"
    assert rest.startswith(stands)
    assert "\n\n[1] Lease" in rest
    assert ("\n\n[2] Lease" in rest) is not declined


def test_doubtful_beginnings_are_not_told() -> None:
    """While more is struck than kept, the written answer will hardly stand."""
    assert Telling().step(answer(ENDS, final=False, struck=2)) == ""


def test_history_gets_what_was_said() -> None:
    assert without_sources(in_words(answer(ENDS))) == "It ends in May. [1]"
    assert without_sources(in_words(answer(cited("a [b] <c> d")))) == "a [b] <c> d [1]"
    assert without_sources("As it is.") == "As it is."


# ---- nothing is alive --------------------------------------------------------------------

LIVE = ("<a", "<img", "<b", "<i", "<script", "<!--", "<h1", "<pre", "<svg", "<code")
WORDS = st.lists(
    st.sampled_from(
        [
            "![x](http://evil.example/x.png)",
            "[x](http://evil.example)",
            "[x][1]",
            "\n[1]: http://evil.example\n",
            "<img src=x>",
            "<http://evil.example>",
            "</b>",
            "<!-- x",
            "<?php",
            "![",
            "](",
            "[",
            "]",
            "\\",
            "\\\\",
            "<",
            "!",
            "`",
            "```\n",
            "~~~",
            "[3]",
            " ",
            "\n",
            "x",
            "script>",
            "&lt;img",
        ]
    ),
    max_size=12,
).map("".join)


def rendered(words: str) -> str:
    return MarkdownIt("commonmark", {"html": True}).render(words)


def test_the_check_sees_what_is_alive() -> None:
    for words in ("![x](http://e/x.png)", "[x](http://e)", "<img src=x>", "<http://evil.example>"):
        assert any(tag in rendered(words) for tag in LIVE)


@given(WORDS, WORDS)
def test_no_words_of_a_document_are_alive(words: str, title: str) -> None:
    hostile = cited(words, quote=words, title=title, source=f"/a/{title}")
    refusal = Refusal(RefusalReason.NOT_SAID, (passage(words or "x", title),), (words,))
    declined = Answer("q", "q", AnswerKind.REFUSED, refusal=refusal)
    noted = replace(answer(hostile), notes=(words,), conflicts=(passage("x", title),))
    for said in (in_words(noted), in_words(declined)):
        html = rendered(said)
        assert not any(tag in html.replace("<blockquote", "") for tag in LIVE), html


@given(WORDS)
def test_only_backslashes_are_added(words: str) -> None:
    plain = " ".join(words.split())
    made = inert(words)
    assert made.replace("\\", "") == plain.replace("\\", "")
    assert "\n" not in made
