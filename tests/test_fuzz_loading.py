"""Damaged copies of good files are read or refused, and nothing else; every text is sound.

PDF and pictures are read by libraries in C, so those go through the sandbox's child.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

import pytest
from fuzzing import DEALS, Deal, check_document, damaged, tries
from good_files import good_files
from hypothesis import given
from hypothesis import strategies as st

from index.chunking import chunk_document
from index.embedding import HashingEmbedder
from index.errors import UnreadableError
from index.loading import Limits, Sandbox
from index.loading.formats import FORMATS, parse
from index.loading.limits import RefusedError

GOOD = {name: data for name, (data, _, _) in good_files().items()}
IN_CHILD = ("rookhope.pdf",)
LIMITS = Limits(text_chars=1_000_000)
EMBEDDER = HashingEmbedder(16)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=20, memory_mb=1024)) as opened:
        yield opened


def check_read(data: bytes, name: str) -> None:
    """Read in this process: any error but a refusal is a fault of ours."""
    try:
        document = parse(data, name, LIMITS)
    except RefusedError:
        return
    check_document(document)
    for chunk in chunk_document(document, EMBEDDER.count_tokens, EMBEDDER.window_tokens):
        assert document.text[chunk.start : chunk.end] == chunk.text


@pytest.mark.parametrize("name", [name for name in GOOD if name not in IN_CHILD])
def test_a_damaged_file_is_read_or_refused(name: str) -> None:
    @tries(25)
    @given(DEALS)
    def check(deals: list[Deal]) -> None:
        check_read(damaged(GOOD[name], deals), name)

    check()


@pytest.mark.parametrize("suffix", sorted({PurePath(name).suffix for name in GOOD} - {".pdf"}))
def test_any_file_under_any_name_is_read_or_refused(suffix: str) -> None:
    @tries(10)
    @given(st.sampled_from(sorted(GOOD)), DEALS)
    def check(name: str, deals: list[Deal]) -> None:
        check_read(damaged(GOOD[name], deals), f"a{suffix}")

    check()


def test_any_bytes_are_read_or_refused_as_text() -> None:
    texts = sorted(
        suffix
        for suffix in FORMATS
        if suffix in (".txt", ".md", ".html", ".csv", ".json", ".rst", ".log", ".eml", ".py")
    )

    @tries(60)
    @given(st.sampled_from(texts), st.binary(max_size=300))
    def check(suffix: str, data: bytes) -> None:
        check_read(data, f"a{suffix}")

    check()


@pytest.mark.parametrize("name", IN_CHILD)
def test_a_damaged_file_is_read_or_refused_by_the_child(name: str, sandbox: Sandbox) -> None:
    @tries(40)
    @given(DEALS)
    def check(deals: list[Deal]) -> None:
        detail = ""
        try:
            check_document(sandbox.parse(damaged(GOOD[name], deals), name))
        except UnreadableError as error:
            detail = error.skipped.detail
        assert "Error:" not in detail  # a slip of ours, named by the worker

    check()
