"""Shared by all tests: a data folder of their own, small documents, and embedders that count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from torture.library import InProcess

from index import parsing
from index.analysis import question_terms
from index.embedding import HashingEmbedder, Vectors
from index.index import Index, Snapshot
from index.types import Document, Scope

settings.register_profile(
    "footnote", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("footnote")

MakeFolder = Callable[[Mapping[str, str]], Path]
Run = Callable[..., tuple[int, str, str]]  # arguments to exit code, output, errors


@pytest.fixture(scope="session", autouse=True)
def _own_data_for_the_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fixtures that outlive a test must not touch the user's data either."""
    folder = tmp_path_factory.mktemp("session-data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTNOTE_DATA", str(folder))
        patch.setenv("FOOTNOTE_SETTINGS", str(folder / "settings.toml"))
        yield


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a data folder and a settings file of its own."""
    monkeypatch.setenv("FOOTNOTE_DATA", str(tmp_path / "footnote-data"))
    monkeypatch.setenv("FOOTNOTE_SETTINGS", str(tmp_path / "footnote-settings.toml"))


class CountingEmbedder(HashingEmbedder):
    """Remembers what it embedded; raises once it has embedded ``fail_after`` texts."""

    def __init__(self, dimension: int = 64, fail_after: int | None = None) -> None:
        super().__init__(dimension)
        self.texts: list[str] = []
        self.fail_after = fail_after

    def embed(self, texts: Sequence[str]) -> Vectors:
        if self.fail_after is not None and len(self.texts) >= self.fail_after:
            raise RuntimeError("the embedder was told to fail")
        self.texts += texts
        return super().embed(texts)


class DirectSandbox(InProcess):
    """Parses in this process, for tests that need no child, and counts."""

    loaded: list[str]  # set anew by the fixture

    def load(self, path: Path, source: str) -> Document:
        type(self).loaded.append(source)
        return super().load(path, source)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Parse in this process from now on; the list is of the sources parsed."""
    DirectSandbox.loaded = []
    monkeypatch.setattr(parsing, "Sandbox", DirectSandbox)
    return DirectSandbox.loaded


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def index(tmp_path: Path, embedder: CountingEmbedder) -> Iterator[Index]:
    """An empty index in a temporary folder."""
    with Index.open(tmp_path / "index", embedder) as opened:
        yield opened


@pytest.fixture
def footnote(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process with the hashing embedder."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("FOOTNOTE_READER", "evidence")
    for module in ("rag.assistant", "ui.commands", "ui.evaluating"):
        monkeypatch.setattr(f"{module}.shared_embedder", lambda _model: HashingEmbedder())

    def run(*arguments: str) -> tuple[int, str, str]:
        from ui.command_line import main

        capsys.readouterr()
        code = main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def make_folder(tmp_path: Path) -> MakeFolder:
    """Write small files into a folder of documents; called again, it adds to them."""
    folder = tmp_path / "docs"

    def make(files: Mapping[str, str]) -> Path:
        write_files(folder, files)
        return folder

    return make


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def lexical_sources(snapshot: Snapshot, words: str, scope: Scope | None = None) -> set[str]:
    """File names of the documents that full-text search finds."""
    hits = snapshot.search_lexical(question_terms(words), 50, scope)
    return _names(snapshot, [number for number, _ in hits])


def dense_sources(index: Index, snapshot: Snapshot, text: str, limit: int = 1) -> set[str]:
    """File names of the documents whose chunks are nearest to a text."""
    hits = snapshot.search_dense(index.embedder.embed([text])[0], limit)
    return _names(snapshot, [number for number, _ in hits])


def all_sources(snapshot: Snapshot) -> set[str]:
    return {Path(path).name for info in snapshot.infos().values() for path in info.sources}


def sources_of(index: Index) -> set[str]:
    """The file names of all documents."""
    with index.snapshot() as snapshot:
        return all_sources(snapshot)


def names(paths: Sequence[str]) -> list[str]:
    """File names without their folders."""
    return [Path(path).name for path in paths]


def _names(snapshot: Snapshot, numbers: Sequence[int]) -> set[str]:
    chunks = snapshot.chunks(numbers)
    assert set(chunks) == set(numbers), "a search found passages that are gone"
    infos = snapshot.infos([chunk.document_id for chunk in chunks.values()])
    return {Path(path).name for info in infos.values() for path in info.sources}
