"""The measurements of speed and size: what they are made from is as it says, they run on a small
scale, and their page shows what was measured."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from eval.benchmarks import embedding, indexing, performance, scale, vectors_at_size
from eval.benchmarks.__main__ import main
from eval.benchmarks.figures import Figure, Result, resident_bytes
from eval.benchmarks.made_index import FOLDERS, MadeIndex, PlantedEmbedder
from eval.benchmarks.made_text import _FUNCTION_WORDS, MadeText
from eval.benchmarks.made_vectors import MadeVectors, asked_about
from eval.benchmarks.plots import Line, Plot, svg
from index.analysis import terms
from index.index import Index
from index.loading.formats import parse
from index.loading.limits import Limits

SVG = "{http://www.w3.org/2000/svg}"
PLOT = Plot("Search <by> size", "vectors", "ms", (Line("a", ((1_000, 0.5), (1_000_000, 40.0))),))


# ---- plots -----------------------------------------------------------------------------------


def test_a_plot_puts_points_where_their_logarithms_are() -> None:
    root = ET.fromstring(svg(PLOT))
    first, last = root.findall(f"{SVG}circle")
    assert (float(first.get("cx", "")), float(last.get("cx", ""))) == (76.0, 696.0)
    assert float(first.get("cy", "")) > float(last.get("cy", "")), "greater is higher"
    texts = [text.text for text in root.findall(f"{SVG}text")]
    assert {"1,000", "1,000,000", "0.1", "100", "vectors", "ms", "a"} <= set(texts)
    assert root.find(f"{SVG}title").text == "Search <by> size"  # type: ignore[union-attr]


@pytest.mark.parametrize("points", [(), ((1.0, 0.0),), ((-1.0, 2.0),)])
def test_what_has_no_logarithm_is_not_drawn(points: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match="greater than zero"):
        svg(Plot("p", "x", "y", (Line("a", points),)))


# ---- what is made up -------------------------------------------------------------------------


def test_made_text_has_the_statistics_of_text() -> None:
    made = MadeText(vocabulary=30_000)
    passages = [passage for document in made.documents(40, 20) for passage in document]
    holders: Counter[str] = Counter()
    for passage in passages:
        assert len(passage.text.split()) == 120
        holders.update(set(terms(passage.text)) - set(_FUNCTION_WORDS))
    by_rank = [count / len(passages) for _, count in holders.most_common()]
    assert 0.1 < by_rank[0] < 0.5
    assert 0.02 < by_rank[99] < 0.12
    assert by_rank[999] < 0.03
    assert made.question(passages[0]).startswith("When was the ")


def test_made_text_is_the_same_for_the_same_seed() -> None:
    one, two, other = (MadeText(seed, 5_000).document(2) for seed in (4, 4, 5))
    assert one == two != other


def test_made_vectors_are_unit_and_lie_in_clusters() -> None:
    made = MadeVectors(2_000)
    rows = np.concatenate(list(made.blocks()))
    assert rows.shape == (2_000, 384)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    assert np.array_equal(rows, np.concatenate(list(MadeVectors(2_000).blocks())))
    near = np.sort(rows @ rows[0])[::-1]
    assert near[1:20].mean() > near.mean() + 0.2
    asked = asked_about(rows[:50])
    assert np.allclose(np.sum(asked * rows[:50], axis=1), 0.6, atol=0.1)


def test_mixed_files_are_read_by_our_own_loaders(tmp_path: Path) -> None:
    indexing.write_mixed(tmp_path, 2)
    markdown, pdf = sorted(tmp_path.iterdir())
    assert (markdown.suffix, pdf.suffix) == (".md", ".pdf")
    for path in (markdown, pdf):
        document = parse(path.read_bytes(), path.name, Limits())
        assert len(document.text.split()) > 800


# ---- measuring -------------------------------------------------------------------------------


def test_retrieval_is_measured_on_an_index_like_any_other(tmp_path: Path) -> None:
    made = MadeIndex(tmp_path / "index", 400)
    made.grow_to(200, 5)
    asked = made.grow_to(400, 10)
    assert len(asked) == 10
    one = scale.at_size(tmp_path / "index", 400, asked, real=False)
    assert one.first >= 0.9
    assert one.ten_best == 1.0
    assert min(one.retrieval_ms, one.dense_ms, one.lexical_ms, one.open_s, one.disk_mb) > 0
    with Index.open(tmp_path / "index", PlantedEmbedder(), read_only=True) as index:
        assert index.verify() == []
        with index.snapshot() as snapshot:
            assert len(snapshot) == 400
            folders = {Path(info.source).parent for info in snapshot.infos().values()}
    assert len(folders) == FOLDERS


def test_vectors_are_held_against_exact_search(tmp_path: Path) -> None:
    path = tmp_path / "v.faiss"
    built = vectors_at_size.build(1_500, path)
    rows = np.concatenate(list(MadeVectors(1_500).blocks()))
    questions = MadeVectors(1_500).questions(100)
    true = np.argsort(-(questions @ rows.T), axis=1, kind="stable")[:, :10]
    assert vectors_at_size.recall(built.nearest, true) > 0.999
    assert (built.filtered % 9 == 0).all()
    one = vectors_at_size.ask(built, path)
    assert one.recall > 0.999
    assert one.filtered_recall > 0.999
    assert one.file_mb > 1_500 * 384 * 4 / 1e6


def test_recall_counts_what_was_found() -> None:
    true = np.array([[1, 2], [3, 4]])
    assert vectors_at_size.recall(np.array([[2, 9], [4, 3]]), true) == 0.75


def test_embedding_texts_are_short_and_long() -> None:
    some = embedding.texts(100)
    lengths = sorted(len(text.split()) for text in some)
    assert lengths[0] < 20
    assert lengths[-1] > 150
    assert some == embedding.texts(100)


def test_memory_is_told_where_the_system_tells_it() -> None:
    held = resident_bytes()
    if not Path("/proc/self/status").is_file():
        assert held is None
        return
    assert held is not None
    assert 1e6 < held.now <= held.peak


# ---- the page --------------------------------------------------------------------------------


RESULT = Result("Vectors", "few", (Figure("wait", 1.5, "s"), Figure("none", None)), (PLOT,))


def test_results_go_to_json_and_back() -> None:
    assert performance.from_json(performance.to_json(RESULT)) == RESULT


def test_the_page_shows_every_figure_and_plot(tmp_path: Path) -> None:
    performance.write(tmp_path / "performance.md", [RESULT], "the command")
    page = (tmp_path / "performance.md").read_text(encoding="utf-8")
    assert "| wait | 1.5 s |" in page
    assert "`the command`" in page
    (plot,) = (tmp_path / "images").iterdir()
    assert f"](images/{plot.name})" in page
    assert "<svg" in plot.read_text(encoding="utf-8")


def test_a_stopped_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep = tmp_path / "kept"
    keep.mkdir()
    for name in ("embedding", "indexing", "speed", "scale"):
        (keep / f"{name}.json").write_text(performance.to_json(RESULT), encoding="utf-8")
    monkeypatch.setattr(vectors_at_size, "measure", lambda: RESULT)
    page = tmp_path / "page.md"
    assert main(["--write", str(page), "performance", "--keep", str(keep)]) == 0
    assert capsys.readouterr().out.count("wait") == 5
    assert (keep / "vectors.json").is_file()
    assert page.read_text(encoding="utf-8").count("## Vectors") == 5
    assert str(tmp_path) not in page.read_text(encoding="utf-8")
