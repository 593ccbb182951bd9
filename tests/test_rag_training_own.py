"""Our own training documents: sound, apart from the evaluation sets, drawn as they should be."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rag.reader_network import embedder_tokenizer
from rag.training.encoding import Encoder, Task
from rag.training.examples import Maker
from rag.training.own_documents import FOLDER, SOURCE, own_documents, read_document
from rag.training.polar import OPEN
from rag.training.sources import find_answer, held_out, nearest_span

SETS = Path(__file__).parent.parent / "eval" / "sets"
DOCUMENTS = own_documents()


def document(**changes: object) -> dict[str, object]:
    passage = "The kiln is fired on Mondays. Glazes are mixed by Odile."
    whole: dict[str, object] = {
        "title": "Kiln",
        "passages": [passage],
        "asked": [
            {"q": "Who mixes them?", "in": 0, "a": "Odile"},
            {"q": "What does it cost?", "in": 0, "a": None},
        ],
        "polar": [
            {
                "q": "Is it fired on Mondays?",
                "in": 0,
                "yes": True,
                "by": "The kiln is fired on Mondays.",
            }
        ],
        "claims": [{"c": "Odile mixes glazes.", "in": 0, "true": True, "kind": "paraphrase"}],
    }
    return {**whole, **changes}


def written(folder: Path, content: object) -> Path:
    path = folder / "kiln.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_there_are_many_documents_and_every_one_is_sound():
    assert len(DOCUMENTS) >= 90
    assert all(len(one.rows) >= 14 and one.polar and one.claims for one in DOCUMENTS)
    answerable = [row for one in DOCUMENTS for row in one.rows if row.answerable]
    assert all(row.passage[s:e].strip() for row in answerable for s, e in row.spans)
    assert len({one.title for one in DOCUMENTS}) == len(DOCUMENTS)


def test_a_document_becomes_rows_polar_questions_and_claims(tmp_path):
    one = read_document(written(tmp_path, document()))
    answered, open_one = one.rows
    assert answered.passage[slice(*answered.spans[0])] == "Odile"
    assert not open_one.answerable
    assert open_one.spans == ()
    assert one.polar[0].claim.label == 1.0
    assert (one.claims[0].label, one.claims[0].group) == (1.0, "kiln")


def test_a_yes_no_question_may_be_left_open(tmp_path):
    left = {"q": "Is the kiln electric?", "in": 0, "yes": None, "by": None}
    (one,) = read_document(written(tmp_path, document(polar=[left]))).polar
    assert one.claim.label == OPEN
    assert (one.row.answerable, one.row.spans) == (False, ())


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"asked": [{"q": "Who?", "in": 0, "a": "Nobody"}]}, "Nobody"),
        ({"asked": [{"q": "Who?", "in": 4, "a": "Odile"}]}, "IndexError"),
        ({"claims": [{"c": "So.", "in": 0, "true": "yes"}]}, "'yes'"),
        ({"title": None, "passages": 3}, "TypeError"),
    ],
)
def test_a_faulty_document_is_named_with_its_value(tmp_path, changes, named):
    with pytest.raises(ValueError, match=r"kiln\.json") as caught:
        read_document(written(tmp_path, document(**changes)))
    assert named in str(caught.value)


def test_nothing_of_the_evaluation_sets_is_trained_on():
    asked = [
        json.loads(line)["question"].casefold()
        for path in SETS.glob("*/questions.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert asked
    own = {row.question.casefold() for one in DOCUMENTS for row in one.rows}
    assert not own & set(asked)
    names = re.compile(r"brackwater|harrow & finch|tidemark|wenlow|tavisay|xiaomi|penhale", re.I)
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")]
    assert [text[:60] for text in texts if names.search(text)] == []


def test_about_one_document_in_nine_is_held_out():
    aside = sum(held_out(one.name, SOURCE) for one in DOCUMENTS)
    assert 0.07 < aside / len(DOCUMENTS) < 0.15


def test_a_pass_takes_every_own_question_and_near_passages_beside_some():
    few = DOCUMENTS[:4]
    rows = [row for one in few for row in one.rows]
    claims = [claim for one in few for claim in one.claims]
    polar = [one for document in few for one in document.polar]
    maker = Maker(rows, claims, Encoder(embedder_tokenizer()), polar=polar)
    examples = maker.full(1).examples
    read = [example for example in examples if example.task is Task.READ]
    own = [example for example in read if example.source == SOURCE]
    assert len(own) > 1.1 * (len(rows) + len(polar))
    supported = [one for one in examples if one.task is Task.SUPPORT and one.source == SOURCE]
    assert len(supported) >= len(claims) + len(polar)


def test_answers_are_found_over_line_ends():
    assert find_answer("the old\nmill wheel", "Old mill") == ((4, 12),)


def test_the_nearest_words_stand_in_for_an_answer_told_otherwise():
    text = "He slept. Then the three witches came and broke the golden bridge. All wept."
    spans = nearest_span(text, "three witches had come and broken the golden bridge", 0.6)
    assert [text[s:e] for s, e in spans] == ["three witches came and broke the golden bridge"]
    assert nearest_span(text, "a dragon burned down the harbour of the town") == ()
    assert nearest_span(text, "the witches") == ()
