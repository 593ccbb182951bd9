"""Passages in one text: windows that hold what they are laid around, and what is read in them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.embedding import HashingEmbedder
from index.types import Chunk, DocumentInfo
from rag.finding import find_sentences, read_beside
from rag.reader import EvidenceReader, Place, Reading, Span, Spread
from rag.reader_model import ReaderModel
from rag.reader_network import embedder_tokenizer
from rag.side_by_side import CONTEXT_TOKENS, Part, laid_side_by_side
from rag.training.encoding import Compared, Encoder
from rag.training.negatives import Text
from rag.training.sources import Row
from rag.types import Parts, Passage

HEAD, MARK = (101, 7, 102), 102


def passage(text: str, name: str, score: float = 4.0) -> Passage:
    chunk = Chunk(name, name, 0, len(text), text, (), (), name)
    info = DocumentInfo(name, (f"{name}.txt",), name, "en", None, None, 1)
    return Passage(chunk, info, score, Parts(fused_rank=1))


@st.composite
def parts(draw: st.DrawFn) -> Part:
    tokens = draw(st.integers(1, 400))
    first = draw(st.integers(0, tokens - 1))
    after = draw(st.integers(first + 1, min(tokens, first + 30)))
    context = draw(st.integers(0, 60))
    return Part((5,) * context, tuple(range(1_000, 1_000 + tokens)), (first, after))


@given(st.lists(parts(), min_size=1, max_size=3))
def test_each_window_holds_what_it_is_laid_around_and_all_fit(given_parts: list[Part]) -> None:
    ids, placed = laid_side_by_side(HEAD, given_parts, MARK)
    assert len(ids) <= 256
    assert ids[:3] == HEAD
    for part, (at, begin, end) in zip(given_parts, placed, strict=True):
        assert ids[at : at + end - begin] == tuple(part.text[begin:end])
        assert ids[at + end - begin] == MARK
        context = tuple(part.context[:CONTEXT_TOKENS])
        assert ids[at - len(context) : at] == context
        assert begin <= part.focus[0]
        assert part.focus[1] <= end
    # nothing is left out while there is room
    assert len(ids) == 256 or all(
        end - begin == len(part.text)
        for part, (_, begin, end) in zip(given_parts, placed, strict=True)
    )


def test_a_question_that_leaves_no_room_is_no_fault() -> None:
    ids, placed = laid_side_by_side((1,) * 300, [Part((), (9, 9), (0, 1))], MARK)
    assert ids == ((1,) * 300) + (MARK,)
    assert placed == [(300, 0, 0)]


TEA = "The shop sells tea. It opens at nine. The tea comes from Assam, in red tins."
RENT = "The flat is in Mill Lane. Its rent is £640 a month. It has two rooms."


@pytest.fixture(scope="module")
def reader() -> ReaderModel:
    return ReaderModel.load()


def test_the_spreads_of_all_add_up_and_the_answer_is_found(reader: ReaderModel) -> None:
    places = [
        Place(passage(TEA, "shop"), 0, 19),
        Place(passage(RENT, "flat"), RENT.index("Its"), RENT.index("It has")),
    ]
    spreads = reader.read_beside("What is the rent of the flat?", places)
    assert sum(float(one.starts.sum()) for one in spreads) == pytest.approx(1.0, abs=1e-4)
    assert sum(float(one.ends.sum()) for one in spreads) == pytest.approx(1.0, abs=1e-4)
    there = spreads[1].within(RENT.index("Its"), RENT.index("It has"))
    assert there > 0.5
    assert max(spreads[0].within(0, len(TEA)), spreads[1].within(0, 24)) < 0.1
    assert len({one.answerability for one in spreads}) == 1
    assert reader.read_beside("What?", []) == []


@pytest.mark.parametrize("text", ["", "\ud800", "⁂", "a" * 5_000, "word " * 900, "日本語" * 200])
def test_odd_passages_beside_each_other_are_no_fault(reader: ReaderModel, text: str) -> None:
    places = [Place(passage(text, "odd"), 0, len(text)), Place(passage(TEA, "shop"), 0, 5)]
    first, second = reader.read_beside("Where is the tea from? " * 40, places)
    assert first.within(0, len(text)) >= 0.0
    assert np.isfinite(second.within(0, len(TEA)))


class Beside(EvidenceReader):
    """Says where the answer is, and notes what it was asked."""

    name, calibrated = "scripted", True

    def __init__(self, likely: dict[str, float]) -> None:
        self.likely = likely
        self.asked: list[Place] = []

    def read_beside(self, question: str, places: list[Place]) -> list[Spread]:  # type: ignore[override]
        self.asked = list(places)
        return [
            Spread(
                0.9,
                np.array([place.start]),
                *2 * (np.array([self.likely[place.passage.document.id]]),),
            )
            for place in places
        ]


def found_first(likely: dict[str, float]) -> tuple[str, Beside]:
    passages = [passage("One tram runs at six.", "a"), passage("A tram runs at ten.", "b")]
    readings = [
        Reading(0.9, (Span(0, len(one.chunk.text) - 1, chance),))
        for one, chance in zip(passages, (0.8, 0.7), strict=True)
    ]
    reader = Beside(likely)
    beside = read_beside("When does the tram run?", passages, readings, reader)
    return find_sentences(passages, beside)[0].quote, reader


def test_what_is_likelier_beside_the_others_goes_first() -> None:
    first, reader = found_first({"a": 0.2, "b": 0.8})
    assert first == "A tram runs at ten."
    assert [place.passage.document.id for place in reader.asked] == ["a", "b"]
    assert found_first({"a": 0.8, "b": 0.2})[0] == "One tram runs at six."


def test_one_passage_alone_is_beside_nothing() -> None:
    reader = Beside({})
    only, said = [passage("A tram runs at ten.", "a")], [Reading(0.9, (Span(0, 5, 0.9),))]
    assert read_beside("When?", only, said, reader) == said
    assert reader.asked == []


def test_training_lays_them_out_as_the_reader_does() -> None:
    tokenizer = embedder_tokenizer()
    start = RENT.index("£640")
    row = Row("own", "flat", "flat", "What is the rent?", RENT, ((start, start + 4),), True)
    (example,) = Encoder(tokenizer).compared([Compared(row, (Text(TEA, "shop", "shop"),), 1)])
    ((first, last),) = example.spans
    assert tokenizer.decode(list(example.ids[first : last + 1])) == "£640"
    assert example.label == 1.0
    decoded = tokenizer.decode(list(example.ids), skip_special_tokens=False)
    assert decoded.index("shop |") < decoded.index("flat |")
    unsaid = Row("own", "flat", "flat", "Who owns it?", RENT, (), False)
    (other,) = Encoder(tokenizer).compared([Compared(unsaid, (Text(TEA, "shop", "shop"),), 0)])
    assert (other.spans, other.label) == ((), 0.0)


def test_a_reader_without_weights_reads_nothing_beside_anything() -> None:
    reader = EvidenceReader(HashingEmbedder())
    assert reader.read_beside("What?", [Place(passage(TEA, "a"), 0, 4)]) == []
