"""What a language model writes takes the extractive answer's place only where it is borne out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ModelError
from index.types import Chunk, DocumentInfo
from rag.language_model import Message, ScriptedModel, StopFlag
from rag.replies import Said, SentenceStream, is_refusal, plain
from rag.types import (
    Answer,
    AnswerKind,
    Citation,
    Parts,
    Passage,
    Refusal,
    RefusalReason,
    Sentence,
    Verdict,
)
from rag.writing import MOST_SENTENCES, Writer

TEXTS = (
    "Wrapped in linen the loaf keeps for nine days. Do not cut it before the next day.",
    "Potato rolls can be frozen while they are warm. Reheat them for eight minutes at 160 °C.",
)
QUESTION = "How long does the loaf keep?"


class Even:
    """A scorer that knows nothing."""

    def support(self, claim: str, passages: Sequence[Passage]) -> list[float]:
        return [0.5] * len(passages)


def passages() -> tuple[Passage, ...]:
    out = []
    for place, text in enumerate(TEXTS):
        chunk = Chunk(f"c{place}", f"d{place}", 0, len(text), text, (), (), "")
        info = DocumentInfo(f"d{place}", (f"d{place}.md",), "Breads", None, None, None, 1)
        out.append(Passage(chunk, info, 1.0, Parts()))
    return tuple(out)


def extractive(confidence: float | None = 0.6) -> Answer:
    quote = TEXTS[0][:46]
    citation = Citation(1, "d0", "d0.md", "Breads", (), 0, 46, quote, Verdict.SUPPORTED, 0.9)
    return Answer(
        question=QUESTION,
        standalone_question=QUESTION,
        kind=AnswerKind.EXTRACTIVE,
        sentences=(Sentence(quote, (citation,)),),
        short="nine days",
        confidence=confidence,
        passages=passages(),
        model="built-in reader",
        timings={"total": 0.2},
    )


def written(*pieces: str, base: Answer | None = None) -> list[Answer]:
    writer = Writer(ScriptedModel(pieces, name="tiny"), Even())
    start = extractive() if base is None else base
    return list(writer.write(QUESTION, passages(), start, threading.Event()))


def test_the_extractive_answer_stands_until_a_sentence_is_verified() -> None:
    pieces = ("Wrapped in linen the loaf ", "keeps for nine days [1]. ", "Do not cut it ", "today.")
    snapshots = written(*pieces)
    kinds = [snapshot.kind for snapshot in snapshots]
    assert kinds[0] is AnswerKind.EXTRACTIVE
    assert kinds[-1] is AnswerKind.WRITTEN
    assert kinds == sorted(kinds, key=lambda kind: kind is AnswerKind.WRITTEN)  # and never back
    assert [snapshot.final for snapshot in snapshots] == [False] * (len(snapshots) - 1) + [True]
    assert snapshots[-1].pending == ""
    assert any(snapshot.pending for snapshot in snapshots)


def test_what_is_shown_is_verified_and_its_citations_are_exact() -> None:
    last = written(
        "The loaf keeps for nine days [2]. It keeps for ten weeks [1]. The rolls can be frozen."
    )[-1]
    assert [sentence.text for sentence in last.sentences] == [
        "The loaf keeps for nine days.",
        "The rolls can be frozen.",
    ]
    assert [struck.text for struck in last.struck] == ["It keeps for ten weeks."]
    assert last.struck[0].place == 1
    assert "ten weeks" in last.struck[0].why
    assert [(c.number, c.document_id) for c in last.citations] == [(1, "d0"), (2, "d1")]
    for citation in last.citations:
        text = TEXTS[int(citation.document_id[1])]
        assert text[citation.start : citation.end] == citation.quote
    assert last.notes == (
        "1 of 3 sentences of the language model were left out, because the passages do not bear "
        "them out.",
    )
    assert last.model == "tiny"
    assert last.short == "nine days"
    assert last.confidence is None
    assert last.timings["checking"] > 0
    assert last.timings["total"] > 0.2


def test_if_most_fails_the_extractive_answer_stands_and_says_why() -> None:
    last = written(
        "The loaf keeps for nine days. Bake it for two hours. Eat it with jam and cream."
    )[-1]
    assert last.kind is AnswerKind.EXTRACTIVE
    assert last.sentences == extractive().sentences
    assert last.confidence == 0.6
    assert len(last.struck) == 2
    assert "2 of 3 sentences" in last.notes[0]
    assert last.raw is not None
    assert "jam" in last.raw


@pytest.mark.parametrize("reply", ["The passages do not say.", "I cannot find the answer."])
def test_a_refusal_of_the_model_becomes_a_refusal(reply: str) -> None:
    last = written(reply)[-1]
    assert last.kind is AnswerKind.REFUSED
    assert last.refusal is not None
    assert last.refusal.reason is RefusalReason.NOT_SAID
    assert last.refusal.nearest == passages()
    assert not last.citations


def test_a_refusal_does_not_take_away_an_answer_that_is_very_likely_right() -> None:
    last = written("The passages do not say.", base=extractive(confidence=0.9))[-1]
    assert last.kind is AnswerKind.EXTRACTIVE
    assert last.notes == (
        "The language model found no answer in the passages; this one is quoted from them.",
    )


def test_a_refusal_stays_one_when_the_model_talks_of_something_else() -> None:
    refused = Answer(
        QUESTION, QUESTION, AnswerKind.REFUSED, refusal=Refusal(RefusalReason.NOT_SAID)
    )
    last = written("Paris is the capital of France.", base=refused)[-1]
    assert last.declined
    assert [struck.text for struck in last.struck] == ["Paris is the capital of France."]


@pytest.mark.parametrize("reply", ["", " \n ", "…", "![x](http://evil.example/x.png)", "[3]"])
def test_a_model_that_says_nothing_leaves_the_extractive_answer(reply: str) -> None:
    last = written(reply)[-1]
    assert last.kind is AnswerKind.EXTRACTIVE
    assert last.notes == ("The language model wrote no answer.",)


@pytest.mark.parametrize(("window", "plain_view"), [(128_000, False), (1_200, True)])
def test_what_did_not_fit_hides_no_silence(window: int, plain_view: bool) -> None:
    many = passages() * 100
    writer = Writer(ScriptedModel(["   "], context_tokens=window), Even())
    *_, last = writer.write(QUESTION, many, extractive(), threading.Event())
    assert last.notes[-1] == "The language model wrote no answer."
    assert any("did not fit" in note for note in last.notes) is plain_view
    assert any("at most 2,000 tokens" in detail for detail in last.details) is not plain_view


def test_a_model_that_loops_is_cut_and_what_was_verified_is_kept() -> None:
    last = written(*["The loaf keeps for nine days. "] * 500)[-1]
    assert [sentence.text for sentence in last.sentences] == ["The loaf keeps for nine days."]
    assert last.notes == ("The language model's answer was cut because it repeated itself.",)


def test_a_reply_without_end_is_bounded() -> None:
    many = [f"In house {n} the loaf keeps for nine days. " for n in range(2, 100)]
    last = written(*many)[-1]
    assert len(last.struck) + len(last.sentences) <= MOST_SENTENCES


def test_markup_never_reaches_the_answer() -> None:
    reply = (
        "## Answer\n- **Wrapped in linen** the [loaf](http://evil.example) keeps for nine days."
        "<img src=x><|im_end|> ![a](http://evil.example/b.png)\n"
    )
    last = written(*reply)[-1]  # character by character
    assert [sentence.text for sentence in last.sentences] == [
        "Wrapped in linen the loaf keeps for nine days."
    ]
    shown = last.text + "".join(struck.text for struck in last.struck)
    assert not any(mark in shown for mark in ("http", "<", "![", "**", "im_end", "]("))


def test_an_address_of_the_models_own_is_no_fact() -> None:
    last = written("The loaf keeps for nine days, see www.evil.example for more.")[-1]
    assert last.kind is AnswerKind.EXTRACTIVE


def test_stop_keeps_what_was_verified_and_ends_at_once() -> None:
    pieces = ("The loaf keeps for nine days. ", *["The rolls "] * 1000)
    stop = threading.Event()
    writer = Writer(ScriptedModel(pieces, seconds_between=0.01), Even())
    snapshots: Iterator[Answer] = writer.write(QUESTION, passages(), extractive(), stop)
    for snapshot in snapshots:
        if snapshot.kind is AnswerKind.WRITTEN:
            break
    stop.set()
    stopped = time.monotonic()
    *_, last = snapshots
    assert time.monotonic() - stopped < 1.0
    assert last.final
    assert [sentence.text for sentence in last.sentences] == ["The loaf keeps for nine days."]
    assert last.notes == ("The language model's answer was stopped.",)


class Failing(ScriptedModel):
    """Plays its pieces, then fails as a server that dies mid-answer does."""

    def generate(
        self, messages: Sequence[Message], *, max_tokens: int, stop: StopFlag
    ) -> Iterator[str]:
        yield from super().generate(messages, max_tokens=max_tokens, stop=stop)
        raise ModelError("The server went away; start it again.")


@pytest.mark.parametrize(
    ("reply", "kind"),
    [("The loaf keeps for nine days. The", AnswerKind.WRITTEN), ("The lo", AnswerKind.EXTRACTIVE)],
)
def test_a_model_that_fails_is_named_and_what_was_verified_is_kept(
    reply: str, kind: AnswerKind
) -> None:
    writer = Writer(Failing([reply]), Even())
    *_, last = writer.write(QUESTION, passages(), extractive(), threading.Event())
    assert last.kind is kind
    assert last.notes == ("The server went away; start it again.",)


def test_a_question_that_leaves_no_room_is_no_error() -> None:
    writer = Writer(ScriptedModel(["x"], context_tokens=100), Even())
    *_, last = writer.write(QUESTION, passages(), extractive(), threading.Event())
    assert last.final
    assert last.kind is AnswerKind.EXTRACTIVE
    assert "context" in last.notes[0] or "tokens" in last.notes[0]


def test_the_answer_goes_through_json() -> None:
    last = written("The loaf keeps for nine days. It keeps for ten weeks.")[-1]
    assert last.to_dict()["struck"]
    assert last.to_dict()["notes"]


# ---- replies -----------------------------------------------------------------------------------


def sentences(*pieces: str) -> list[Said]:
    stream = SentenceStream()
    out = [said for piece in pieces for said in stream.feed(piece)]
    return out + stream.close()


@pytest.mark.parametrize(
    "reply",
    [
        "It opened in 1932 [2]. It closed in 1950 [1][3].",
        "It opened in 1932. [2] It closed in 1950. [1, 3]",
        "It opened in 1932 【2】. It closed in 1950 (passages 1 and 3).",
        "Passage 2 says that it opened in 1932. According to passages 1 and 3, it closed in 1950.",
    ],
)
def test_markers_become_hints_of_their_sentence(reply: str) -> None:
    expected = [Said("It opened in 1932.", (1,)), Said("It closed in 1950.", (0, 2))]
    assert sentences(reply) == expected
    assert sentences(*reply) == expected  # however it is cut


@pytest.mark.parametrize(
    ("text", "plainer"),
    [
        ("- **Bold** and *thin* and `code`", "Bold and thin and `code`"),
        ("1. First things", "First things"),
        ("> ### Quoted heading", "Quoted heading"),
        ("See [the page](http://a.example/b?c) now.", "See the page now."),
        ("![alt](http://a.example/x.png)", ""),
        ("<b>x</b><script>1</script>", "x1"),
        ("<|im_start|>assistant", "assistant"),
        ("```python", ""),
        ("Answer: It is 5 * 3 and snake_case.", "It is 5 * 3 and snake_case."),
        ("[12]", ""),
        ("In 2019 [it] rose.", "In 2019 [it] rose."),
    ],
)
def test_markup_is_taken_off(text: str, plainer: str) -> None:
    assert plain(text).text == plainer


def test_a_sentence_without_end_is_cut() -> None:
    said = sentences(*["word "] * 2000)
    assert max(len(one.text) for one in said) <= 1000


@given(st.lists(st.text(max_size=40), max_size=30))
def test_any_reply_is_taken_in_and_nothing_is_lost_but_marks(pieces: list[str]) -> None:
    stream = SentenceStream()
    for piece in pieces:
        for said in stream.feed(piece):
            assert said.text.strip() == said.text != ""
    stream.close()


@pytest.mark.parametrize(
    ("text", "refuses"),
    [
        ("The passages do not say.", True),
        ("The provided documents don't contain this information.", True),
        ("I do not know.", True),
        ("There is no information about this in the text.", True),
        ("The loaf keeps for nine days.", False),
        ("Dogs are not allowed.", False),
    ],
)
def test_ways_to_say_that_nothing_was_found(text: str, refuses: bool) -> None:
    assert is_refusal(text) == refuses
