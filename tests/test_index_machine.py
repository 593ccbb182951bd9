"""A model to agree with: files come, change, move and go in any order, and the index holds what a
plain dict says. ``TORTURE_RUNS=1000`` makes it a campaign (``make torture``)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from conftest import DirectSandbox, lexical_sources, write_files
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from index import parsing, syncing
from index.embedding import HashingEmbedder
from index.index import Index
from index.scanning import source_name

RUNS = int(os.environ.get("TORTURE_RUNS", "30"))
FILE_NAMES = st.sampled_from(["a.txt", "b.txt", "c.md", "sub/d.txt", "sub/e.md"])
SENT_NAMES = st.sampled_from(["a.txt", "sent.txt"])
#: Twelve texts for seven names, so that the same bytes often stand under two of them.
TEXTS = st.integers(0, 11).map(lambda n: f"Content number{n} of some file.\n\nIts end is end{n}.")


class Library(RuleBasedStateMachine):
    """Two roots: a folder of the person's, and the files handed in through the chat."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(parsing, "Sandbox", DirectSandbox)
        self.patch.setattr(syncing, "_FEW_CHUNKS", 2)  # many batches of few small files
        self.patch.setattr(syncing, "_BATCH_CHUNKS", 3)
        DirectSandbox.loaded = []
        self.base = Path(os.path.abspath(f"{os.environ['FOOTNOTE_DATA']}-{id(self)}"))
        self.folder = self.base / "docs"
        (self.folder / "sub").mkdir(parents=True)
        self.files: dict[str, str] = {}  # paths and texts as on the disk
        self.held: dict[str, str] = {}  # as the index should hold them
        self.clock = 1_000_000_000
        self.index = Index.open(self.base / "index", HashingEmbedder(16))
        self.index.uploads.mkdir()

    def teardown(self) -> None:
        self.index.close()
        self.patch.undo()
        shutil.rmtree(self.base)

    # ---- what a person does --------------------------------------------------------------

    def put(self, path: Path, text: str) -> None:
        write_files(path.parent, {path.name: text})
        self.clock += 1
        os.utime(path, (self.clock, self.clock))
        self.files[source_name(path)] = text

    @rule(name=FILE_NAMES, text=TEXTS)
    def write(self, name: str, text: str) -> None:
        self.put(self.folder / name, text)

    @rule(name=SENT_NAMES, text=TEXTS)
    def hand_in(self, name: str, text: str) -> None:
        """As the chat does: the upload is synced at once, the folder is not."""
        self.put(self.index.uploads / name, text)
        self.index.sync([self.index.uploads])
        self.take_over(self.index.uploads)

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def touch(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(self.files)))
        self.clock += 1
        os.utime(path, (self.clock, self.clock))

    @precondition(lambda self: self.own_files())
    @rule(data=st.data(), target_name=FILE_NAMES)
    def rename(self, data: st.DataObject, target_name: str) -> None:
        name = data.draw(st.sampled_from(self.own_files()))
        target = self.folder / target_name
        Path(name).replace(target)
        self.files[source_name(target)] = self.files.pop(name)

    @precondition(lambda self: self.own_files())
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.own_files()))
        Path(name).unlink()
        del self.files[name]

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        """Out of the index only, and back with the next sync; an upload is gone for good."""
        name = data.draw(st.sampled_from(sorted(self.held)))
        assert self.index.remove(name)
        del self.held[name]
        if Path(name).is_relative_to(source_name(self.index.uploads)):
            assert not Path(name).exists()
            del self.files[name]

    @rule(uploads=st.booleans())
    def forget(self, uploads: bool) -> None:
        root = self.index.uploads if uploads else self.folder
        known = root in self.index.roots()
        removed = self.index.forget(root)
        gone = {name for name in self.held if Path(name).is_relative_to(source_name(root))}
        assert removed == (tuple(sorted(gone)) if known else None)
        self.held = {name: text for name, text in self.held.items() if name not in gone}
        if uploads and known:
            assert not root.exists()
            self.files = {name: self.files[name] for name in self.own_files()}
            root.mkdir()

    # ---- what the index does -------------------------------------------------------------

    def own_files(self) -> list[str]:
        return sorted(name for name in self.files if Path(name).is_relative_to(self.folder))

    def take_over(self, *roots: Path) -> None:
        """From now on the index is to hold what these roots hold."""
        inside = tuple(source_name(root) + os.sep for root in roots)
        self.held = {n: text for n, text in self.held.items() if not n.startswith(inside)}
        self.held |= {n: text for n, text in self.files.items() if n.startswith(inside)}

    @rule()
    def sync(self) -> None:
        self.index.sync([self.folder, self.index.uploads])
        self.take_over(self.folder, self.index.uploads)
        assert self.index.verify() == []

    @rule()
    def sync_what_is_known(self) -> None:
        roots = self.index.roots()
        report = self.index.sync()
        assert not report.missing_roots
        self.take_over(*roots)

    @rule(after=st.integers(0, 3))
    def sync_interrupted(self, after: int) -> None:
        def interrupt(progress: object) -> None:
            nonlocal after
            after -= 1
            if after < 0:
                raise KeyboardInterrupt

        roots = [self.folder, self.index.uploads]
        try:
            self.index.sync(roots, progress=interrupt)
        except KeyboardInterrupt:
            assert self.index.verify() == []
            self.index.sync(roots)
        self.take_over(*roots)

    @rule()
    def reopen(self) -> None:
        self.index.close()
        self.index = Index.open(self.base / "index", HashingEmbedder(16))

    @invariant()
    def the_index_agrees(self) -> None:
        with self.index.snapshot() as snapshot:
            held: dict[str, str] = {}
            documents = snapshot.infos()
            kinds = {(Path(name).suffix, text) for name, text in self.held.items()}
            assert len(documents) == len(kinds), "same bytes, same document"
            for info in documents.values():
                document = snapshot.document(info.id)
                assert document is not None
                held |= dict.fromkeys(info.sources, document.text)
            assert held == self.held
            chunks = dict(snapshot.all_chunks())
            vector = self.index.embedder.embed(["content"])[0]
            assert {number for number, _ in snapshot.search_dense(vector, 100)} == set(chunks)
            for number in range(12):
                names = {name for name, text in self.held.items() if f"number{number} " in text}
                expected = {Path(name).name for name in names}
                assert lexical_sources(snapshot, f"number{number}") == expected


TestLibrary = Library.TestCase
TestLibrary.settings = settings(max_examples=RUNS, stateful_step_count=20, deadline=None)
