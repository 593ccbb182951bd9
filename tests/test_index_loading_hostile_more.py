"""Every bad file of the office and text-like kinds has its stated outcome, in the real sandbox."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile_files import IN_PART, READ, HostileFile
from hostile_office_files import HOSTILE_OFFICE
from hostile_text_files import HOSTILE_TEXT

from index.errors import UnreadableError
from index.loading import Limits, Sandbox
from index.types import SkipReason


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=8, memory_mb=1024, file_mb=20)) as opened:
        yield opened


@pytest.mark.parametrize("row", [*HOSTILE_OFFICE, *HOSTILE_TEXT], ids=lambda row: row.name)
def test_hostile_file_has_its_stated_outcome(
    sandbox: Sandbox, tmp_path: Path, row: HostileFile
) -> None:
    path = tmp_path / row.name
    row.make(path)
    started = time.monotonic()
    document, result, detail = None, READ, ""
    try:
        document = sandbox.load(path, row.name)
        result = IN_PART if document.warnings else READ
    except UnreadableError as error:
        result, detail = error.skipped.reason, error.skipped.detail
    assert result in row.expected, (detail, document and document.warnings)
    assert time.monotonic() - started < 12
    if document is not None:
        assert row.keeps in document.text
        assert "root:" not in document.text
        assert "hahaha" not in document.text
        for block in document.blocks:
            words = document.text[block.start : block.end]
            assert words
            assert words == words.strip()
    assert sandbox.parse(b"A good file is still read.", "good.txt").text


def test_time_for_ocr_reaches_the_child() -> None:
    """What a parser may spend on pictures hangs on the limit that the sandbox was given."""
    with Sandbox(Limits(seconds=0.4)) as opened, pytest.raises(UnreadableError) as refused:
        opened.parse(b"II*\0" + bytes(1000), "a.tif")
    assert refused.value.skipped.reason in (
        SkipReason.TOO_SLOW,
        SkipReason.IMAGE_ONLY,
        SkipReason.DAMAGED,
    )
