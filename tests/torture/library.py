"""A small library to torture: what is in it, what may be done to it, and what must hold afterwards.

Every text is made from one word, so that a document that is there in part, twice or under a wrong
name is seen at once. Knows the index from outside only, as a caller does.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from index import index as index_module
from index import parsing
from index.analysis import question_terms
from index.embedding import HashingEmbedder
from index.errors import UnreadableError
from index.index import Index
from index.loading.formats import parse
from index.loading.limits import Limits, RefusedError
from index.loading.sandbox import read_file
from index.scanning import source_name
from index.sync_report import SyncProgress
from index.types import Document, SkippedFile

Tell = Callable[[str], None]
Held = dict[str, str]  # file name -> the word its text is made from
UPLOAD = "handed-in.txt"


def text_of(word: str) -> str:
    """About three passages, all of them about one word."""
    lines = [f"{word} has line{number} and says plain things in it." for number in range(12)]
    return f"{word} begins here.\n\n" + "\n\n".join(lines) + f"\n\n{word} ends here."


class InProcess:
    """Parses in this process: what is tortured is what comes after parsing."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def __enter__(self) -> InProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def load(self, path: Path, source: str) -> Document:
        try:
            return parse(read_file(path, self.limits), source, self.limits)
        except RefusedError as refused:
            raise UnreadableError(SkippedFile(source, refused.reason, refused.detail)) from None


def parse_in_process() -> None:
    """From now on, in this process."""
    parsing.Sandbox = InProcess  # type: ignore[misc, assignment]


def embedder() -> HashingEmbedder:
    return HashingEmbedder(32, window_tokens=64)  # short texts make several passages


def write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, word in files.items():
        (folder / name).write_bytes(text_of(word).encode())


# ---- what must hold ----------------------------------------------------------------------


def held_in(index: Index) -> Held:
    """What the index holds. Raises AssertionError when a document is not whole everywhere."""
    held: Held = {}
    with index.snapshot() as snapshot:
        chunks = dict(snapshot.all_chunks())
        vector = index.embedder.embed(["plain things"])[0]
        near = {number for number, _ in snapshot.search_dense(vector, len(chunks) + 10)}
        assert near == set(chunks), "vectors and passages are not the same"
        for info in snapshot.infos().values():
            document = snapshot.document(info.id)
            assert document is not None
            word = document.text.split(" ", 1)[0]
            assert document.text == text_of(word), f"{info.source} is not as it was written"
            own = {number: c for number, c in chunks.items() if c.document_id == info.id}
            covered = sorted((chunk.start, chunk.end) for chunk in own.values())
            assert len(own) == info.chunks > 1
            assert covered[0][0] == 0
            assert covered[-1][1] == len(document.text)
            found = {number for number, _ in snapshot.search_lexical(question_terms(word), 1000)}
            assert found == set(own), f"words of {info.source} are not found as they stand"
            assert info.sources, f"{info.title} belongs to no file"
            held |= {Path(source).name: word for source in info.sources}
    return held


def check_tidy(folder: Path) -> None:
    """After a finished change no file of an earlier one is left."""
    names = sorted(path.name for path in folder.iterdir() if path.name != "uploads")
    vectors = [name for name in names if name.startswith("vectors-")]
    assert len(vectors) == 1, f"left behind: {vectors}"
    known = {
        "catalog.sqlite",
        "catalog.sqlite-wal",
        "catalog.sqlite-shm",
        "catalog.seal",
        "writer.lock",
    }
    assert set(names) - set(vectors) <= known, names


# ---- what is done ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scenario:
    """A change of the index: what it holds before, and after it."""

    name: str
    before: Held
    after: Held
    prepare: Callable[[Path], None]
    act: Callable[[Path, Tell], None]

    def may_hold(self, name: str) -> set[str | None]:
        return {self.before.get(name), self.after.get(name)}


def _docs(base: Path) -> Path:
    return base / "docs"


def _where(base: Path) -> Path:
    return base / "library" / "index"


def open_index(base: Path) -> Index:
    return Index.open(_where(base), embedder())


def sync_docs(base: Path, tell: Tell) -> None:
    """Every file is told of once it is committed."""
    done = 0

    def progress(state: SyncProgress) -> None:
        nonlocal done
        if state.done > done:
            tell(Path(state.source).name)
        done = state.done

    with open_index(base) as index:
        index.sync([_docs(base)], progress=progress)


