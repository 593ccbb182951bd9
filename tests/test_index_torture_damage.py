"""Short forms of the campaigns on damage and on readers beside a writer (``make torture``)."""

from __future__ import annotations

import sys

import pytest
from test_index_torture import campaign, passes


@pytest.mark.parametrize("kind", ["damage", "salvage"])
def test_damage_is_found_or_changes_no_answer(kind: str) -> None:
    passes(kind, "--sample", "5")


def test_damage_that_nobody_looks_for_is_seen_here() -> None:
    done = campaign("damage", "--sample", "100", "--stop", "--sabotage", "seal-not-looked-at")
    assert done.returncode == 1, done.stdout[-2000:]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks")
def test_readers_beside_a_writer() -> None:
    passes("readers", "--sample", "10")
