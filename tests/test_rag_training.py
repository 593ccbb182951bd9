"""The making of the reader: offsets survive every step, negatives are negative."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.reader_network import embedder_tokenizer, empty_network
from rag.training.__main__ import blended
from rag.training.claims import altered, claims_of, statement, stitched, stitched_claims
from rag.training.confidence_tables import answer_f1, crossed, holds_answer, holds_gold_sentence
from rag.training.encoding import MAX_TOKENS, Encoder, Example, Task
from rag.training.examples import Maker, batches
from rag.training.held_out import evened
from rag.training.measure import Scored, auc, calibration_error, fit_logistic, token_f1
from rag.training.negatives import (
    Ranking,
    Text,
    changed_question,
    far_passages,
    far_ranking,
    near_passages,
    near_row,
)
from rag.training.sources import (
    HELD_OUT_ARTICLES,
    Row,
    find_answer,
    held_out,
    load_claims,
    load_rows,
    plain,
    windows,
)
from rag.training.trainer import Plan, Threads, loss_of, train

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
TEXT = "In 1904 Ida Blom opened the Tram in Northport. In 1911 Karl Moe closed the First Bank."


def row(question: str = "When did Ida Blom open the Tram?", answer: str = "1904") -> Row:
    start = TEXT.index(answer)
    return Row("squad-v1", "Tram", "Tram", question, TEXT, ((start, start + len(answer)),), True)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(embedder_tokenizer())


def test_no_test_data_is_named_in_the_training_package():
    folder = Path(__file__).parent.parent / "rag" / "training"
    source = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    names = ("reader-test", "val.jsonl", "syllabusqa", "mtrag", '"policyqa" / "test', "canard")
    assert [name for name in names if name in source] == []


WORDS = st.sampled_from(["-LRB-", "-RRB-", "``", "''", "a", "Zoë", ",", "1904"])


@given(st.lists(WORDS, min_size=1, max_size=12), st.data())
def test_plain_text_keeps_spans_on_their_words(tokens, data):
    text = " ".join(tokens)
    number = data.draw(st.integers(0, len(tokens) - 1))
    start = len(" ".join(tokens[:number])) + (number > 0)
    new, [(a, b)] = plain(text, [(start, start + len(tokens[number]))])
    marks = {"-LRB-": "(", "-RRB-": ")", "``": '"', "''": '"'}
    assert new[a:b] == marks.get(tokens[number], tokens[number])
    assert "-LRB-" not in new


def test_answers_are_found_as_whole_words_only():
    assert find_answer("Art is art, not artful.", "art") == ((0, 3), (7, 10))
    assert find_answer("abc", " ") == ()


def ranking(*passages: str) -> Ranking:
    return Ranking.of([Text(passage, "", "") for passage in passages])


def test_windows_are_stretches_of_the_text_in_order():
    text = "One sentence here. " * 200
    position = 0
    for window in windows(text):
        position = text.index(window, position) + len(window)
        assert len(window) < 1_000
    assert "".join(windows(text)).count("One sentence here.") == 200


def test_near_passages_never_hold_the_answer():
    others = ["Ida Blom opened the Tram in 1904.", "Ida Blom opened the Tram once.", "Rain fell."]
    found = near_passages(row(), ranking(TEXT, *others), 3)
    assert [one.passage for one in found] == [others[1]]


def test_a_near_passage_brings_its_own_title():
    other = Text("Ida Blom opened the Tram once.", "Trams of Visby", "visby")
    near = near_row(row(), other)
    assert (near.passage, near.title) == (other.passage, other.title)
    assert (near.spans, near.answerable) == ((), False)


def test_far_passages_come_from_other_articles_that_fit_no_question():
    articles = {
        "squad-v2/one": Ranking.of([Text("The Tram was blue.", "", row().group)]),
        "squad-v2/two": Ranking.of([Text("The Tram to Kiel was red.", "", "two")]),
        "policyqa/three": Ranking.of([Text("The Tram keeps your data.", "", "three")]),
    }
    found = far_passages(row(), far_ranking(articles), 3)
    assert [one.group for one in found] == ["two"]


def test_ranking_puts_the_passage_with_the_rare_word_first():
    ranked = ranking("the tram and the bank", "the bank and the bank", "a lighthouse bank")
    assert ranked.top("Where is the lighthouse bank?", 1) == [Text("a lighthouse bank", "", "")]


@given(st.integers(0, 500))
def test_a_changed_question_is_another_question_without_answer(seed):
    changed = changed_question(row("When did Ida Blom open the first Tram in 1904?"), rng(seed))
    assert changed is not None
    assert changed.question != row().question
    assert (changed.spans, changed.answerable) == ((), False)


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("Who opened the tram?", "Ida Blom", "Ida Blom opened the tram."),
        ("When did the tram open?", "in 1904", "the tram open in 1904."),
        ("what is the capital of France", "Paris", "the capital of France is Paris."),
        ("Name of the tram?", "Blue", "Name of the tram: Blue."),
    ],
)
def test_statements(question, answer, expected):
    assert statement(question, answer) == expected


@given(st.integers(0, 500))
def test_true_claims_hold_the_answer_and_false_ones_differ(seed):
    made = claims_of(row(), ranking(TEXT, "Ida Blom rested."), rng(seed))
    assert made[0].label == 1.0
    for claim in made[1:]:
        assert claim.label == 0.0
        assert (claim.claim, claim.passage) != (made[0].claim, made[0].passage)


@given(st.integers(0, 50))
def test_a_stitched_claim_says_of_one_thing_what_is_said_of_another(seed):
    passage = "Ida Blom was the first driver. The old depot was built of red brick. It was cold."
    assert stitched(passage, rng(seed)) in {
        ("Ida Blom was the first driver.", "Ida Blom was built of red brick."),
        ("The old depot was built of red brick.", "The old depot was the first driver."),
    }
    assert stitched("Ida Blom was here. The depot is there and warm.", rng(seed)) is None
    true, false = stitched_claims([replace(row(), passage=passage)], rng(seed))
    assert (true.label, false.label) == (1.0, 0.0)


def test_a_claim_without_names_or_numbers_is_not_altered():
    assert altered("It rained all day.", TEXT, rng(1)) is None


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(["1904", "Ida Blom", "Northport", "1911", "the First Bank"]))
def test_token_spans_decode_to_the_answer(answer):
    tokenizer = embedder_tokenizer()
    [example] = Encoder(tokenizer).rows([row(answer=answer)])
    [(first, last)] = example.spans
    assert tokenizer.decode(list(example.ids[first : last + 1])) == answer.lower()
    assert example.first <= first <= last < len(example.ids) - 1


def test_overlong_examples_are_left_out(encoder):
    long = Row("squad-v1", "T", "T", "When?", "word " * MAX_TOKENS, ((0, 4),), True)
    assert len(encoder.rows([long, row()])) == 1


@given(st.lists(st.integers(5, 200), min_size=1, max_size=60), st.integers(0, 9))
def test_batches_hold_every_example_once_within_the_limit(lengths, seed):
    made = [Example(Task.READ, "x", (n,) * size, 1, 2, (), 0.0) for n, size in enumerate(lengths)]
    found = batches(made, 400, rng(seed))
    assert sorted(e.ids[0] for batch in found for e in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) * max(len(e.ids) for e in batch) <= 400


def test_a_pass_is_the_same_for_the_same_seed_and_differs_for_another(encoder):
    qamr = [
        Row("qamr", str(n), "", f"Who {n}?", f"Ida {n} sat.", ((0, 3),), True) for n in range(9)
    ]
    maker = Maker([row(), row("Who closed the First Bank?", "Karl Moe"), *qamr], [], encoder)
    assert maker.full(1) == maker.full(1)
    assert maker.full(1) != maker.full(2)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=30))
def test_auc_is_the_share_of_pairs_in_the_right_order(pairs):
    good = [score for score, label in pairs if label]
    bad = [score for score, label in pairs if not label]
    found = auc([float(score) for score, _ in pairs], [float(label) for _, label in pairs])
    if not good or not bad:
        assert np.isnan(found)
    else:
        right = [1.0 if g > b else 0.5 if g == b else 0.0 for g, b in product(good, bad)]
        assert found == pytest.approx(sum(right) / len(right))


def test_logistic_fit_finds_the_curve_that_made_the_labels():
    features = np.linspace(-3, 3, 400)[:, None]
    chance = 1 / (1 + np.exp(-(1.5 * features[:, 0] - 0.5)))
    weight, bias = fit_logistic(features, chance)
    assert (weight, bias) == (pytest.approx(1.5, abs=0.01), pytest.approx(-0.5, abs=0.01))
    assert calibration_error(chance, chance) == pytest.approx(0.0)
    assert calibration_error(np.ones(100), np.zeros(100)) == pytest.approx(1.0)


def test_token_f1_by_hand():
    ids = [7, 1, 2, 3, 4]
    assert token_f1(ids, (1, 2), (1, 2)) == 1.0
    assert token_f1(ids, (1, 2), (2, 3)) == 0.5
    assert token_f1(ids, (1, 1), (3, 4)) == 0.0


def test_an_answer_is_held_by_whole_words_and_a_passage_by_its_sentence():
    asked = row("When did Karl Moe close the First Bank?", "the First Bank")
    assert holds_answer(asked, 'He shut The "First Bank".')
    assert not holds_answer(asked, "He shut the First Banks.")
    assert holds_gold_sentence(asked, "Rain. In 1911 Karl Moe closed\nthe First Bank.")
    assert not holds_gold_sentence(asked, "Karl Moe closed the First Bank.")
    assert answer_f1(asked, "First Bank") == 1.0
    assert answer_f1(asked, "Bank") == pytest.approx(2 / 3)
    assert answer_f1(asked, "") == 0.0


def test_calibration_sees_as_many_answers_as_not_of_each_source():
    def scored(source: str, label: float) -> Scored:
        example = Example(Task.READ, source, (1, 2), 1, 1, (), label)
        return Scored(example, 0.0, 0.0, 0.0, 0.0, False, 0.0)

    read = [scored("squad-v1", 1.0)] * 5 + [scored("squad-v2", 0.0)] * 2
    read += [scored("own", 1.0)] + [scored("own", 0.0)] * 9 + [scored("qamr", 1.0)] * 4
    kept = evened(read)
    assert [(s.example.source, s.example.label) for s in kept] == [
        *[("squad-v2", 0.0)] * 2,
        *[("squad-v1", 1.0)] * 2,
        ("own", 0.0),
        ("own", 1.0),
    ]


def test_a_crossed_fit_knows_nothing_of_the_labels_it_judges():
    features, labels = np.arange(20.0)[:, None] % 10, np.arange(20.0) % 10 == 3
    # only the aside tenth is ever true: fits on the others have seen no true label
    assert crossed(features, labels.astype(float))[labels].max() < 0.01


def test_threads_settle_on_the_faster_count(monkeypatch):
    monkeypatch.setattr("torch.set_num_threads", lambda count: None)
    clock = [0.0]
    monkeypatch.setattr("rag.training.trainer.time.monotonic", lambda: clock[0])
    threads, used = Threads(2), []
    for _ in range(400):
        threads.begin()
        used.append(threads._using)
        clock[0] += 1.0 if threads._using == 1 else 3.0
        threads.end(100)
    assert used.count(1) > 0.8 * len(used)


def test_training_lowers_the_loss_of_what_it_sees(encoder):
    network = empty_network("eager")
    rows = [row(), row("Who closed the First Bank?", "Karl Moe")]
    made = encoder.rows(rows)
    before = float(loss_of(network, made, rng(0)).detach())
    steps = train(network, [made] * 12, Plan(learning_rate=1e-3), lambda *_: None)
    assert steps == 12
    assert float(loss_of(network, made, rng(0)).detach()) < before


def test_a_run_out_of_time_stops(encoder):
    made = encoder.rows([row()])
    plan = Plan(limit_s=1e-9)
    assert train(empty_network("eager"), [made] * 5, plan, lambda *_: None) == 0


def test_held_out_articles_are_kept_apart_from_the_rest():
    if not DATA.exists():
        pytest.skip("the folder of public data is absent")
    rows = load_rows(DATA)
    assert all(row.passage[a:b].strip() for row in rows for a, b in row.spans)
    groups = {row.group for row in rows}
    assert groups >= HELD_OUT_ARTICLES, "a held-out article has another name in the data"
    aside = [row for row in rows if held_out(row.group, row.source)]
    assert 0.03 < len(aside) / len(rows) < 0.1
    assert len({claim.claim for claim in load_claims(DATA)}) == 349 // 2


def rng(seed: int) -> random.Random:
    return random.Random(seed)


def test_blended_weights_lie_between():
    new, old = {"a": torch.tensor([0.0, 4.0])}, {"a": torch.tensor([4.0, 4.0])}
    assert blended(new, [(old, 0.25)])["a"].tolist() == [1.0, 4.0]
    assert blended(new, [(old, 0.25), (old, 0.5)])["a"].tolist() == [3.0, 4.0]
    assert blended(new, [])["a"].tolist() == [0.0, 4.0]
    with pytest.raises(KeyError):
        blended(new, [({}, 0.25)])
