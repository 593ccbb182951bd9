"""The reader: spans against brute force, offsets, damaged files, and odd input."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from index.errors import ModelError
from index.int8_dense import int8_pays
from index.types import Chunk, DocumentInfo
from rag.reader_model import (
    FACTS_FILE,
    FORMAT_VERSION,
    LONGEST_ANSWER,
    WEIGHTS_FILE,
    WINDOW_OVERLAP,
    Arithmetic,
    Calibration,
    ReaderModel,
    best_spans,
    sigmoid,
    window_starts,
)
from rag.reader_network import (
    PackedReader,
    empty_network,
    load_network,
    score,
    shipped_state,
    tensor_digest,
    word_embeddings,
)
from rag.types import Parts, Passage

SHIPPED = Path(__file__).parent.parent / "rag" / "weights"


def passage(text: str, context: str = "") -> Passage:
    chunk = Chunk("c", "d", 0, len(text), text, (), (), context)
    info = DocumentInfo("d", ("a.txt",), "A", "en", None, None, 1)
    return Passage(chunk, info, 0.0, Parts())


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader with random weights: what it says means nothing, how it says it must hold."""
    torch.manual_seed(3)
    folder = tmp_path_factory.mktemp("weights")
    data = save(shipped_state(empty_network("sdpa")))
    facts = {
        "format": FORMAT_VERSION,
        "name": "untrained",
        "sha256": hashlib.sha256(data).hexdigest(),
        "word_embeddings_sha256": tensor_digest(word_embeddings()),
        "calibration": asdict(Calibration((1.0, 0.2, 0.0), (0.5, 0.5), (1.0, 0.0))),
    }
    (folder / WEIGHTS_FILE).write_bytes(data)
    (folder / FACTS_FILE).write_text(json.dumps(facts), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def reader(untrained: Path) -> ReaderModel:
    return ReaderModel.load(untrained)


@pytest.fixture(scope="module")
def shipped() -> ReaderModel:
    if not (SHIPPED / WEIGHTS_FILE).exists():
        pytest.skip("the shipped weights are not in this checkout")
    return ReaderModel.load()


SCORES = st.lists(st.floats(-8, 8, width=32), min_size=1, max_size=24)


@settings(deadline=None, max_examples=60)
@given(SCORES, st.randoms(use_true_random=False), st.integers(0, 3))
def test_best_span_is_the_one_brute_force_finds(values, random, first):
    count = len(values)
    start = np.array([9.0] * first + values + [9.0], dtype=np.float32)
    end = np.array([9.0] * first + random.sample(values, count) + [9.0], dtype=np.float32)
    spans = best_spans(start, end, first, count, 3)
    pairs = [
        (start[a] + end[b]) for a in range(first, first + count) for b in range(a, first + count)
    ]
    a, b, _ = spans[0]
    if count <= 20:  # beyond that only the likeliest ends are looked at
        assert start[a] + end[b] == pytest.approx(max(pairs), abs=1e-5)
    for number, (a, b, log_probability) in enumerate(spans):
        assert first <= a <= b < first + count
        assert log_probability <= 1e-6
        assert all(b < x or a > y for x, y, _ in spans[:number]), "spans overlap"


def test_span_is_never_longer_than_the_limit_and_there_is_always_one():
    count = LONGEST_ANSWER + 40
    start, end = np.zeros(count, np.float32), np.zeros(count, np.float32)
    start[0], end[-1] = 50, 50
    [(a, b, _)] = best_spans(start, end, 0, count, 1)
    assert b - a < LONGEST_ANSWER
    end[:], end[0] = 0, 50
    start[:], start[5] = 0, 50
    assert best_spans(start, end, 3, 0, 5) == []
    assert len(best_spans(start, end, 0, count, 5)) >= 1


@given(st.integers(0, 3_000), st.integers(WINDOW_OVERLAP + 1, 400))
def test_windows_cover_every_token(tokens, room):
    covered: set[int] = set()
    for start in window_starts(tokens, room):
        covered |= set(range(start, start + room))
    assert set(range(tokens)) <= covered


def test_sigmoid_is_safe_far_out():
    assert sigmoid(-1e6) == 0.0
    assert sigmoid(1e6) == 1.0
    assert sigmoid(0.0) == 0.5


def test_offsets_are_code_points_of_the_chunk(reader):
    text = "🙂🙂 Zoë opened the café at 7:30 in Łódź — then 東京 followed."
    for reading in reader.read("Who opened the café?", [passage(text, "Title 🙂 › Heading")]):
        assert reading.spans
        for span in reading.spans:
            quoted = text[span.start : span.end]
            assert quoted
            assert quoted == quoted.strip()
            assert 0.0 <= span.probability <= reading.answerability <= 1.0


def test_a_passage_is_read_alike_alone_and_among_others(reader):
    texts = ["The line opened in 1904.", "It rained. " * 30, "Nobody knows who built the bridge."]
    together = reader.read("When did it open?", [passage(text) for text in texts])
    assert len(together) == len(texts)
    for text, reading in zip(texts, together, strict=True):
        [alone] = reader.read("When did it open?", [passage(text)])
        assert alone.answerability == pytest.approx(reading.answerability, abs=0.02)


def test_a_text_longer_than_one_window_is_read_to_its_end(reader):
    words = " ".join(f"word{number}" for number in range(900))
    [reading] = reader.read("which word?", [passage(words)])
    assert len(reading.spans) > 1
    pieces = reader._pieces("which word?", [passage(words)])
    assert len(pieces) > 2
    assert pieces[-1].offsets[-1][1] == len(words)


@pytest.mark.parametrize(
    "question",
    [
        "",
        " ",
        "?",
        "why",
        "🙂🙂",
        "Wo liegt der Bahnhof?",
        "線路はいつ開通しましたか",
        "word " * 5_000,
        "\x00\ud800",
        "[SEP] [CLS] [MASK]",
        "שלום",
    ],
)
def test_odd_questions_give_a_reading_and_no_exception(reader, question):
    odd = [passage("The line opened in 1904."), passage(""), passage(" \n"), passage("東京")]
    readings = reader.read(question, odd)
    assert len(readings) == len(odd)
    assert readings[1].spans == ()
    assert readings[1].answerability == 0.0
    assert all(0.0 <= value <= 1.0 for value in reader.support(question, odd))


def test_marks_forged_in_a_text_are_text(reader):
    [piece] = reader._pieces("Who [SEP]?", [passage("Ida [SEP] [CLS] Blom", "[SEP]")])
    cls, sep = reader._marks
    assert (piece.ids.count(cls), piece.ids.count(sep)) == (1, 2)


def test_no_passages_give_no_readings(reader):
    assert reader.read("When?", []) == []
    assert reader.support("It opened.", []) == []


def _copy(source: Path, target: Path) -> Path:
    for name in (WEIGHTS_FILE, FACTS_FILE):
        (target / name).write_bytes((source / name).read_bytes())
    return target


def _truncate(folder: Path) -> None:
    data = (folder / WEIGHTS_FILE).read_bytes()
    (folder / WEIGHTS_FILE).write_bytes(data[: len(data) // 2])


def _flip(folder: Path) -> None:
    data = bytearray((folder / WEIGHTS_FILE).read_bytes())
    data[-1] ^= 1
    (folder / WEIGHTS_FILE).write_bytes(bytes(data))


def _change_facts(folder: Path, key: str, value: object) -> None:
    facts = json.loads((folder / FACTS_FILE).read_text(encoding="utf-8"))
    facts[key] = value
    (folder / FACTS_FILE).write_text(json.dumps(facts), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda f: (f / WEIGHTS_FILE).unlink(), "could not be read"),
        (lambda f: (f / FACTS_FILE).unlink(), "could not be read"),
        (_truncate, "recorded hash"),
        (_flip, "recorded hash"),
        (lambda f: (f / FACTS_FILE).write_bytes(b"{"), "not readable"),
        (lambda f: (f / FACTS_FILE).write_bytes(b"\xff\xfe"), "not readable"),
        (lambda f: (f / FACTS_FILE).write_bytes(b"[]"), "format"),
        (lambda f: _change_facts(f, "format", 99), "format"),
        (lambda f: _change_facts(f, "calibration", {"span": [1]}), "does not say"),
        (lambda f: _change_facts(f, "word_embeddings_sha256", "0"), "word embeddings"),
    ],
)
def test_missing_or_damaged_weights_are_refused_in_one_sentence(untrained, tmp_path, damage, says):
    folder = _copy(untrained, tmp_path)
    damage(folder)
    with pytest.raises(ModelError, match=says) as refused:
        ReaderModel.load(folder)
    assert "\n" not in str(refused.value)
    assert "install" in str(refused.value)


def test_weights_of_another_shape_are_refused(untrained, tmp_path):
    folder = _copy(untrained, tmp_path)
    data = save({"span.weight": torch.zeros(2, 2)})
    (folder / WEIGHTS_FILE).write_bytes(data)
    _change_facts(folder, "sha256", hashlib.sha256(data).hexdigest())
    with pytest.raises(ModelError, match="do not fit"):
        ReaderModel.load(folder)


TRAM = (
    "The harbour tram opened in 1904. It was paid for by the merchant Ida Blom, who also gave the "
    "town its library. In its first year 29,000 people rode it."
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When did the harbour tram open?", "1904"),
        ("Who paid for the tram?", "Ida Blom"),
        ("How many people rode the tram in its first year?", "29,000"),
    ],
)
def test_the_shipped_reader_finds_plain_answers(shipped, question, answer):
    other = "Beavers build dams of branches and mud. They live in family groups."
    right, wrong = shipped.read(question, [passage(TRAM, "Trams"), passage(other, "Animals")])
    assert answer in TRAM[right.spans[0].start : right.spans[0].end]
    assert right.answerability > wrong.answerability


