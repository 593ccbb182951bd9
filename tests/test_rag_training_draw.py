"""Which rows and claims a short training run draws."""

from __future__ import annotations

from rag.training.__main__ import Draw
from rag.training.polar import Polar
from rag.training.sources import Claim, Row

ROWS = [
    Row("own", f"{name}-{n}", "t", "q", "p", (), False) for name in ("a", "cb") for n in range(40)
]
CLAIMS = [Claim("own", row.group, "t", "c", "p", 1.0) for row in ROWS]


def test_documents_drawn_whole_are_drawn_so_often_and_of_the_others_a_share() -> None:
    draw = Draw(0.5, ("cb",), 2, seed=1)
    for told in (ROWS, CLAIMS):
        drawn = [one.group for one in draw.of(told)]
        assert [name for name in drawn if name.startswith("cb")] == [
            f"cb-{n}" for n in range(40) for _ in range(2)
        ]
        others = [name for name in drawn if name.startswith("a")]
        assert 10 < len(others) == len(set(others)) < 30


def test_yes_no_questions_are_drawn_as_often() -> None:
    draw = Draw(0.5, ("cb",), 2, seed=1)
    drawn = draw.of_polar(Polar(row, claim) for row, claim in zip(ROWS, CLAIMS, strict=True))
    assert [one.row for one in drawn] == draw.of(ROWS)
    assert all(one.row.group == one.claim.group for one in drawn)


def test_without_names_nothing_is_drawn_whole() -> None:
    assert Draw(1.0, (), 3, seed=1).of(ROWS) == ROWS
