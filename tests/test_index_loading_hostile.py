"""Every bad file of the table that costs little has its stated outcome, in the real sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile_table import HostileFile, check_alone, possible

from index.loading import Limits, Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(memory_mb=1024, file_mb=60)) as opened:
        yield opened


@pytest.mark.parametrize(
    "row",
    [row for row in possible() if not row.slow and row.alone != ("-",)],
    ids=lambda row: row.name[:20],
)
def test_hostile_file_has_its_stated_outcome(
    sandbox: Sandbox, tmp_path: Path, row: HostileFile
) -> None:
    check_alone(sandbox, tmp_path, row)
    good = tmp_path / "good.txt"
    good.write_text("A good file is still read.")
    assert sandbox.load(good, "good.txt").text == "A good file is still read."