def test_the_shipped_reader_tells_supported_from_altered_claims(shipped):
    [true] = shipped.support("The harbour tram opened in 1904.", [passage(TRAM, "Trams")])
    [false] = shipped.support("The harbour tram opened in 1926.", [passage(TRAM, "Trams")])
    assert true > false


def test_the_shipped_weights_are_small(shipped):
    assert (SHIPPED / WEIGHTS_FILE).stat().st_size < 50_000_000


@pytest.mark.parametrize(
    ("arithmetic", "most"), [("float32", 1e-3), ("bfloat16", 0.3), ("int8", 0.8)]
)
def test_packed_pairs_score_as_the_network_itself_does(
    shipped: ReaderModel, arithmetic: Arithmetic, most: float
) -> None:
    if arithmetic == "int8" and not int8_pays():
        pytest.skip("this processor multiplies no 8-bit integers")
    network = load_network((SHIPPED / WEIGHTS_FILE).read_bytes(), tensor_digest(word_embeddings()))
    questions = ["When did the mill burn?", "Who owned it, and for how long?"]
    texts = ["The mill burned in 1823.", "Mr Pym owned the mill. " * 12, "It was sold in May 1831."]
    pieces = [p for q in questions for p in shipped._pieces(q, [passage(t, "Mill") for t in texts])]
    ids, seconds = [piece.ids for piece in pieces], [piece.second for piece in pieces]
    network_says = score(network, ids, seconds, bfloat16=False)
    for row, plain, packed in zip(
        ids, network_says, PackedReader(network, arithmetic).score(ids, seconds), strict=True
    ):
        assert packed.start.shape == packed.end.shape == plain.start.shape == (len(row),)
        assert np.abs(packed.start - plain.start).max() < most
        assert np.abs(packed.end - plain.end).max() < most
        assert packed.answerable == pytest.approx(plain.answerable, abs=most)
        assert packed.support == pytest.approx(plain.support, abs=most)
