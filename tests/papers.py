"""A few papers opened with the real embedder and the shipped reader."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from conftest import write_files

from rag.assistant import Assistant
from rag.settings import Settings


def open_papers(folder: Path, papers: Mapping[str, str]) -> Assistant:
    """An assistant over the papers, names to texts, written into ``folder``; close it."""
    write_files(folder, papers)
    paths = [folder / name for name in papers]
    return Assistant.open(documents=paths, index=folder / "index", settings=Settings())