_BEFORE = {"fox.txt": "fox1", "owl.txt": "owl1", "cat.txt": "cat1", "twin.txt": "fox1"}
_AFTER = {"fox.txt": "fox2", "lynx.txt": "cat1", "twin.txt": "fox1", "newt.txt": "newt1"}
_HANDED_IN = {UPLOAD: "handed1"}


def _prepare_first(base: Path) -> None:
    write(_docs(base), _BEFORE)


def _prepare_full(base: Path) -> None:
    write(_docs(base), _BEFORE)
    with open_index(base) as index:
        write(index.uploads, _HANDED_IN)
        index.sync([_docs(base), index.uploads])


def _prepare_update(base: Path) -> None:
    _prepare_full(base)
    folder = _docs(base)
    (folder / "owl.txt").unlink()
    (folder / "cat.txt").rename(folder / "lynx.txt")
    write(folder, {"fox.txt": "fox2", "newt.txt": "newt1"})


def _act_remove(base: Path, tell: Tell) -> None:
    with open_index(base) as index:
        index.remove(source_name(index.uploads / UPLOAD))
        tell(UPLOAD)


def _act_forget(base: Path, tell: Tell) -> None:
    with open_index(base) as index:
        index.forget(_docs(base))
        for name in _BEFORE:
            tell(name)


def _act_forget_uploads(base: Path, tell: Tell) -> None:
    with open_index(base) as index:
        index.forget(index.uploads)
        tell(UPLOAD)


def _act_versions(base: Path, tell: Tell) -> None:
    old = index_module.CHUNKER_VERSION
    index_module.CHUNKER_VERSION = "tortured"
    try:
        open_index(base).close()
    finally:
        index_module.CHUNKER_VERSION = old
    open_index(base).close()  # and back


_FULL = _BEFORE | _HANDED_IN
SCENARIOS = (
    Scenario("first sync", {}, _BEFORE, _prepare_first, sync_docs),
    Scenario("sync of changes", _FULL, _AFTER | _HANDED_IN, _prepare_update, sync_docs),
    Scenario("removal of an upload", _FULL, _BEFORE, _prepare_full, _act_remove),
    Scenario("a folder forgotten", _FULL, _HANDED_IN, _prepare_full, _act_forget),
    Scenario("uploads forgotten", _FULL, _BEFORE, _prepare_full, _act_forget_uploads),
    Scenario("passages made anew", _FULL, _FULL, _prepare_full, _act_versions),
)


# ---- one case ----------------------------------------------------------------------------


class Bench:
    """A scenario's files, made once and put back before every case: paths never change."""

    def __init__(self, base: Path, scenario: Scenario) -> None:
        self.base, self.scenario = base / "work", scenario
        self._template = base / "template"
        for folder in (self.base, self._template):
            shutil.rmtree(folder, ignore_errors=True)
        self.base.mkdir(parents=True)
        scenario.prepare(self.base)
        shutil.copytree(self.base, self._template)

    @property
    def template(self) -> Path:
        return self._template

    def put_back(self) -> Path:
        shutil.rmtree(self.base)
        shutil.copytree(self._template, self.base)
        return self.base

    def check(self, told: set[str], *, finished: bool) -> None:
        """The index opens, nothing acknowledged is lost, nothing is half, and a second try does the
        rest. Raises AssertionError or whatever the index raises."""
        scenario = self.scenario
        if not _where(self.base).exists() and not told and not scenario.before:
            held: Held = {}
        else:
            with open_index(self.base) as index:
                assert index.verify() == []
                held = held_in(index)
        for name in scenario.before.keys() | scenario.after.keys() | held.keys():
            assert held.get(name) in scenario.may_hold(name), f"{name}: {held.get(name)}"
        for name in told:
            assert held.get(name) == scenario.after.get(name), f"acknowledged, but lost: {name}"
        if finished:
            assert held == scenario.after
        scenario.act(self.base, lambda _name: None)
        with open_index(self.base) as index:
            index.sync()  # all that is known, as the next start of a day does
            assert held_in(index) == scenario.after
            assert index.verify() == []
        check_tidy(_where(self.base))
